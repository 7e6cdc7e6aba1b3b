//! The commands that need a database, on MariaDB or MySQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_debug_implementations,
    unreachable_pub,
    reason = "everything here is a test"
)]

#[path = "engines/mysql.rs"]
mod engine;
mod programs;
mod project;
#[path = "suite/mod.rs"]
mod suite;
