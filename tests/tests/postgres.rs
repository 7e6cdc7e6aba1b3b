//! The suite on PostgreSQL, on the server named by `PG_URL`.

#[path = "../engines/postgres.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/blocking.rs"]
mod library;
#[path = "../suite/mod.rs"]
mod suite;

/// The connection type of the engine.
pub type Connection = diesel::PgConnection;
