//! `transaction_concurrent`: a transaction that leaves no wrong version behind. `transaction` begins and ends it.

use crate::connection::Connection;
use crate::executor::{Blocking, now};
use crate::records::Records;
use crate::transaction::{Frame, Refusal};

/// Runs the closure in a transaction, and restores the versions of the listed records if it rolls back.
///
/// A save inside a transaction advances the record's version. If the transaction then rolls back, the version in memory
/// is ahead of the row's. After plain [`Connection::transaction`](diesel::Connection::transaction) the next save then
/// reports a conflict although no one else wrote. Worse, once another writer has advanced the row to just that version,
/// the next save overwrites their work. Here the listed records get their versions back, whether an error, a panic or a
/// failed COMMIT rolled the transaction back. Their other fields do not change, unless a [`Tracked`](crate::Tracked)
/// record took over other writers' values. A panic goes on afterwards.
///
/// Records are recognized by the value of their key, wherever in the list the closure puts them. If the closure puts
/// another row's record in a listed place, its version can only be lowered, never raised.
///
/// # Nested transactions
///
/// Inside a transaction this function sets a savepoint. The transaction around it can still roll back, so list a record
/// in the outermost call, too. The closure gets the list as `&mut`: for one record a `&mut &mut T`. Write
/// `&mut **record` to make it a `&mut T` for the next list.
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::transaction_concurrent;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// # let (mut article, _) = two_copies(conn);
/// transaction_concurrent(conn, &mut article, |conn, article| {
///     article.save_concurrent(conn)?;
///     // A savepoint that rolls back restores the version from before it.
///     let undone = transaction_concurrent(conn, &mut **article, |conn, article| {
///         article.save_concurrent(conn)?;
///         Err::<(), ConcurrencyError>(diesel::result::Error::RollbackTransaction.into())
///     });
///     assert!(undone.is_err());
///     article.save_concurrent(conn)
/// })?;
/// assert_eq!(article.version, 3);
/// # Ok(())
/// # }
/// ```
///
/// # What it sends, and errors that the closure swallows
///
/// On MySQL and MariaDB it first asks how each listed record's table is made, also if that is a temporary table or
/// behind a view, and refuses a table whose storage engine cannot roll back.
///
/// It sends BEGIN and COMMIT. On SQLite that is BEGIN IMMEDIATE, so that no other writer comes between a read and a
/// write. On MySQL and MariaDB it sets a savepoint with the BEGIN, and releases it before the COMMIT.
///
/// The closure must not swallow a database error. If it does and returns `Ok`, Diesel's `transaction` may return `Ok`
/// although nothing, or only its end, was committed. This function returns an error:
///
/// - PostgreSQL commits nothing after any error: [`Database`](crate::ConcurrencyError::Database), "current transaction
///   is aborted, commands ignored until end of transaction block".
/// - MySQL and MariaDB roll back at a deadlock and at error 1020, and then commit every later statement by itself:
///   [`TransactionLost`](crate::ConcurrencyError::TransactionLost). After other errors the transaction goes on.
/// - SQLite does the same after a full disk, an I/O error, `ON CONFLICT ROLLBACK` and `RAISE(ROLLBACK)`.
///
/// `TransactionLost` is also the error after a statement that commits by itself (`CREATE TABLE` on MySQL and MariaDB).
///
/// If the transaction is gone and the closure fails, a part of the transaction may be committed. The closure's error
/// does not say so, so `TransactionLost` is returned instead of it. The versions are restored, so the next save of a
/// record conflicts if its row was written. A [`Tracked`](crate::Tracked) record remembers that its saves may be
/// committed, also after a panic.
///
/// The closure's own error is returned only if it explains the loss: it holds an error of this library with which the
/// engine rolled back, for example a deadlock, and the closure swallowed no other. On SQLite any error of a statement
/// that was begun may be the one with which the engine rolled back, and is returned. We do not see an error of Diesel's
/// own that the closure swallows. The error that is returned may then be a later one, and a tracked record still
/// remembers that its saves may be committed. Convert Diesel's errors with `?` into an error type that contains
/// [`ConcurrencyError`](crate::ConcurrencyError): we recognize no other.
///
/// # Errors
///
/// The closure's error, or the database's error at BEGIN, COMMIT or ROLLBACK. As a
/// [`ConcurrencyError`](crate::ConcurrencyError) the latter is one of these:
///
/// - [`Restart`](crate::ConcurrencyError::Restart) if the transaction can be run again;
/// - [`TransactionLost`](crate::ConcurrencyError::TransactionLost) if the engine no longer had the transaction;
/// - [`OutcomeUnknown`](crate::ConcurrencyError::OutcomeUnknown) if COMMIT got no answer. The connection is then dead,
///   and a blocking one reports "The transaction manager is broken": use another one.
///
/// A refused ROLLBACK is sent once more. If that is refused, too, the error is returned, and the connection is marked
/// as broken. If a listed record's table cannot roll back, nothing is run, and the error is a `QueryBuilderError`
/// around a [`CannotRollBackError`](crate::CannotRollBackError).
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::transaction_concurrent;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// # diesel::insert_into(articles::table)
/// #     .values((articles::id.eq(2), articles::title.eq("second"), articles::views.eq(0), articles::version.eq(1)))
/// #     .execute(conn)?;
/// let mut first: Article = articles::table.find(1).select(Article::as_select()).first(conn)?;
/// let mut second: Article = articles::table.find(2).select(Article::as_select()).first(conn)?;
/// // Another writer saves the second article.
/// diesel::update(articles::table.find(2)).set(articles::version.eq(2)).execute(conn)?;
///
/// let conflict = transaction_concurrent(conn, (&mut first, &mut second), |conn, (first, second)| {
///     first.save_concurrent(conn)?;
///     assert_eq!(first.version, 2);
///     second.save_concurrent(conn)
/// });
/// assert!(conflict.unwrap_err().is_conflict());
///
/// // The save of the first article was rolled back, and so was its version in memory: it can be saved again.
/// assert_eq!(first.version, 1);
/// second.reload_concurrent(conn)?;
/// transaction_concurrent(conn, (&mut first, &mut second), |conn, (first, second)| {
///     first.save_concurrent(conn)?;
///     second.save_concurrent(conn)
/// })?;
/// assert_eq!((first.version, second.version), (2, 3));
/// # Ok(())
/// # }
/// ```
pub fn transaction_concurrent<C, R, T, E, F>(conn: &mut C, records: R, f: F) -> Result<T, E>
where
    C: Connection,
    R: Records<C::Database>,
    E: From<diesel::result::Error>,
    F: FnOnce(&mut C, &mut R) -> Result<T, E>,
{
    let mut frame = now(Frame::<Blocking<C>, R>::begin(conn, records))?;
    let (conn, records, refusals) = frame.parts();
    // A panic of the closure ends the frame, which rolls back and restores the versions.
    let outcome = refusals.hear(|| f(conn, records));
    now(frame.end(outcome, |_| Refusal::None)).outcome
}
