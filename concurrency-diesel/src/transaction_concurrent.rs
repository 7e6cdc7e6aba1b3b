//! `transaction_concurrent`: a transaction that leaves no wrong version behind. How a transaction begins and ends stands in
//! `transaction`.

use crate::connection::Connection;
use crate::executor::{Blocking, now};
use crate::records::Records;
use crate::transaction::{Frame, Refusal};

/// Runs the closure in a transaction, and restores the versions of the listed records if it rolls back.
///
/// A save that succeeded inside a transaction has advanced the record's version. If the transaction then rolls back, the version in
/// memory is ahead of the row's: after plain [`Connection::transaction`](diesel::Connection::transaction) the next save conflicts
/// with nobody, or, once somebody else has advanced the row to just that version, overwrites what they saved. Here the listed
/// records get back the versions that they had, and nothing else of them changes: whether it was an error that rolled the transaction
/// back, a panic, which goes on after that, or a COMMIT that failed.
///
/// Called inside a transaction it sets a savepoint. A transaction around it can still roll back, so list a record in the
/// outermost call. A record is known by the value of its key, wherever in the list the closure puts it. A record of another row gets
/// at most an older version, if it takes the place of a listed one: it may be that one, with another key.
///
/// On MySQL and MariaDB it first asks for the storage engine of each listed record's table, and refuses one that cannot roll back.
///
/// It sends BEGIN and COMMIT; on SQLite BEGIN IMMEDIATE, so that what was read is still so when it is written, on MySQL and
/// MariaDB a savepoint with the BEGIN, which is released before the COMMIT. The closure must not swallow a database error: after most of
/// them PostgreSQL commits nothing more, MySQL and MariaDB have rolled back and commit every later statement by itself, and SQLite does
/// so after a full disk, an I/O error, `ON CONFLICT ROLLBACK` and `RAISE(ROLLBACK)`. Diesel's `transaction` says `Ok` there; this
/// one finds the transaction gone before it commits, and returns an error. So it does after a statement that commits by itself
/// (`CREATE TABLE` on MySQL and MariaDB).
///
/// It finds the same where the closure fails. A part of the transaction may then be committed, and the closure's error, which
/// says nothing of that, gives way to [`TransactionLost`](crate::ConcurrencyError::TransactionLost). The versions are restored, so that the next save of
/// a record conflicts if its row was written, and a [`Tracked`](crate::Tracked) record remembers that its saves may be committed: also
/// after a panic, which goes on. The closure's error comes out only where it explains the loss: it holds an error of this library
/// with which the engine rolled back, a deadlock for example, and the closure has swallowed no other. On SQLite it comes out if it
/// holds any error of the database. Convert Diesel's errors with `?` into an error type that keeps
/// [`ConcurrencyError`](crate::ConcurrencyError), because an error that this library has never seen explains nothing.
///
/// # Errors
///
/// What the closure returned; what the database said to BEGIN, COMMIT or ROLLBACK, of which
/// [`ConcurrencyError`](crate::ConcurrencyError) makes [`Restart`](crate::ConcurrencyError::Restart) where that is the remedy,
/// [`TransactionLost`](crate::ConcurrencyError::TransactionLost) where the engine no longer had the transaction, in place of the closure's error too, and
/// [`OutcomeUnknown`](crate::ConcurrencyError::OutcomeUnknown) where COMMIT got no answer. A ROLLBACK that is refused is sent once more;
/// if that is refused, too, its error comes out, and the connection is marked as broken. Where a listed record's table cannot roll back,
/// nothing is run, and the error is a `QueryBuilderError` around a [`CannotRollBackError`](crate::CannotRollBackError).
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
/// // Somebody else saves the second article.
/// diesel::update(articles::table.find(2)).set(articles::version.eq(2)).execute(conn)?;
///
/// let conflict = transaction_concurrent(conn, (&mut first, &mut second), |conn, (first, second)| {
///     first.save_concurrent(conn)?;
///     assert_eq!(first.version, 2);
///     second.save_concurrent(conn)
/// });
/// assert!(conflict.unwrap_err().is_conflict());
///
/// // The first save was rolled back, and so was the version in memory: the record can be saved again.
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
    // A panic of the closure ends the frame, which rolls back and gives the versions back.
    let outcome = refusals.hear(|| f(conn, records));
    now(frame.end(outcome, |_| Refusal::None)).outcome
}
