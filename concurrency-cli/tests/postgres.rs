//! The commands that need a database, on PostgreSQL.

#[path = "engines/postgres.rs"]
mod engine;
mod project;
#[path = "suite/mod.rs"]
mod suite;
