//! One suite for every engine: `crate::engine` says which one is running, and is the only place where engines differ.

pub mod fixtures;
pub mod models;
pub mod statements;

mod core;
mod delete;
mod touch_check_lock;
