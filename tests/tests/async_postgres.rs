//! The suite on PostgreSQL, on the server named by `PG_URL`, on diesel-async's `AsyncPgConnection`.

#[path = "../drivers/awaiting.rs"]
mod driver;
#[path = "../engines/postgres.rs"]
mod engine;
#[path = "../suite/mod.rs"]
mod suite;

use diesel_async::AsyncPgConnection;

/// What the engine connects with.
pub type Connection = driver::Awaited<AsyncPgConnection>;
