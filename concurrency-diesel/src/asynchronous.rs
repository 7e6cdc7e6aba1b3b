//! The same on the connections of [diesel-async](diesel_async): `AsyncPgConnection`, `AsyncMysqlConnection` and
//! `SyncConnectionWrapper<SqliteConnection>`, pooled ones included.
//!
//! The names are those of the synchronous side, and so are the statements, outcomes and errors. Import the
//! [`prelude`] of this module instead of the [synchronous one](crate::prelude), and await what its methods return:
//!
//! ```
//! use concurrency_diesel::asynchronous::prelude::*;
//! use diesel::prelude::{Identifiable, QueryDsl, Queryable, Selectable, SelectableHelper, SqliteConnection};
//! use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
//! use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
//!
//! diesel::table! {
//!     articles (id) {
//!         id -> BigInt,
//!         title -> Text,
//!         version -> BigInt,
//!     }
//! }
//!
//! #[derive(Queryable, Selectable, Identifiable, Concurrent)]
//! struct Article {
//!     id: i64,
//!     title: String,
//!     #[concurrent(version)]
//!     version: i64,
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut conn = SyncConnectionWrapper::<SqliteConnection>::establish(":memory:").await?;
//! #   conn.batch_execute(
//! #       "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, version BIGINT NOT NULL);
//! #        INSERT INTO articles VALUES (1, 'first', 1)",
//! #   )
//! #   .await?;
//!     let mut article: Article = articles::table.find(1).select(Article::as_select()).first(&mut conn).await?;
//!     let mut stale: Article = articles::table.find(1).select(Article::as_select()).first(&mut conn).await?;
//!
//!     article.title = "new title".to_owned();
//!     article.save_concurrent(&mut conn).await?;
//!     assert_eq!(article.version, 2);
//!
//!     stale.title = "another title".to_owned();
//!     let error = stale.save_concurrent(&mut conn).await.unwrap_err();
//!     assert!(error.is_conflict());
//!
//!     conn.transaction(async |conn| {
//!         stale.reload_concurrent(conn).await?;
//!         stale.title = "another title".to_owned();
//!         stale.save_concurrent(conn).await
//!     })
//!     .await?;
//!     assert_eq!(stale.version, 3);
//!     Ok(())
//! }
//! ```
//!
//! # Many saves at once
//!
//! A PostgreSQL connection sends the next statement before the last is answered, if it is used through a shared
//! reference. Saves of different rows then share the time that the answers take:
//!
//! ```
//! # #[cfg(feature = "postgres_backend")]
//! # mod example {
//! use concurrency_diesel::asynchronous::{ConcurrentOn, prelude::*};
//! use diesel::pg::Pg;
//! use diesel_async::AsyncPgConnection;
//! use futures_util::future::try_join_all;
//!
//! async fn save_all<T>(records: &mut [T], conn: &AsyncPgConnection) -> Result<(), ConcurrencyError>
//! where
//!     T: ConcurrentOn<Pg>,
//! {
//!     let saves = records.iter_mut().map(async |record| record.save_concurrent(&mut &*conn).await);
//!     try_join_all(saves).await?;
//!     Ok(())
//! }
//! # }
//! ```
//!
//! Each save is a statement of its own. Inside a transaction the first error leaves those that were sent before it written
//! until the rollback; outside, for good.
//!
//! # A future that is dropped
//!
//! A save whose future is dropped, by `tokio::time::timeout` or `select!`, leaves the record as it was. The row may be
//! written or not: the statement may have reached the server. Load the record again, or save it again: if the write
//! did happen, the second save conflicts.
//!
//! On MySQL and MariaDB the connection is lost with it: the next statement would take the answer that nobody waited for as its
//! own, and a save that was refused would come out as written. So the dropped save marks the connection as broken: every further
//! save on it is refused with [`BrokenTransactionManager`](diesel::result::Error::BrokenTransactionManager), and the pools
//! replace it. A connection of PostgreSQL or SQLite is good for the next save.
//!
//! A batch, a [`transaction_concurrent`] or a [`retry_on_conflict`] that is dropped, or a batch that panics, marks its connection as
//! broken on every engine, because the transaction may still be open: pools replace the connection, and every further save on
//! it is refused. A `&AsyncPgConnection` knows of no mark; there the transaction is rolled back before the next save is run.
//!
//! diesel-async's own `transaction` reports its connection to pools as broken, too, but a save on it is not refused. Outside
//! a pool, do not use a connection any further on which such a transaction was dropped.
//!
//! # A plain statement that is dropped, on MySQL and MariaDB
//!
//! When the future of a *plain Diesel statement* is dropped on MySQL or MariaDB, its answer is still on the way. Neither
//! diesel-async nor this crate notices, so that no mark is set. The next save may then take the `Ok` of the other statement
//! for its own. Throw such a connection away. A pool does so if it asks a question of its own before it hands a connection
//! out, and compares the answer:
//!
//! ```
//! # #[cfg(feature = "mysql_backend")]
//! # mod example {
//! use std::sync::atomic::{AtomicI64, Ordering};
//!
//! use diesel::IntoSql as _;
//! use diesel::result::Error::BrokenTransactionManager;
//! use diesel::sql_types::BigInt;
//! use diesel_async::pooled_connection::{ManagerConfig, RecyclingMethod};
//! use diesel_async::{AsyncMysqlConnection, RunQueryDsl as _};
//! use futures_util::FutureExt as _;
//!
//! static QUESTION: AtomicI64 = AtomicI64::new(0);
//!
//! fn config() -> ManagerConfig<AsyncMysqlConnection> {
//!     let mut config = ManagerConfig::default();
//!     config.recycling_method = RecyclingMethod::CustomFunction(Box::new(|conn| {
//!         async move {
//!             let question = QUESTION.fetch_add(1, Ordering::Relaxed);
//!             let answer: i64 = diesel::select(question.into_sql::<BigInt>()).get_result(conn).await?;
//!             if answer == question { Ok(()) } else { Err(BrokenTransactionManager) }
//!         }
//!         .boxed()
//!     }));
//!     config
//! }
//! # }
//! ```
//!
//! `RecyclingMethod::Fast` asks nothing, and hands such a connection on.

mod bulk;
mod concurrent;
mod connection;
mod dsl;
#[cfg(feature = "edit-lock")]
pub mod edit_lock;
mod load;
pub mod prelude;
mod retry;
mod tracked;
mod transaction;
pub mod triggers;

pub use self::bulk::BulkConcurrentDsl;
pub use self::concurrent::ConcurrentOn;
pub use self::connection::{Connection, Exclusive, Shared, TransactionConnection};
pub use self::dsl::ConcurrentDsl;
pub use self::load::LoadableOn;
pub use self::retry::{Sleep, TokioSleep, Work, retry_if, retry_if_with, retry_on_conflict, retry_on_conflict_with};
pub use self::tracked::TrackedDsl;
pub use self::transaction::{WorkOnce, transaction_concurrent};
pub use crate::scope::asynchronous::{
    disable_concurrency, disable_concurrency_for, disable_increment, disable_increment_for,
};
pub use crate::tracked::Tracked;
