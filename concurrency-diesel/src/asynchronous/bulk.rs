//! `BulkConcurrentDsl` on the connections of diesel-async. `crate::bulk` sends the batches.

use futures_core::future::BoxFuture;

use super::concurrent::ConcurrentOn;
use super::connection::{TransactionConnection, under_way};
use crate::bulk::{self, BulkConflict, BulkError};
use crate::concurrent::Concurrent;

/// Methods for many records of one type, in a slice, an array or a vector: those of [`crate::BulkConcurrentDsl`],
/// awaited, with the same statements.
///
/// A dropped future leaves the records as they were, and marks the connection as broken: see [what a dropped future
/// leaves](super#a-future-that-is-dropped).
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection().await;
/// # diesel::sql_query("INSERT INTO articles VALUES (2, 'second', 0, 1), (3, 'third', 0, 1)").execute(conn).await?;
/// use concurrency_diesel::BulkError;
///
/// let mut mine: Vec<Article> = articles::table.select(Article::as_select()).load(conn).await?;
/// let mut theirs = mine[1].clone();
/// theirs.save_concurrent(conn).await?;
///
/// mine.iter_mut().for_each(|article| article.views += 1);
/// match mine.save_all_concurrent(conn).await {
///     Err(BulkError::Conflicts(conflicts)) => assert_eq!(conflicts[0].index, 1),
///     other => panic!("{other:?}"),
/// }
/// assert!(mine.iter().all(|article| article.version == 1));
///
/// let refused = mine.save_each_concurrent(conn).await?;
/// assert_eq!(refused.len(), 1);
/// assert_eq!(mine.iter().map(|article| article.version).collect::<Vec<_>>(), [2, 1, 2]);
/// # Ok(())
/// # }
/// ```
pub trait BulkConcurrentDsl {
    /// The type of the records.
    type Record: Concurrent;

    /// [Writes every record, or none of them](crate::BulkConcurrentDsl::save_all_concurrent).
    ///
    /// # Errors
    ///
    /// As [there](crate::BulkConcurrentDsl::save_all_concurrent).
    fn save_all_concurrent<'a, C>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), BulkError>>
    where
        C: TransactionConnection,
        Self::Record: ConcurrentOn<C::Database>;

    /// [Writes every record that can be written](crate::BulkConcurrentDsl::save_each_concurrent), and returns the
    /// others.
    ///
    /// # Errors
    ///
    /// As [there](crate::BulkConcurrentDsl::save_each_concurrent).
    fn save_each_concurrent<'a, C>(
        &'a mut self,
        conn: &'a mut C,
    ) -> BoxFuture<'a, Result<Vec<BulkConflict>, BulkError>>
    where
        C: TransactionConnection,
        Self::Record: ConcurrentOn<C::Database>;

    /// [Deletes the row of every record, or none](crate::BulkConcurrentDsl::delete_all_concurrent).
    ///
    /// # Errors
    ///
    /// As [there](crate::BulkConcurrentDsl::delete_all_concurrent).
    fn delete_all_concurrent<'a, C>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), BulkError>>
    where
        C: TransactionConnection,
        Self::Record: ConcurrentOn<C::Database>;

    /// [Deletes every row that can be deleted](crate::BulkConcurrentDsl::delete_each_concurrent), and returns the other
    /// records.
    ///
    /// # Errors
    ///
    /// As [there](crate::BulkConcurrentDsl::delete_each_concurrent).
    fn delete_each_concurrent<'a, C>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<Vec<BulkConflict>, BulkError>>
    where
        C: TransactionConnection,
        Self::Record: ConcurrentOn<C::Database>;

    /// [Checks](crate::BulkConcurrentDsl::check_all_concurrent) that every row still has its record's version.
    ///
    /// # Errors
    ///
    /// As [there](crate::BulkConcurrentDsl::check_all_concurrent).
    fn check_all_concurrent<'a, C>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), BulkError>>
    where
        C: TransactionConnection,
        Self::Record: ConcurrentOn<C::Database>;
}

impl<T: Concurrent> BulkConcurrentDsl for [T] {
    type Record = T;

    fn save_all_concurrent<'a, C>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), BulkError>>
    where
        C: TransactionConnection,
        T: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| bulk::save_all(self, session))
    }

    fn save_each_concurrent<'a, C>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<Vec<BulkConflict>, BulkError>>
    where
        C: TransactionConnection,
        T: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| bulk::save_each(self, session))
    }

    fn delete_all_concurrent<'a, C>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), BulkError>>
    where
        C: TransactionConnection,
        T: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| bulk::delete_all(self, session))
    }

    fn delete_each_concurrent<'a, C>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<Vec<BulkConflict>, BulkError>>
    where
        C: TransactionConnection,
        T: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| bulk::delete_each(self, session))
    }

    fn check_all_concurrent<'a, C>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), BulkError>>
    where
        C: TransactionConnection,
        T: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| bulk::check_all(self, session))
    }
}
