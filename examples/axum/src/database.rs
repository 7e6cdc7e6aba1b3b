//! A pool of connections to one SQLite file. The handlers send the statements.

use diesel::SqliteConnection;
use diesel::result::ConnectionError;
use diesel_async::pooled_connection::deadpool::BuildError;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, deadpool};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use libsqlite3_sys as _;

/// SQLite with diesel-async. `AsyncPgConnection` or `AsyncMysqlConnection` would work as well; nothing else changes.
pub type Connection = SyncConnectionWrapper<SqliteConnection>;

/// Connections that are used in turn.
pub type Pool = deadpool::Pool<Connection>;

/// Opens the file, with the first article in it.
///
/// # Errors
///
/// Fails if the file cannot be opened or written.
pub async fn open(path: &str) -> Result<Pool, Box<dyn std::error::Error>> {
    let pool = pool(path)?;
    let mut conn = pool.get().await?;
    conn.batch_execute(
        "CREATE TABLE IF NOT EXISTS articles (
             id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, version BIGINT NOT NULL
         );
         INSERT OR IGNORE INTO articles VALUES (1, 'Locks', 'None is held while somebody edits.', 1)",
    )
    .await?;
    drop(conn);
    Ok(pool)
}

fn pool(path: &str) -> Result<Pool, BuildError> {
    let mut config = ManagerConfig::<Connection>::default();
    config.custom_setup = Box::new(|path| connect(path.to_owned()).boxed());
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config)).max_size(4).build()
}

/// A writer waits for the writer before it. No one waits for readers.
async fn connect(path: String) -> Result<Connection, ConnectionError> {
    let mut conn = Connection::establish(&path).await?;
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL")
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
