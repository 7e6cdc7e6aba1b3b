//! The suite on MariaDB or MySQL, on the server named by `MYSQL_URL`.

#[path = "../engines/mysql.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/blocking.rs"]
mod library;
#[path = "../suite/mod.rs"]
mod suite;

/// The connection type of the engine.
pub type Connection = diesel::MysqlConnection;
