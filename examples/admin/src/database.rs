//! A pool of connections to one SQLite file, with the table, its trigger and the edit locks. The handlers send the
//! statements.

use concurrency_diesel::asynchronous::{edit_lock, triggers};
use diesel::prelude::QueryDsl as _;
use diesel::result::ConnectionError;
use diesel::{ExpressionMethods as _, SqliteConnection};
use diesel_async::pooled_connection::deadpool::BuildError;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, deadpool};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use libsqlite3_sys as _;

use crate::article::{Article, articles};

/// SQLite with diesel-async. `AsyncPgConnection` or `AsyncMysqlConnection` would work as well.
pub(crate) type Connection = SyncConnectionWrapper<SqliteConnection>;

/// Connections that are used in turn.
pub type Pool = deadpool::Pool<Connection>;

/// AUTOINCREMENT, so that no other article gets the key of a deleted one.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
)";

const FIRST: [(i64, &str, &str, &str); 3] = [
    (
        1,
        "Locks",
        "draft",
        "A pessimistic lock keeps everyone else out while one person edits. It works until that person goes to lunch.\n\n\
         An advisory lock only says who is editing. It keeps nobody out, so nobody has to break it.",
    ),
    (
        2,
        "Versions",
        "draft",
        "Every row has a version, and every write moves it. Whoever saves says which version they have seen.\n\n\
         If the row has moved on meanwhile, nothing is written, and both people's texts are shown side by side.",
    ),
    (
        3,
        "Triggers",
        "published",
        "Some programs know nothing of versions: a script, a colleague with a database client.\n\n\
         A trigger moves the version for them, so that their writes are noticed, too.",
    ),
];

/// Opens the file, and fills it if it is empty.
///
/// # Errors
///
/// Fails if the file cannot be opened or written.
pub async fn open(path: &str) -> Result<Pool, Box<dyn std::error::Error + Send + Sync>> {
    let pool = pool(path)?;
    let mut conn = pool.get().await?;
    conn.batch_execute(TABLE).await?;
    triggers::create::<Article, _>(&mut conn).await?;
    edit_lock::create(&mut conn).await?;
    let count: i64 = articles::table.count().get_result(&mut conn).await?;
    if count == 0 {
        let rows = FIRST.map(|(id, title, status, body)| {
            (
                articles::id.eq(id),
                articles::title.eq(title),
                articles::status.eq(status),
                articles::body.eq(body),
                articles::version.eq(1),
            )
        });
        for row in rows {
            diesel::insert_into(articles::table).values(row).execute(&mut conn).await?;
        }
    }
    drop(conn);
    Ok(pool)
}

fn pool(path: &str) -> Result<Pool, BuildError> {
    let mut config = ManagerConfig::<Connection>::default();
    config.custom_setup = Box::new(|path| connect(path.to_owned()).boxed());
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config)).max_size(8).build()
}

/// A writer waits for the writer before it. No one waits for readers.
async fn connect(path: String) -> Result<Connection, ConnectionError> {
    let mut conn = Connection::establish(&path).await?;
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
