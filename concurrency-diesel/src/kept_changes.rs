//! Statements that an engine answers with an error and does not undo. SQLite keeps what a statement wrote before a trigger ended it
//! by `RAISE(FAIL)` or an `OR FAIL` of its own.

use diesel::result::Error;

use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::error::{ConcurrencyError, Fault};
use crate::executor::{Executor, Session};
use crate::outcome;
use crate::statement::SelectChanges;

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
