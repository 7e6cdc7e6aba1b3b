//! What a save can fail with. How a database error is classified stands in `error::classify`.

mod classify;

use concurrency_core::{RecordDeletedError, RecordModifiedError, WriteSuppressedError};

use crate::trace;

pub(crate) use classify::{is_missing_privilege, must_restart};

/// Why a record was not saved, deleted or read. Whatever it is, the record in memory is as it was before the call.
///
/// The variants of our own print the table, the key and the versions, and no other column; [`Restart`](Self::Restart) and
/// [`Database`](Self::Database) print what the engine said, which may quote values. The prelude exports it as
/// `ConcurrencyError`. It does not convert into [`diesel::result::Error`]: a conflict must not get lost among other errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Returned when somebody else saved the record after it was loaded. Reload, apply the edit again, save again.
    #[error(transparent)]
    RecordModified(Box<RecordModifiedError>),

    /// Returned when somebody else deleted the record after it was loaded. A save never inserts it again.
    #[error(transparent)]
    RecordDeleted(Box<RecordDeletedError>),

    /// Returned when row and version are as expected and the database wrote nothing all the same: a trigger that returns
    /// NULL, row security, a rule.
    #[error(transparent)]
    WriteSuppressed(Box<WriteSuppressedError>),

    /// Returned when the engine refused a concurrent write (serialization failure, deadlock, lock timeout, busy
    /// database): the transaction must be rolled back and run again from its start, loading included.
    ///
    /// Most of these codes reach us only as the server's English messages; a server that runs under another
    /// `lc_messages` hides them, and they come out as [`Database`](Self::Database).
    #[error("the database refused a concurrent write, the transaction must start again: {0}")]
    Restart(#[source] Box<diesel::result::Error>),

    /// Returned when the version is at the maximum of its type; nothing was sent, or nothing was written.
    #[error("the version of a record of {table} is at the maximum of its type; give the column a wider type")]
    VersionExhausted {
        /// The table's SQL name, unquoted.
        table: &'static str,
    },

    /// Returned for any other error of the database or of Diesel: a violated constraint, a lost connection, a missing
    /// column. After a lost connection the outcome is unknown; reload before trying again.
    #[error(transparent)]
    Database(diesel::result::Error),
}

impl Error {
    /// Whether somebody else changed or deleted the record: [`RecordModified`](Self::RecordModified) or
    /// [`RecordDeleted`](Self::RecordDeleted).
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::RecordModified(_) | Self::RecordDeleted(_))
    }

    /// Whether reloading and running the transaction again can succeed: [`RecordModified`](Self::RecordModified) or
    /// [`Restart`](Self::Restart).
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::RecordModified(_) | Self::Restart(_))
    }

    /// The table of the record, where the error is about one; its SQL name, unquoted.
    #[must_use]
    pub const fn table(&self) -> Option<&str> {
        match self {
            Self::RecordModified(error) => Some(error.table),
            Self::RecordDeleted(error) => Some(error.table),
            Self::WriteSuppressed(error) => Some(error.table),
            Self::VersionExhausted { table } => Some(table),
            Self::Restart(_) | Self::Database(_) => None,
        }
    }
}

impl Error {
    /// What an engine says when it refuses a concurrent write becomes [`Restart`](Self::Restart).
    pub(crate) fn classified(error: diesel::result::Error) -> Self {
        if classify::must_restart(&error) { Self::Restart(Box::new(error)) } else { Self::Database(error) }
    }
}

/// Classifies: what an engine says when it refuses a concurrent write becomes [`Error::Restart`].
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        let error = Self::classified(error);
        if let Self::Restart(_) = error {
            trace::restart();
        }
        error
    }
}
