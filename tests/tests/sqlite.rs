//! The suite on SQLite, bundled.

#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/blocking.rs"]
mod library;
#[path = "../suite/mod.rs"]
mod suite;

/// What the engine connects with.
pub type Connection = diesel::SqliteConnection;
