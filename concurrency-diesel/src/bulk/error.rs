//! What a batch can fail with. The crate's own error says why a single record was refused.

use std::fmt;

use crate::backend::ConcurrencyBackend;
use crate::error::ConcurrencyError;
use crate::retry::Retryable;
use crate::table::CannotRollBackError;
use crate::transaction::Explanation;

/// A record of a batch that could not be written, or is no longer current.
#[derive(Debug, thiserror::Error)]
#[error("record {index}: {error}")]
#[non_exhaustive]
pub struct BulkConflict {
    /// The record's position in the batch, counted from 0.
    pub index: usize,
    /// What a save of this record alone would have failed with: table, key, and the versions expected and found.
    #[source]
    pub error: ConcurrencyError,
}

impl BulkConflict {
    pub(crate) const fn new(index: usize, error: ConcurrencyError) -> Self {
        Self { index, error }
    }
}

/// Why a batch was not written. Every record in memory is as it was before the call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BulkError {
    /// Returned when another writer modified or deleted records, or when the database left records out without an
    /// error. Holds each of them, in the order of the batch. Nothing was written.
    #[error("the whole batch was refused: {}", Listed(.0))]
    Conflicts(Vec<BulkConflict>),

    /// Returned when one record cannot be written whatever its row's version is: it violates a constraint, or its
    /// version is at the maximum. Nothing was written. Other records may have the same fault, or may be stale: they are
    /// not named.
    #[error("nothing was written: {0}")]
    Record(#[source] Box<BulkConflict>),

    /// Returned when two records of the batch name one row: the second would meet the version that the first wrote.
    /// Nothing was written.
    ///
    /// Keys that are bound alike are found before anything is sent. Whether two different keys name one row is decided
    /// by the database, for example by the collation of their column. The database is asked when the second of the two
    /// was refused.
    #[error(
        "{table} with {key} is in the batch twice, as record {first} and as record {second}; leave one of them out"
    )]
    SameKey {
        /// The table's SQL name, unquoted.
        table: &'static str,
        /// The key's columns and values: `id 1`, or `shop "s", item 1`.
        key: String,
        /// The position of the first of the two in the batch.
        first: usize,
        /// The position of the second of the two in the batch.
        second: usize,
    },

    /// Returned by the methods that write all or nothing, on MySQL and MariaDB, if the table's engine cannot roll back.
    /// Nothing was written.
    #[error(transparent)]
    CannotRollBack(CannotRollBackError),

    /// Returned for an error that is not one record's fault: a missing table or right, a key that names several rows, a
    /// full disk, a statement timeout, a refused concurrent write, a lost connection, a failed COMMIT.
    #[error(transparent)]
    Concurrency(ConcurrencyError),
}

impl BulkError {
    /// What the error says about a transaction that the engine no longer has.
    pub(crate) fn explain_lost_transaction<DB: ConcurrencyBackend>(&self) -> Explanation {
        match self {
            Self::Concurrency(error) => error.explain_lost_transaction::<DB>(),
            Self::Record(conflict) => conflict.error.explain_lost_transaction::<DB>(),
            Self::Conflicts(_) | Self::SameKey { .. } | Self::CannotRollBack(_) => Explanation::Nothing,
        }
    }

    /// Whether the only reason is that another writer modified or deleted records.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Conflicts(conflicts) => conflicts.iter().all(|conflict| conflict.error.is_conflict()),
            Self::Record(_) | Self::SameKey { .. } | Self::CannotRollBack(_) => false,
            Self::Concurrency(error) => error.is_conflict(),
        }
    }

    /// Whether reloading and running the transaction again can succeed. It can if it can for every record that the
    /// error names.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Conflicts(conflicts) => conflicts.iter().all(|conflict| conflict.error.is_retryable()),
            Self::Record(conflict) => conflict.error.is_retryable(),
            Self::SameKey { .. } | Self::CannotRollBack(_) => false,
            Self::Concurrency(error) => error.is_retryable(),
        }
    }
}

/// As [`BulkError::is_retryable`].
impl Retryable for BulkError {
    fn is_retryable(&self) -> bool {
        Self::is_retryable(self)
    }
}

impl From<ConcurrencyError> for BulkError {
    fn from(error: ConcurrencyError) -> Self {
        Self::Concurrency(error)
    }
}

/// Classifies the error, so that `?` and `conn.transaction(|conn| …)` work.
impl From<diesel::result::Error> for BulkError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Concurrency(error.into())
    }
}

/// Shows the first conflicts and how many more there are, to keep the message readable.
struct Listed<'a>(&'a [BulkConflict]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        for (position, conflict) in self.0.iter().take(SHOWN).enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(formatter, "{separator}{conflict}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more"),
        }
    }
}
