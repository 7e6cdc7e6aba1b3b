//! Why two people's edits were not merged.

use std::error::Error as StdError;
use std::fmt::{self, Display};

use crate::error::ConcurrencyError;
use crate::retry::Retryable;

/// Why [`save_merging`](crate::TrackedDsl::save_merging) wrote nothing.
///
/// Its own message names the fields and no value.
#[derive(Debug)]
#[non_exhaustive]
pub enum MergeError<T> {
    /// Returned when both sides changed the same fields and no policy merges them. Decide which value is right, then
    /// [`rebase`](crate::Tracked::rebase) the record on `theirs` and save it again.
    Fields {
        /// The names of the fields, in their order.
        fields: Vec<&'static str>,
        /// The record as it was when it was loaded.
        base: T,
        /// The record as it is here.
        mine: T,
        /// The record as it is in the database.
        theirs: T,
    },

    /// Returned when an earlier write of the record was not answered, the row does not say what became of it, and that
    /// makes a difference: a sum would count twice, or not at all. Find out or decide, and call
    /// [`settle`](crate::Tracked::settle); or reload.
    InDoubt {
        /// The names of the fields whose merge depends on it, in their order.
        fields: Vec<&'static str>,
        /// The record as it was when it was loaded.
        base: T,
        /// The record as it is here.
        mine: T,
        /// The record as it is in the database.
        theirs: T,
    },

    /// Returned for everything that a save can fail with: a deleted row, a refusal of the engine, a lost connection.
    Concurrency(ConcurrencyError),
}

impl<T> MergeError<T> {
    /// Whether another writer changed or deleted the record.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        match self {
            Self::Fields { .. } => true,
            Self::InDoubt { .. } => false,
            Self::Concurrency(error) => error.is_conflict(),
        }
    }

    /// Whether reloading and running the transaction again can succeed, as for [`ConcurrencyError::is_retryable`].
    ///
    /// [`Fields`](Self::Fields) and [`InDoubt`](Self::InDoubt) return in every attempt, so neither is retryable.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Fields { .. } | Self::InDoubt { .. } => false,
            Self::Concurrency(error) => error.is_retryable(),
        }
    }
}

impl<T> Display for MergeError<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { fields, .. } => {
                write!(formatter, "somebody else changed the same fields: {}; choose and save again", fields.join(", "))
            }
            Self::InDoubt { fields, .. } => write!(
                formatter,
                "no answer came to an earlier write, and it makes a difference to these fields whether it was done: {}; settle it, or reload",
                fields.join(", ")
            ),
            Self::Concurrency(error) => Display::fmt(error, formatter),
        }
    }
}

impl<T: fmt::Debug> StdError for MergeError<T> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Fields { .. } | Self::InDoubt { .. } => None,
            Self::Concurrency(error) => Some(error),
        }
    }
}

/// As [`MergeError::is_retryable`].
impl<T> Retryable for MergeError<T> {
    fn is_retryable(&self) -> bool {
        Self::is_retryable(self)
    }
}

impl<T> From<diesel::result::Error> for MergeError<T> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Concurrency(error.into())
    }
}

impl<T> From<ConcurrencyError> for MergeError<T> {
    fn from(error: ConcurrencyError) -> Self {
        Self::Concurrency(error)
    }
}
