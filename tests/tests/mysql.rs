//! The suite on MariaDB or MySQL, on the server named by `MYSQL_URL`.

#[path = "../engines/mysql.rs"]
mod engine;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/blocking.rs"]
mod library;
#[path = "../suite/mod.rs"]
mod suite;

/// What the engine connects with.
pub type Connection = diesel::MysqlConnection;
