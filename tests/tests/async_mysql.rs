//! The suite on MariaDB or MySQL, on the server named by `MYSQL_URL`, on diesel-async's `AsyncMysqlConnection`.

#[path = "../awaited/mod.rs"]
mod awaited;
#[path = "../engines/mysql.rs"]
mod engine;
#[path = "../awaited/found_rows.rs"]
mod found_rows;
#[path = "../history/mod.rs"]
mod history;
#[path = "../library/awaiting.rs"]
mod library;
#[path = "../awaited/paused.rs"]
mod paused;
#[path = "../awaited/stopped.rs"]
mod stopped;
#[path = "../suite/mod.rs"]
mod suite;

use diesel_async::AsyncMysqlConnection;

/// diesel-async's connection.
pub type AsyncConnection = AsyncMysqlConnection;

/// The connection type of the engine.
pub type Connection = library::Awaited<AsyncConnection>;
