//! The suite on PostgreSQL, on the server named by `PG_URL`.

#[path = "../engines/postgres.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../suite/mod.rs"]
mod suite;
