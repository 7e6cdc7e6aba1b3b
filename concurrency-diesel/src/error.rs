//! What a save can fail with. `error::classify` classifies database errors.

mod classify;

use concurrency_core::{RecordDeletedError, RecordModifiedError, WriteSuppressedError};

use crate::backend::ConcurrencyBackend;
use crate::trace;
use crate::transaction::{self, Explanation};

use classify::Meaning;
#[cfg(feature = "edit-lock")]
pub(crate) use classify::is_missing_table;
pub(crate) use classify::{
    Fault, at_end, ends_transaction, is_already_in_transaction, is_lock_timeout, is_missing_privilege, is_not_shown,
    is_nothing_to_roll_back, is_refused_before_it_runs, is_transaction_lost, is_unanswered, must_restart,
};

/// Why a record was not saved, deleted or read. The record in memory is as it was before the call.
///
/// The variants that name a record print its table, its key and the versions, and no other column. The variants that
/// hold a [`diesel::result::Error`] print what the engine said, which may quote values. This error does not convert
/// into [`diesel::result::Error`]: a conflict must not get lost among other errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConcurrencyError {
    /// Returned when another writer saved the record after it was loaded. Reload, apply the edit again, save again.
    #[error(transparent)]
    RecordModified(Box<RecordModifiedError>),

    /// Returned when another writer deleted the record after it was loaded. A save never inserts it again.
    #[error(transparent)]
    RecordDeleted(Box<RecordDeletedError>),

    /// Returned when row and version are as expected but the database still wrote nothing, because of a trigger that
    /// returns NULL, row security, or a rule.
    #[error(transparent)]
    WriteSuppressed(Box<WriteSuppressedError>),

    /// Returned when the engine refused a concurrent write (serialization failure, deadlock, lock timeout, busy
    /// database). The transaction must be rolled back and run again from its start, loading included.
    ///
    /// Most of these codes reach us only as the server's English messages. A server that runs under another
    /// `lc_messages` hides them, and they come out as [`Database`](Self::Database).
    #[error("the database refused a concurrent write, the transaction must start again: {0}")]
    Restart(#[source] Box<diesel::result::Error>),

    /// Returned when the row exists and its version is at the maximum of its type. Nothing was written.
    #[error("the version of a record of {table} is at the maximum of its type; give the column a wider type")]
    VersionExhausted {
        /// The table's SQL name, unquoted.
        table: &'static str,
    },

    /// Returned when a write or a COMMIT got no answer because the connection was lost, or an answer that cannot be
    /// read. The write may have been done.
    ///
    /// It is also returned when the answer proves nothing: a trigger or a rule of the table replaces the write, or
    /// fails without undoing it, as `RAISE(FAIL)` does on SQLite.
    ///
    /// This library never sends such a write again. Reload the record to see what happened. If the connection was lost,
    /// use another one. On a blocking connection the next statement may fail with "The transaction manager is broken",
    /// which is [`BrokenTransactionManager`](diesel::result::Error::BrokenTransactionManager): that connection is dead.
    #[error("{}", unanswered(.0))]
    OutcomeUnknown(#[source] Box<diesel::result::Error>),

    /// Returned when the engine no longer has the transaction that was to be committed or rolled back. What ran before
    /// that may be committed, and what ran after it was committed statement by statement. This error replaces a
    /// closure's own error.
    ///
    /// On MySQL and MariaDB a statement such as `CREATE TABLE`, `ALTER TABLE` or `TRUNCATE` commits the transaction. A
    /// deadlock rolls the transaction back, and if the program ignores that error, its later statements run outside of
    /// it. On SQLite a full disk, an I/O error, `ON CONFLICT ROLLBACK` and `RAISE(ROLLBACK)` roll it back. This library
    /// never runs such a transaction again.
    ///
    /// If the program ignores an error, PostgreSQL keeps the transaction open but commits nothing of it. That is
    /// [`Database`](Self::Database) with the message "current transaction is aborted, commands ignored until end of
    /// transaction block".
    #[error(
        "the database no longer has this transaction, so a part of it may be committed; look for a statement that commits by itself, such as CREATE or TRUNCATE, or for a database error that was ignored: {0}"
    )]
    TransactionLost(#[source] Box<diesel::result::Error>),

    /// Returned for any other error of the database or of Diesel: a violated constraint, a missing column, a connection
    /// that was lost while reading.
    #[error(transparent)]
    Database(diesel::result::Error),
}

impl ConcurrencyError {
    /// Whether another writer changed or deleted the record: [`RecordModified`](Self::RecordModified) or
    /// [`RecordDeleted`](Self::RecordDeleted).
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::RecordModified(_) | Self::RecordDeleted(_))
    }

    /// Whether reloading and running the transaction again can succeed: [`RecordModified`](Self::RecordModified) or
    /// [`Restart`](Self::Restart).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Restart(error) => transaction::note_asked(error),
            Self::Database(error) => transaction::note_asked(error),
            _ => {}
        }
        matches!(self, Self::RecordModified(_) | Self::Restart(_))
    }

    /// The SQL name of the record's table, unquoted, if the error is about a record.
    #[must_use]
    pub const fn table(&self) -> Option<&str> {
        match self {
            Self::RecordModified(error) => Some(error.table),
            Self::RecordDeleted(error) => Some(error.table),
            Self::WriteSuppressed(error) => Some(error.table),
            Self::VersionExhausted { table } => Some(table),
            Self::Restart(_) | Self::OutcomeUnknown(_) | Self::TransactionLost(_) | Self::Database(_) => None,
        }
    }
}

impl ConcurrencyError {
    /// Classifies an error of any statement.
    pub(crate) fn classified(error: diesel::result::Error) -> Self {
        let error = transaction::marked(error);
        match classify::meaning(&error) {
            Meaning::Restart => Self::Restart(Box::new(error)),
            Meaning::TransactionLost => Self::TransactionLost(Box::new(error)),
            Meaning::CommitUnanswered => Self::OutcomeUnknown(Box::new(error)),
            Meaning::Unanswered | Meaning::Answered => Self::Database(error),
        }
    }

    /// Classifies an error of a statement that writes. If no answer came, or one that cannot be read, it is unknown
    /// whether the write was done.
    pub(crate) fn of_write(error: diesel::result::Error) -> Self {
        match (classify::meaning(&error), &error) {
            (Meaning::Unanswered, _) | (_, diesel::result::Error::DeserializationError(_)) => {
                Self::OutcomeUnknown(Box::new(error))
            }
            _ => Self::classified(error),
        }
    }

    /// Classifies an error of a statement that only reads what a write before it did.
    pub(crate) fn after_write(error: diesel::result::Error) -> Self {
        match classify::meaning(&error) {
            Meaning::Restart => Self::classified(error),
            _ => Self::OutcomeUnknown(Box::new(error)),
        }
    }
}

impl ConcurrencyError {
    /// Whether one record, or the whole statement, is at fault, if many records were sent at once.
    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::Database(error) => classify::fault(error),
            Self::VersionExhausted { .. } => Fault::Record,
            _ => Fault::Statement,
        }
    }

    /// What the error says about a transaction that the engine no longer has, if nothing was done between the two.
    pub(crate) fn explain_lost_transaction<DB: ConcurrencyBackend>(&self) -> Explanation {
        match self {
            Self::TransactionLost(_) | Self::OutcomeUnknown(_) => Explanation::Told,
            Self::Restart(error) if DB::__ERROR_MAY_ROLL_BACK || ends_transaction(error) => Explanation::RolledBack,
            Self::Database(diesel::result::Error::DatabaseError(..)) if DB::__ERROR_MAY_ROLL_BACK => {
                Explanation::RolledBack
            }
            Self::Database(error) if is_unanswered(error) => Explanation::Told,
            _ => Explanation::Nothing,
        }
    }
}

/// Why it is unknown whether the write was done.
fn unanswered(error: &diesel::result::Error) -> String {
    match error {
        diesel::result::Error::RollbackErrorOnCommit { commit_error, .. } => format!(
            "no answer came to COMMIT, so the transaction may be committed as a whole, or not at all; reload before trying again: {commit_error}"
        ),
        error if is_unanswered(error) => format!(
            "no answer came from the database, so the write may have been done; reload before trying again: {error}"
        ),
        error => format!(
            "the answer of the database does not prove that nothing was written; reload before trying again: {error}"
        ),
    }
}

/// Classifies the error: an engine's refusal of a concurrent write becomes [`ConcurrencyError::Restart`], and an error
/// that shows that the engine no longer has the transaction becomes [`ConcurrencyError::TransactionLost`].
impl From<diesel::result::Error> for ConcurrencyError {
    fn from(error: diesel::result::Error) -> Self {
        let error = Self::classified(error);
        if let Self::Restart(_) = error {
            trace::restart();
        }
        error
    }
}
