//! This crate on the connections of [diesel-async](diesel_async): `AsyncPgConnection`, `AsyncMysqlConnection` and
//! `SyncConnectionWrapper<SqliteConnection>`, pooled ones included.
//!
//! The names, statements, outcomes and errors are those of the synchronous side. Import the [`prelude`] of this module
//! instead of the [synchronous one](crate::prelude), and await what its methods return:
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
//! A PostgreSQL connection that is used through a shared reference sends the next statement before the last is
//! answered. Saves of different rows then wait for their answers together:
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
//! Each save is its own statement. If one fails inside a transaction, the saves that were sent before it stay written
//! until the rollback. Outside a transaction they stay written for good.
//!
//! # A future that is dropped
//!
//! If the future of a save is dropped, by `tokio::time::timeout` or `select!`, the record stays as it was. The row may
//! have been written or not, because the statement may have reached the server. Load the record again, or save it
//! again: if the write did happen, the second save conflicts.
//!
//! On MySQL and MariaDB the connection is lost as well: the next statement would take the unread answer for its own,
//! and a refused save would seem to be written. So the dropped save marks the connection as broken. Every further save
//! on it fails with [`BrokenTransactionManager`](diesel::result::Error::BrokenTransactionManager), and pools replace
//! it. A connection to PostgreSQL or SQLite is good for the next save.
//!
//! A dropped batch, [`transaction_concurrent`] or [`retry_on_conflict`], and a batch that panics, marks its connection
//! as broken on every engine, because the transaction may still be open. Pools replace the connection, and every
//! further save on it is refused. A `&AsyncPgConnection` does not see the mark; there the transaction is rolled back
//! before the next save runs.
//!
//! diesel-async's own `transaction` also reports its connection to pools as broken, but does not refuse a save on it.
//! Outside a pool, stop using a connection on which such a transaction was dropped.
//!
//! # A plain statement that is dropped, on MySQL and MariaDB
//!
//! When the future of a *plain Diesel statement* is dropped on MySQL or MariaDB, its answer is still on the way.
//! Neither diesel-async nor this crate notices, so no mark is set. The next save may then take the `Ok` of the other
//! statement for its own. Discard such a connection. A pool does so if it sends a query of its own before it hands out
//! a connection, and compares the answer:
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
//! `RecyclingMethod::Fast` sends no query, and hands out such a connection.

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
