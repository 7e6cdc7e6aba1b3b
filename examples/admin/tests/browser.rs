//! Two people race through each screen, in Chromium, with JavaScript and without. Chromium and ChromeDriver must be installed:
//! `tests/run` does it.
//!
//! Screenshots are kept in `target/admin-screenshots`, or where `ADMIN_SCREENSHOTS` says.

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

#[path = "browser/access.rs"]
mod access;
#[path = "browser/back.rs"]
mod back;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/lock.rs"]
mod lock;
#[path = "browser/race.rs"]
mod race;
mod support;
