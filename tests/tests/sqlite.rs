//! The suite on SQLite, bundled.

#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../suite/mod.rs"]
mod suite;
