//! Writes whose outcome nobody knows, because the connection was lost before the answer came or the future was dropped. The record
//! is told, so that its next merge can recognise its own write.

use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;

use crate::concurrent::Concurrent;
use crate::error::ConcurrencyError;

/// A record whose write is not answered yet. Dropped like that, it leaves the record in doubt.
pub(crate) struct Unanswered<'r, T: Concurrent> {
    record: &'r mut T,
    is_answered: bool,
}

impl<'r, T: Concurrent> Unanswered<'r, T> {
    pub(crate) const fn of(record: &'r mut T) -> Self {
        Self { record, is_answered: false }
    }

    /// The record as it is written.
    pub(crate) const fn record(&self) -> &T {
        self.record
    }

    /// The record, and what was written of it, once the answer is there.
    pub(crate) fn answered<V>(&mut self, answer: Result<V, ConcurrencyError>) -> Result<(&mut T, V), ConcurrencyError> {
        self.is_answered = !answer.as_ref().is_err_and(leaves_doubt);
        Ok((self.record, answer?))
    }
}

impl<T: Concurrent> Drop for Unanswered<'_, T> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.record.__in_doubt();
        }
    }
}

/// The records of a batch whose transaction is not answered yet. Dropped during its COMMIT, it leaves them in doubt.
pub(crate) struct UnansweredBatch<'r, T: Concurrent> {
    pub(crate) records: &'r mut [T],
    pub(crate) may_be_committed: bool,
}

impl<'r, T: Concurrent> UnansweredBatch<'r, T> {
    pub(crate) const fn of(records: &'r mut [T]) -> Self {
        Self { records, may_be_committed: false }
    }
}

impl<T: Concurrent> Drop for UnansweredBatch<'_, T> {
    fn drop(&mut self) {
        if self.may_be_committed {
            self.records.iter_mut().for_each(T::__in_doubt);
        }
    }
}

/// Whether the write may have happened all the same: the database did not say that it refused it.
const fn leaves_doubt(error: &ConcurrencyError) -> bool {
    use DatabaseErrorKind::{
        CheckViolation, ForeignKeyViolation, NotNullViolation, ReadOnlyTransaction, UniqueViolation,
    };
    match error {
        ConcurrencyError::Database(DatabaseError(kind, _)) => !matches!(
            kind,
            UniqueViolation | ForeignKeyViolation | NotNullViolation | CheckViolation | ReadOnlyTransaction
        ),
        _ => false,
    }
}
