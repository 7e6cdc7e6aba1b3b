//! The commands that need a database, on SQLite, bundled.

#[path = "engines/sqlite.rs"]
mod engine;
mod project;
#[path = "suite/mod.rs"]
mod suite;
