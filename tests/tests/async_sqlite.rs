//! The suite on SQLite, bundled, on diesel-async's `SyncConnectionWrapper`.

#[path = "../awaited/mod.rs"]
mod awaited;
#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/awaiting.rs"]
mod library;
#[path = "../suite/mod.rs"]
mod suite;

use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;

/// diesel-async's connection.
pub type AsyncConnection = SyncConnectionWrapper<diesel::SqliteConnection>;

/// The connection type of the engine.
pub type Connection = library::Awaited<AsyncConnection>;
