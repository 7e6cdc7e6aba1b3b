//! What a record remembers of its row beside its fields, and so which of its columns a save writes: nothing and all, or, where it is
//! tracked, its base and what changed since.

use crate::concurrent::Concurrent;
use crate::statement::{EveryColumn, Selection};
use crate::tracked::ColumnSet;

/// What a record of type `T` remembers of its row. The value is what a transaction must restore that rolls back.
pub trait Memory<T: Concurrent>: Sized {
    /// The columns that a save writes.
    type Columns: Selection<T>;

    /// The columns that a save of the record must write; `None` where it has nothing to write.
    fn columns(record: &T) -> Option<Self::Columns>;

    /// Is told that the row now holds what the record holds in these columns.
    fn written(record: &mut T, columns: ColumnSet);

    /// Is told that the row may hold what the record holds in these columns: no answer came to the write.
    fn unanswered(record: &mut T, columns: ColumnSet);

    /// What the record remembers now.
    fn of(record: &T) -> Self;

    /// Gives it back, and the version, after a transaction that was rolled back or, without an answer to its COMMIT, may be committed.
    fn restore(self, version: T::Version, record: &mut T, may_be_committed: bool);

    /// Gives back the version alone, where what the record remembered of the row is not at hand: it then remembers nothing of it.
    fn forget(version: T::Version, record: &mut T);

    /// Whether this row is what a write without an answer made of it, and the record has nothing to add; otherwise the record goes on
    /// from there.
    fn is_saved_in(record: &mut T, row: T) -> bool;

    /// Whether a write of the record has got no answer.
    fn is_in_doubt(record: &T) -> bool;

    /// Makes the row, at whose version the record is to be saved, what the record is compared with.
    fn set_base(record: &mut T, row: T);
}

/// The memory of a record that is not tracked.
#[derive(Debug, Clone, Copy)]
pub struct Untracked;

impl<T: Concurrent> Memory<T> for Untracked {
    type Columns = EveryColumn;

    fn columns(_record: &T) -> Option<EveryColumn> {
        Some(EveryColumn)
    }

    fn written(_record: &mut T, _columns: ColumnSet) {}

    fn unanswered(_record: &mut T, _columns: ColumnSet) {}

    fn of(_record: &T) -> Self {
        Self
    }

    fn restore(self, version: T::Version, record: &mut T, _may_be_committed: bool) {
        record.__set_version(version);
    }

    fn forget(version: T::Version, record: &mut T) {
        record.__set_version(version);
    }

    fn is_saved_in(_record: &mut T, _row: T) -> bool {
        false
    }

    fn is_in_doubt(_record: &T) -> bool {
        false
    }

    fn set_base(_record: &mut T, _row: T) {}
}
