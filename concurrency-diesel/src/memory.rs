//! What a record remembers of its row beside its fields, and so which of its columns a save writes: nothing and all, or, where it is
//! tracked, its base and what changed since.

use crate::concurrent::Concurrent;
use crate::statement::{EveryColumn, Selection};
use crate::tracked::ColumnSet;

/// What a record of type `T` remembers of its row. The value is what must be given back where a transaction rolls back.
pub trait Memory<T: Concurrent>: Sized {
    /// The columns that a save writes.
    type Columns: Selection<T>;

    /// Whether there is anything to remember.
    const IS_TRACKED: bool;

    /// The columns that a save of the record must write; `None` where it has nothing to write.
    fn columns(record: &T) -> Option<Self::Columns>;

    /// Gives the record the version that its row now has, and remembers that the row holds what the record holds in these columns.
    fn written(record: &mut T, columns: ColumnSet, version: T::Version);

    /// Gives the record the version that a write of nothing else gave its row. Guarded by the record's version, that write proves that
    /// none before it was done that leaves this version, and none of them can be done any more.
    fn advanced(record: &mut T, version: T::Version, was_guarded: bool);

    /// Remembers a write to which no answer came.
    fn unanswered(record: &mut T, write: Unanswered<T::Version>);

    /// From which read the record is, where that is remembered. A clone is from the same.
    fn origin(record: &T) -> Option<u64>;

    /// What the record remembers now.
    fn of(record: &T) -> Self;

    /// Gives it back, and the version, after a transaction that was rolled back or, without an answer to its COMMIT, may be committed.
    fn restore(self, version: T::Version, record: &mut T, may_be_committed: bool);

    /// Gives back the version alone, where what the record remembered of the row is not at hand: it then remembers nothing of it.
    fn forget(version: T::Version, record: &mut T);

    /// Whether a write of the record has got no answer.
    fn is_in_doubt(record: &T) -> bool;

    /// Whether a row at this version proves that a write without an answer was done; the record then goes on from what it wrote.
    fn is_proved(record: &mut T, found: &T::Version) -> bool;

    /// Whether the row is what the record is, whatever became of the writes without an answer, and none of them can be done any more.
    fn is_saved_in(record: &T, row: &T) -> bool;

    /// Makes the row, at whose version the record is to be saved, what the record is compared with.
    fn set_base(record: &mut T, row: T);

    /// Remembers also what another record, which was saved in its stead, remembers of writes without an answer.
    fn inherit_doubt(record: &mut T, other: &mut T);
}

/// A write to which no answer came.
#[derive(Debug, Clone, Copy)]
pub struct Unanswered<V> {
    /// The columns that it writes.
    pub columns: ColumnSet,
    /// The version that it gives the row, where that is known and no other write can make it.
    pub version: Option<V>,
    /// Whether it moves the version for certain, so that it was not done where the row still has the old one.
    pub moves_version: bool,
}

/// The memory of a record that is not tracked.
#[derive(Debug, Clone, Copy)]
pub struct Untracked;

impl<T: Concurrent> Memory<T> for Untracked {
    type Columns = EveryColumn;

    const IS_TRACKED: bool = false;

    fn columns(_record: &T) -> Option<EveryColumn> {
        Some(EveryColumn)
    }

    fn written(record: &mut T, _columns: ColumnSet, version: T::Version) {
        record.__set_version(version);
    }

    fn advanced(record: &mut T, version: T::Version, _was_guarded: bool) {
        record.__set_version(version);
    }

    fn unanswered(_record: &mut T, _write: Unanswered<T::Version>) {}

    fn origin(_record: &T) -> Option<u64> {
        None
    }

    fn of(_record: &T) -> Self {
        Self
    }

    fn restore(self, version: T::Version, record: &mut T, _may_be_committed: bool) {
        record.__set_version(version);
    }

    fn forget(version: T::Version, record: &mut T) {
        record.__set_version(version);
    }

    fn is_in_doubt(_record: &T) -> bool {
        false
    }

    fn is_proved(_record: &mut T, _found: &T::Version) -> bool {
        false
    }

    fn is_saved_in(_record: &T, _row: &T) -> bool {
        false
    }

    fn set_base(_record: &mut T, _row: T) {}

    fn inherit_doubt(_record: &mut T, _other: &mut T) {}
}
