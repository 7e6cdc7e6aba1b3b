//! The suite on SQLite, bundled.

#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../suite/mod.rs"]
mod suite;
