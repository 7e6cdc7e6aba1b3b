//! Writes whose outcome nobody knows, because the connection was lost before the answer came or the future was dropped. The record
//! is told, so that its next merge can recognise its own write.

use crate::concurrent::Concurrent;
use crate::error::ConcurrencyError;
use crate::memory::Memory as _;
use crate::tracked::ColumnSet;

/// A record whose write is not answered yet. Dropped like that, it leaves the record in doubt.
pub(crate) struct Unanswered<'r, T: Concurrent> {
    record: &'r mut T,
    columns: ColumnSet,
    is_answered: bool,
}

impl<'r, T: Concurrent> Unanswered<'r, T> {
    /// A write of these columns of the record.
    pub(crate) const fn of(record: &'r mut T, columns: ColumnSet) -> Self {
        Self { record, columns, is_answered: false }
    }

    /// The record as it is written.
    pub(crate) const fn record(&self) -> &T {
        self.record
    }

    /// Ends with the answer, which says what version the row has if it was written.
    pub(crate) fn answered(mut self, answer: Result<T::Version, ConcurrencyError>) -> Result<(), ConcurrencyError> {
        self.is_answered = !answer.as_ref().is_err_and(leaves_doubt);
        self.record.__set_version(answer?);
        T::__Memory::written(self.record, self.columns);
        Ok(())
    }
}

impl<T: Concurrent> Drop for Unanswered<'_, T> {
    fn drop(&mut self) {
        if !self.is_answered {
            T::__Memory::unanswered(self.record, self.columns);
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
            for record in &mut *self.records {
                T::__Memory::unanswered(record, ColumnSet::EVERY);
            }
        }
    }
}

/// Whether the write may have happened all the same. An error that the database answered is a refusal.
const fn leaves_doubt(error: &ConcurrencyError) -> bool {
    matches!(error, ConcurrencyError::OutcomeUnknown(_))
}
