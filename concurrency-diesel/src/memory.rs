//! What a record remembers of its row beside its fields, and so which of its columns a save writes. An untracked record
//! remembers nothing, and writes all. A tracked record remembers its base, and writes what changed since.

use crate::concurrent::Concurrent;
use crate::statement::{EveryColumn, Selection};
use crate::tracked::ColumnSet;

/// What a record of type `T` remembers of its row. The value is what a rollback restores.
pub trait Memory<T: Concurrent>: Sized {
    /// The columns that a save writes.
    type Columns: Selection<T>;

    /// Whether there is anything to remember.
    const IS_TRACKED: bool;

    /// The columns that a save of the record must write; `None` if it has nothing to write.
    fn columns(record: &T) -> Option<Self::Columns>;

    /// Gives the record the version that its row now has, and remembers that the row holds what the record holds in
    /// these columns.
    fn written(record: &mut T, columns: ColumnSet, version: T::Version);

    /// Gives the record the version that a write of nothing else gave its row. If the record's version guarded that
    /// write, no earlier write that moves this version was done, and none can be done any more.
    fn advanced(record: &mut T, version: T::Version, was_guarded: bool);

    /// Remembers a write that was not answered.
    fn unanswered(record: &mut T, write: Unanswered<T::Version>);

    /// Which read the record comes from, if that is remembered. A clone comes from the same read, and so does what a
    /// merge or a reload made of the record.
    fn origin(record: &T) -> Option<u64>;

    /// What the record remembers now.
    fn of(record: &T) -> Self;

    /// Restores it, and the version, after a transaction that rolled back or that may be committed.
    fn restore(self, version: T::Version, record: &mut T, may_be_committed: bool);

    /// Restores only the version, if what the record remembered of the row is not at hand. The record then remembers
    /// nothing of its row.
    fn forget(version: T::Version, record: &mut T);

    /// Whether a write of the record was not answered.
    fn is_in_doubt(record: &T) -> bool;

    /// The record as it continues from a write without an answer, if a row at this version proves that it was done.
    fn proved(record: &T, found: &T::Version) -> Option<T>;

    /// Whether the row is what the record is, whatever became of the writes without an answer, and none of them can be
    /// done any more.
    fn is_saved_in(record: &T, row: &T) -> bool;

    /// Makes the row, at whose version the record is to be saved, the record's base. The record's key found the row.
    fn set_base(record: &mut T, row: T);

    /// Notes that the other one, which is of the same row, takes the record's place.
    fn succeed(record: &T, other: &mut T);

    /// Remembers also the writes without an answer of another record that was saved in its place.
    fn inherit_doubt(record: &mut T, other: &mut T);
}

/// A write that was not answered.
#[derive(Debug, Clone, Copy)]
pub struct Unanswered<V> {
    /// The columns that it writes.
    pub columns: ColumnSet,
    /// The version that it gives the row, if that is known and no other write can make it.
    pub version: Option<V>,
    /// Whether it is certain to move the version, so that it was not done if the row still has the old one.
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

    fn proved(_record: &T, _found: &T::Version) -> Option<T> {
        None
    }

    fn is_saved_in(_record: &T, _row: &T) -> bool {
        false
    }

    fn set_base(_record: &mut T, _row: T) {}

    fn succeed(_record: &T, _other: &mut T) {}

    fn inherit_doubt(_record: &mut T, _other: &mut T) {}
}
