//! The responses of the program, over HTTP.

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

#[path = "http/actions.rs"]
mod actions;
#[path = "http/again.rs"]
mod again;
#[path = "http/bad_input.rs"]
mod bad_input;
#[path = "http/edit.rs"]
mod edit;
#[path = "http/foreign.rs"]
mod foreign;
#[path = "http/list.rs"]
mod list;
#[path = "http/lock.rs"]
mod lock;
#[path = "http/races.rs"]
mod races;
#[path = "http/start.rs"]
mod start;
mod support;
