//! Two people race through each screen, in Chromium, with JavaScript and without. Chromium and ChromeDriver must be
//! installed; `tests/run` installs them.
//!
//! Screenshots go to `target/admin-screenshots`, or to the folder in `ADMIN_SCREENSHOTS`.

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
