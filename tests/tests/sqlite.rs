//! The suite on SQLite, bundled.

#[path = "../drivers/blocking.rs"]
mod driver;
#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../suite/mod.rs"]
mod suite;

/// What the engine connects with.
pub type Connection = diesel::SqliteConnection;
