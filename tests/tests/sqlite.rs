//! The suite on SQLite, bundled.

#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/blocking.rs"]
mod library;
#[path = "../suite/mod.rs"]
mod suite;

/// The connection type of the engine.
pub type Connection = diesel::SqliteConnection;
