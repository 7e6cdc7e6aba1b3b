//! Statements that an engine answers with an error and does not undo. SQLite keeps what a statement wrote before a trigger ended it
//! by `RAISE(FAIL)` or an `OR FAIL` of its own; a table of MySQL or MariaDB that cannot roll back keeps what it wrote before a trigger
//! failed.

use diesel::result::Error;

use crate::backend::ConcurrencyBackend as _;
use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::error::{ConcurrencyError, Fault};
use crate::executor::{Executor, Session};
use crate::outcome;
use crate::save::found_version;
use crate::statement::{Committed, SelectChanges, Source};
use crate::table::{self, Rollback};

/// What a write of the record failed with: the error itself, or, where the row was written all the same, that the outcome is not what
/// the error says.
///
/// It asks right after the write, `SELECT changes()`, because the next statement that writes forgets the number.
pub(crate) async fn check<T, E>(record: &T, error: ConcurrencyError, session: &mut Session<'_, E>) -> ConcurrencyError
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    // An error of the statement is said before anything is written, and leaves the number of the statement before it.
    let is_said_of_row = matches!(error, ConcurrencyError::Database(Error::DatabaseError(..)));
    if !is_said_of_row || error.fault() == Fault::Statement {
        return error;
    }
    let changes = <T::Version as VersionOn<_, _>>::__load_numbers(SelectChanges, session).await;
    match changes.as_deref() {
        Ok([0]) => error,
        Ok(_) | Err(_) => outcome::kept::<T, E::Backend>(record, &error),
    }
}

/// Whether a write that was answered with this error may stay written because its table cannot roll back.
pub(crate) const fn may_stay<E: Executor>(error: &ConcurrencyError) -> bool {
    E::Backend::__HAS_TABLES_WITHOUT_TRANSACTIONS
        && matches!(error, ConcurrencyError::Database(Error::DatabaseError(..)) | ConcurrencyError::Restart(_))
}

/// The answer to a write of the record, or, where that is an error and the row may be written all the same, that nobody knows.
pub(crate) async fn settle<T, E, A>(
    answer: Result<A, ConcurrencyError>,
    source: Source<'_, T>,
    moves_version: bool,
    session: &mut Session<'_, E>,
) -> Result<A, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match answer {
        Err(error) if may_stay::<E>(&error) => Err(Box::pin(check_table(source, error, moves_version, session)).await),
        answer => answer,
    }
}

/// What a write of the record failed with: the error itself, if the table can roll back, or if the row still has the record's version
/// and the write, which that version guards, moves it. Otherwise the row may have been written.
pub(crate) async fn check_table<T, E>(
    source: Source<'_, T>,
    error: ConcurrencyError,
    moves_version: bool,
    session: &mut Session<'_, E>,
) -> ConcurrencyError
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    // What is waited for, or met in a deadlock, is a table with transactions; what is wrong with the statement is said before it runs.
    let is_said_before = error.fault() == Fault::Statement;
    match table::rollback_of::<T, E>(session).await {
        Ok(Rollback::Possible) => return error,
        Ok(Rollback::Unknown) | Err(_) if is_said_before => return error,
        Ok(Rollback::Unknown | Rollback::Impossible(_)) | Err(_) => {}
    }
    if moves_version {
        let found = found_version::<T, E, Committed>(source, session).await;
        if matches!(found, Ok(Some(found)) if outcome::is_current(source.record, &found)) {
            return error;
        }
    }
    outcome::kept_by_table::<T, E::Backend>(source.record, &error)
}
