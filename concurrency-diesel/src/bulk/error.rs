//! What a batch can fail with. Why a single record was refused stands in the crate's own error.

use std::fmt;

use crate::backend::ConcurrencyBackend;
use crate::error::ConcurrencyError;
use crate::retry::Retryable;
use crate::table::CannotRollBackError;
use crate::transaction::Explanation;

/// A record of a batch that could not be written, or is not current any more.
#[derive(Debug, thiserror::Error)]
#[error("record {index}: {error}")]
#[non_exhaustive]
pub struct BulkConflict {
    /// Where the record stands in the batch, counted from 0.
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

    /// Returned when two records of the batch are of one row: the second of the two would meet the version that the
    /// first one wrote. Nothing was written.
    ///
    /// Two keys that are bound alike are found before anything is sent. Whether two different ones name one row the
    /// database decides, by the collation of their column for example, and is asked where the second of the two was
    /// refused.
    #[error(
        "{table} with {key} is in the batch twice, as record {first} and as record {second}; leave one of them out"
    )]
    SameKey {
        /// The table's SQL name, unquoted.
        table: &'static str,
        /// The key's columns and values: `id 1`, or `shop "s", item 1`.
        key: String,
        /// Where the first of the two stands in the batch.
        first: usize,
        /// Where the second of the two stands in the batch.
        second: usize,
    },

    /// Returned where all or nothing is asked of a table whose engine cannot roll back, on MySQL and MariaDB: before
    /// anything is sent.
    #[error(transparent)]
    CannotRollBack(CannotRollBackError),

    /// Returned for what is no single record's fault: a table or a right is missing, a key names several rows, the disk
    /// is full, a statement took too long, the engine refused a concurrent write, the connection was lost, COMMIT
    /// failed.
    #[error(transparent)]
    Concurrency(ConcurrencyError),
}

impl BulkError {
    /// What it says of a transaction that the engine does not have any more.
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

    /// Whether reloading and running the transaction again can succeed, which is so where it can for every record that
    /// is named.
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

/// Classifies, so that `?` and `conn.transaction(|conn| …)` work.
impl From<diesel::result::Error> for BulkError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Concurrency(error.into())
    }
}

/// The first conflicts, and how many more there are: a message has a length that can be read.
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
