//! The suite on PostgreSQL, on the server named by `PG_URL`, on diesel-async's `AsyncPgConnection`.

#[path = "../awaited/mod.rs"]
mod awaited;
#[path = "../engines/postgres.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/awaiting.rs"]
mod library;
#[path = "../awaited/paused.rs"]
mod paused;
#[path = "../awaited/pipelined.rs"]
mod pipelined;
#[path = "../awaited/stopped.rs"]
mod stopped;
#[path = "../suite/mod.rs"]
mod suite;

use diesel_async::AsyncPgConnection;

/// diesel-async's connection.
pub type AsyncConnection = AsyncPgConnection;

/// The connection type of the engine.
pub type Connection = library::Awaited<AsyncConnection>;
