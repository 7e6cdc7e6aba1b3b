//! The commands that need a database, on MariaDB or MySQL.

#[path = "engines/mysql.rs"]
mod engine;
mod project;
#[path = "suite/mod.rs"]
mod suite;
