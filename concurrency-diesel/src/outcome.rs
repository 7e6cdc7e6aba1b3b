//! What the rows affected by a statement mean. "0 rows" is interpreted here and nowhere else. Nothing here sends SQL.

use concurrency_core::{RecordDeletedError, RecordModifiedError, VersionField, VersionValue, WriteSuppressedError};
use diesel::query_builder::QueryFragment;
use diesel::result::QueryResult;

use crate::backend::{ConcurrencyBackend, WriteEvent};
use crate::concurrent::{Concurrent, table_name};
use crate::error::ConcurrencyError;
use crate::trace;

/// What the number of rows says about a guarded statement.
pub(crate) enum Outcome {
    /// The one row was written.
    Written,
    /// No row had this key and this version. The version found tells why.
    Refused,
}

/// The outcome of a write that was guarded by a version.
pub(crate) enum Guarded<W, V> {
    Written(W),
    /// The version that the row was found at; `None` if there is no row.
    Refused(Option<V>),
}

impl<W, V> Guarded<W, V> {
    /// The same outcome with another value, if written.
    pub(crate) fn map<X>(self, written: X) -> Guarded<X, V> {
        match self {
            Self::Written(_) => Guarded::Written(written),
            Self::Refused(found) => Guarded::Refused(found),
        }
    }

    /// What was written, or the error for the refusal.
    pub(crate) fn or_refusal<T, DB>(self, record: &T, expected: &V) -> Result<W, ConcurrencyError>
    where
        DB: ConcurrencyBackend,
        T: Concurrent<Table: QueryFragment<DB>, Version = V>,
    {
        match self {
            Self::Written(written) => Ok(written),
            Self::Refused(found) => Err(refusal::<T, DB>(record, expected, found.as_ref())),
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

/// Why a statement that expected a version was refused: another version was found, or there is no row.
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

/// The error that a statement about the record failed with, reported to `tracing`.
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

/// The one answer of a statement that reads the record's row; `None` if there is no row.
pub(crate) fn at_most_one<T, DB, A>(record: &T, answers: QueryResult<Vec<A>>) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    at_most_one_or(ConcurrencyError::classified, record, answers)
}

/// The one answer of a statement that writes the record's row; `None` if it wrote none.
pub(crate) fn at_most_one_written<T, DB, A>(
    record: &T,
    answers: QueryResult<Vec<A>>,
) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    at_most_one_or(ConcurrencyError::of_write, record, answers)
}

/// The answer of a statement that follows a write. The row is written by then, so any failure leaves the write in
/// doubt.
pub(crate) fn told_after_write<T, DB, A>(
    record: &T,
    answers: QueryResult<Vec<A>>,
) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    at_most_one_or(ConcurrencyError::after_write, record, answers)
}

fn at_most_one_or<T, DB, A>(
    classify: fn(diesel::result::Error) -> ConcurrencyError,
    record: &T,
    answers: QueryResult<Vec<A>>,
) -> Result<Option<A>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let answers = answers.map_err(|error| failure::<T, DB>(record, classify(error)))?;
    match answers.len() {
        0 | 1 => Ok(answers.into_iter().next()),
        rows => Err(ambiguous_key::<T, DB>(record, rows)),
    }
}

/// A version of a record's type as errors carry it.
pub(crate) fn version_value<T: Concurrent>(version: &T::Version) -> VersionValue {
    T::VersionField::value(version)
}

/// Why a write that expected the maximum version was not sent. The version is exhausted only if the row is at it.
pub(crate) fn not_advanced<T, DB>(record: &T, expected: &T::Version, found: Option<&T::Version>) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    match found {
        Some(found) if is_same::<T>(found, expected) => exhausted::<T, DB>(),
        found => refusal::<T, DB>(record, expected, found),
    }
}

/// The version cannot advance any further.
pub(crate) fn exhausted<T, DB>() -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    ConcurrencyError::VersionExhausted { table: table_name::<T, DB>() }
}

/// The error for a write to a view that does not count what its triggers write: it is unknown whether the row was
/// written.
pub(crate) fn uncounted<T, DB>(record: &T) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let (table, key) = (table_name::<T, DB>(), record.__key());
    unproven(format!(
        "{table} was a table and is a view now, for which nothing counts what its triggers write, so {table} with {key} may have been written; from now on writes to it are counted in another way"
    ))
}

/// The error for a write that wrote no row of a table whose triggers or rules may have written it instead: the row is
/// gone, or has another version than the write expected.
pub(crate) fn turned<T, DB>(
    record: &T,
    event: WriteEvent,
    expected: &T::Version,
    found: Option<&T::Version>,
) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let (table, key) = (table_name::<T, DB>(), record.__key());
    let (writes, remedy) = match event {
        WriteEvent::Update => (
            "updates",
            "reload the record to see what became of it, and let the trigger change and return NEW instead of writing the row by itself",
        ),
        WriteEvent::Delete => ("deletes", "save such a record with its mark of deletion instead of deleting it"),
    };
    let row = match found {
        Some(found) => {
            let (expected, found) = (version_value::<T>(expected), version_value::<T>(found));
            format!("is at version {found}, not {expected}")
        }
        None => "is gone".to_owned(),
    };
    unproven(format!(
        "a trigger or a rule stands between {table} and its {writes}, and {table} with {key} {row}: that may be its doing or another writer's; {remedy}"
    ))
}

/// The error for a write to a view that has no trigger for it.
pub(crate) fn unwritable<T, DB>(event: WriteEvent) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let table = table_name::<T, DB>();
    let keyword = match event {
        WriteEvent::Update => "UPDATE",
        WriteEvent::Delete => "DELETE",
    };
    let message = format!(
        "{table} is a view without an INSTEAD OF {keyword} trigger, so nothing was sent: create one, or give the model the table behind the view"
    );
    ConcurrencyError::Database(diesel::result::Error::QueryBuilderError(message.into()))
}

/// The error for a write that a trigger ended with an error and did not undo.
pub(crate) fn kept<T, DB>(record: &T, error: &ConcurrencyError) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let (table, key) = (table_name::<T, DB>(), record.__key());
    unproven(format!(
        "{table} with {key} was written although the database answered with an error ({error}): a trigger fails without undoing the statement; write RAISE(ABORT) in place of RAISE(FAIL) and OR FAIL"
    ))
}

/// The error for a write that failed and may stay, because its table cannot roll back.
pub(crate) fn kept_by_table<T, DB>(record: &T, error: &ConcurrencyError) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let (table, key) = (table_name::<T, DB>(), record.__key());
    unproven(format!(
        "{table} with {key} may have been written although the database answered with an error ({error}): its table cannot roll back what was written before a trigger failed; convert it with ALTER TABLE … ENGINE = InnoDB"
    ))
}

fn unproven(message: String) -> ConcurrencyError {
    ConcurrencyError::OutcomeUnknown(Box::new(diesel::result::Error::QueryBuilderError(message.into())))
}

/// The message about a key that names several rows.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct AmbiguousKey(String);

/// The error for a key that names several rows: the user must undo what was written and correct the model. It is the
/// table's fault, not a record's.
pub(crate) fn ambiguous_key<T, DB>(record: &T, rows: usize) -> ConcurrencyError
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let table = table_name::<T, DB>();
    let key = record.__key();
    let message = format!(
        "the key of {table} is not unique: {rows} rows have {key}; name every key column in `#[diesel(primary_key(…))]`, and after a write roll back its transaction or, outside of one, correct these rows"
    );
    ConcurrencyError::Database(diesel::result::Error::QueryBuilderError(Box::new(AmbiguousKey(message))))
}
