//! The history on a cluster of MariaDB or MySQL servers, which `tests/run --cluster` starts.

#[path = "../cluster/mod.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/blocking.rs"]
#[allow(dead_code, unused_imports, reason = "the suite asks for more")]
mod library;
#[path = "../cluster/suite.rs"]
mod suite;

/// The connection type of the engine.
pub type Connection = diesel::MysqlConnection;
