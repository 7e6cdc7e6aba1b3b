//! The suite on PostgreSQL, on the server named by `PG_URL`.

#[path = "../drivers/blocking.rs"]
mod driver;
#[path = "../engines/postgres.rs"]
mod engine;
#[path = "../suite/mod.rs"]
mod suite;

/// What the engine connects with.
pub type Connection = diesel::PgConnection;
