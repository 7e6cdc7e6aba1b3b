//! One suite for every engine: `crate::engine` says which one is running, and is the only place where engines differ.

pub mod fixtures;
pub mod models;
pub mod obstacles;
pub mod statements;
pub mod threads;

pub mod bad_input;
pub mod begin;
pub mod bulk;
mod columns;
mod conditional;
pub mod core;
mod delete;
mod edit_lock;
mod events;
pub mod every_field;
pub mod isolation;
mod keys;
mod races;
mod resolving;
mod retry;
mod scopes;
mod server;
pub mod server_errors;
/// A history that runs wherever the suite does, and so not on a cluster.
#[path = "../history/sums/mod.rs"]
mod sums;
mod testing;
mod text_version;
mod touch_check_lock;
pub mod tracked;
pub mod transactions;
pub mod triggers;
pub mod version_fields;
pub mod watchdog;
