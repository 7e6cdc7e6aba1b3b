//! What the rows affected by a statement mean. "0 rows" is interpreted here and nowhere else; nothing here sends SQL.

use concurrency_core::{RecordDeletedError, RecordModifiedError, VersionField, VersionValue, WriteSuppressedError};
use diesel::query_builder::QueryFragment;
use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, table_name};
use crate::error::ConcurrencyError;
use crate::trace;

/// What the number of rows says about a guarded statement.
pub(crate) enum Outcome {
    /// The one row was written.
    Written,
    /// No row had this key and this version; the version found now tells why.
    Refused,
}

impl Outcome {
    /// The version, if it was written.
    pub(crate) fn written<V>(self, version: V) -> Option<V> {
        match self {
            Self::Written => Some(version),
            Self::Refused => None,
        }
    }
}

/// Interprets the number of rows that a guarded statement wrote.
pub(crate) fn outcome<T, DB>(record: &T, rows: QueryResult<usize>) -> Result<Outcome, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    match rows.map_err(|error| failure::<T, DB>(record, ConcurrencyError::of_write(error)))? {
        0 => Ok(Outcome::Refused),
        1 => Ok(Outcome::Written),
        rows => Err(ambiguous_key::<T, DB>(record, rows)),
    }
}

/// Why a statement that expected a version was refused: the version found, or that there is no row.
pub(crate) fn refusal<T, DB>(record: &T, expected: &T::Version, found: Option<&T::Version>) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let table = table_name::<T, DB>();
    let key = record.__key();
    let expected = version_value::<T>(expected);
    let error = match found.map(version_value::<T>) {
        None => ConcurrencyError::RecordDeleted(Box::new(RecordDeletedError::new(table, key, expected))),
        Some(found) if found == expected => {
            ConcurrencyError::WriteSuppressed(Box::new(WriteSuppressedError::new(table, key, expected)))
        }
        Some(found) => {
            ConcurrencyError::RecordModified(Box::new(RecordModifiedError::new(table, key, expected, found)))
        }
    };
    trace::conflict(&error);
    error
}

/// What the database said to a statement about the record.
fn failure<T, DB>(record: &T, error: ConcurrencyError) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    if let ConcurrencyError::Restart(_) = error {
        trace::restart_of::<T, DB>(record);
    }
    error
}

/// Whether the version found is the record's.
pub(crate) fn is_current<T: Concurrent>(record: &T, found: &T::Version) -> bool {
    is_same::<T>(found, record.__version())
}

/// Whether two versions are the same version.
pub(crate) fn is_same<T: Concurrent>(one: &T::Version, other: &T::Version) -> bool {
    version_value::<T>(one) == version_value::<T>(other)
}

/// The one answer of a statement that reads the record's row, or that it answered with none.
pub(crate) fn at_most_one<T, DB, A>(record: &T, answers: QueryResult<Vec<A>>) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    one_of::<T, DB, A>(record, answers.map_err(ConcurrencyError::classified))
}

/// The same of a statement that writes the row and answers with what it wrote.
pub(crate) fn at_most_one_written<T, DB, A>(
    record: &T,
    answers: QueryResult<Vec<A>>,
) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    one_of::<T, DB, A>(record, answers.map_err(ConcurrencyError::of_write))
}

/// The same of a question about what was written before: whatever becomes of it, that write was done.
pub(crate) fn at_most_one_after_write<T, DB, A>(
    record: &T,
    answers: QueryResult<Vec<A>>,
) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let unknown = |error| match ConcurrencyError::of_write(error) {
        ConcurrencyError::Database(error) => ConcurrencyError::OutcomeUnknown(Box::new(error)),
        other => other,
    };
    one_of::<T, DB, A>(record, answers.map_err(unknown))
}

fn one_of<T, DB, A>(record: &T, answers: Result<Vec<A>, ConcurrencyError>) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let answers = answers.map_err(|error| failure::<T, DB>(record, error))?;
    match answers.len() {
        0 | 1 => Ok(answers.into_iter().next()),
        rows => Err(ambiguous_key::<T, DB>(record, rows)),
    }
}

/// A version of a record's type as errors carry it.
pub(crate) fn version_value<T: Concurrent>(version: &T::Version) -> VersionValue {
    T::VersionField::value(version)
}

/// The version cannot advance any further.
pub(crate) fn exhausted<T, DB>() -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    ConcurrencyError::VersionExhausted { table: table_name::<T, DB>() }
}

/// The key names several rows: the transaction must be rolled back and the model corrected.
pub(crate) fn ambiguous_key<T, DB>(record: &T, rows: usize) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let table = table_name::<T, DB>();
    let key = record.__key();
    let message = format!(
        "the key of {table} is not unique: {rows} rows have {key}; roll back what was written, and name every key column in `#[diesel(primary_key(…))]`"
    );
    ConcurrencyError::Database(diesel::result::Error::QueryBuilderError(message.into()))
}
