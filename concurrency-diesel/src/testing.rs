//! For the tests of a program. It proves on your own models and your own database what this library promises, and makes
//! stale copies and interleavings to test your own code with.
//!
//! Enable the feature `testing` in `[dev-dependencies]`.

mod finding;
mod interleave;
mod record_names;
mod subject;

use diesel::connection::LoadConnection;
use diesel::result::QueryResult;

use crate::concurrent::ConcurrentOn;
use crate::dsl::ConcurrentDsl as _;
use crate::error::ConcurrencyError;
use crate::triggers::CatalogBackend;

pub use finding::{CheckModelError, Finding, Guarantee};
pub use interleave::{Turn, interleave};
pub use record_names::{RecordNames, RecordNamesError, check_record_names};

/// Proves that no update of a model and its table can be lost, by trying to break every [`Guarantee`].
///
/// `load` reads one record, the same in each call; its row must exist. `edit` changes the record in a way that counts:
/// it sets a checked field to a value other than before. Each broken guarantee is returned as a [`Finding`].
///
/// The database stays as it was: everything happens in a transaction that is rolled back, or in a savepoint if the
/// connection is already in a transaction. It may be in Diesel's `begin_test_transaction`, with a row that was inserted
/// only for the test. Until the rollback other writers of the row wait; on SQLite, all writers of the file. What no
/// transaction rolls back remains: sequences and AUTO_INCREMENT counters that a trigger of yours moves. A table of an
/// engine without transactions, on MySQL and MariaDB, is reported, and nothing is written to it. `load` and `edit` must
/// not commit; on MySQL and MariaDB `CREATE TABLE` commits, too.
///
/// A scope such as [`disable_concurrency`](crate::disable_concurrency) is in force here, too, and its effect is then
/// reported.
///
/// # Errors
///
/// [`CheckModelError`], with the findings.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::testing::{Guarantee, check_model};
/// use diesel::connection::SimpleConnection;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// let load = |conn: &mut SqliteConnection| articles::table.find(1).select(Article::as_select()).first(conn);
/// let edit = |article: &mut Article| article.views += 1;
/// check_model::<Article, _>(conn, load, edit)?;
///
/// // A trigger that is not ours also moves the version: after a save, memory differs from the row.
/// conn.batch_execute(
///     "CREATE TRIGGER twice AFTER UPDATE ON articles
///      BEGIN UPDATE articles SET version = version + 1 WHERE id = NEW.id; END",
/// )?;
/// let error = check_model::<Article, _>(conn, load, edit).unwrap_err();
/// assert_eq!(error.findings()[0].guarantee, Guarantee::OneStep);
/// assert_eq!(
///     error.findings()[0].to_string(),
///     "a save moves the version by one step: after a save the record is at version 2 and its row at 3; look for a \
///      trigger or a column type that changes the version",
/// );
/// # Ok(())
/// # }
/// ```
pub fn check_model<T, C>(
    conn: &mut C,
    load: impl FnMut(&mut C) -> QueryResult<T>,
    edit: impl FnMut(&mut T),
) -> Result<(), CheckModelError>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let findings = subject::findings(conn, load, edit);
    if findings.is_empty() { Ok(()) } else { Err(CheckModelError::new::<T, C::Backend>(findings)) }
}

/// Returns a copy of the record that is stale from now on, as if another writer had saved the record since it was
/// loaded.
///
/// The record itself is [touched](crate::ConcurrentDsl::touch_concurrent) and stays fresh: its row's version advances,
/// and no other column changes. This happens in a transaction or a savepoint of its own, without which xmin would not
/// move.
///
/// # Errors
///
/// As [`touch_concurrent`](crate::ConcurrentDsl::touch_concurrent).
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::testing::stale_copy;
///
/// /// The code under test: it must not overwrite what others wrote.
/// fn publish(article: &mut Article, conn: &mut SqliteConnection) -> Result<(), ConcurrencyError> {
///     article.title = format!("{}, published", article.title);
///     article.save_concurrent(conn)
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// # let (mut article, _) = two_copies(conn);
/// let mut stale = stale_copy(&mut article, conn)?;
/// assert!(publish(&mut stale, conn).unwrap_err().is_conflict());
/// publish(&mut article, conn)?;
/// # Ok(())
/// # }
/// ```
pub fn stale_copy<T, C>(record: &mut T, conn: &mut C) -> Result<T, ConcurrencyError>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend> + Clone,
{
    let stale = record.clone();
    conn.transaction(|conn| record.touch_concurrent(conn))?;
    Ok(stale)
}
