//! One suite for every engine: `crate::engine` says which one is running, and is the only place where engines differ.

pub mod fixtures;
pub mod models;
pub mod statements;
pub mod threads;

pub mod bad_input;
mod columns;
mod conditional;
mod core;
mod delete;
pub mod every_field;
pub mod isolation;
mod keys;
mod races;
mod resolving;
mod retry;
mod server;
mod text_version;
mod touch_check_lock;
pub mod triggers;
pub mod transactions;
pub mod version_fields;
