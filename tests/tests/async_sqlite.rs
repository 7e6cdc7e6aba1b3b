//! The suite on SQLite, bundled, on diesel-async's `SyncConnectionWrapper`.

#[path = "../drivers/awaiting.rs"]
mod driver;
#[path = "../engines/sqlite.rs"]
mod engine;
#[path = "../suite/mod.rs"]
mod suite;

use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;

/// What the engine connects with.
pub type Connection = driver::Awaited<SyncConnectionWrapper<diesel::SqliteConnection>>;
