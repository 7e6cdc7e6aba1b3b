//! Statements that an engine answers with an error but does not undo. SQLite keeps what a statement wrote before a
//! trigger ended it by `RAISE(FAIL)` or an `OR FAIL` of its own. A MySQL or MariaDB table that cannot roll back keeps
//! what was written before a trigger failed.

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

/// The error of a write of the record: the error itself or, if the row was written, an unknown outcome.
///
/// It sends `SELECT changes()` right after the write, because the next statement that writes overwrites the number.
pub(crate) async fn check<T, E>(record: &T, error: ConcurrencyError, session: &mut Session<'_, E>) -> ConcurrencyError
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    // An error about the statement is reported before anything is written, and the number is then that of the statement
    // before.
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

/// Whether a write that failed with this error may stay written because its table cannot roll back.
pub(crate) const fn may_stay<E: Executor>(error: &ConcurrencyError) -> bool {
    E::Backend::__HAS_TABLES_WITHOUT_TRANSACTIONS
        && matches!(error, ConcurrencyError::Database(Error::DatabaseError(..)) | ConcurrencyError::Restart(_))
}

/// The answer to a write of the record. If that is an error and the row may have been written, the outcome is unknown.
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

/// The error of a write of the record: the error itself if the table can roll back, or if the row still has the
/// record's version and the write, which that version guards, would have moved it. Otherwise the row may have been
/// written.
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
    // A lock wait or a deadlock happens in a table with transactions. An error about the statement is reported before
    // it runs.
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
