//! The suite on MariaDB or MySQL, on the server named by `MYSQL_URL`, on diesel-async's `AsyncMysqlConnection`.

#[path = "../drivers/awaiting.rs"]
mod driver;
#[path = "../engines/mysql.rs"]
mod engine;
#[path = "../suite/mod.rs"]
mod suite;

use diesel_async::AsyncMysqlConnection;

/// What the engine connects with.
pub type Connection = driver::Awaited<AsyncMysqlConnection>;
