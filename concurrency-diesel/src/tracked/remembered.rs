//! What a tracked record remembers of its row: its base, and the writes to which no answer came.

use super::attempt::Attempt;
use super::{ColumnSet, Trackable, Tracked, fields};
use crate::concurrent::Concurrent;
use crate::memory::Memory;
use crate::outcome;
use crate::statement::SomeColumns;

/// The memory of a tracked record.
#[allow(missing_debug_implementations, reason = "handed over between hidden methods only")]
pub struct Remembered<T> {
    base: T,
    in_doubt: Vec<Attempt<T>>,
}

impl<T> Tracked<T>
where
    T: Trackable + Concurrent,
{
    /// Whether the base says what the row of the record was: of another row, or of another version of it, it says nothing.
    pub(super) fn has_base(&self) -> bool {
        T::__same_key(&self.base, &self.record) && outcome::is_same::<T>(self.base.__version(), self.record.__version())
    }
}

impl<T> Memory<Tracked<T>> for Remembered<T>
where
    T: Trackable + Concurrent<Version: Clone> + Clone,
{
    type Columns = SomeColumns;

    fn columns(tracked: &Tracked<T>) -> Option<SomeColumns> {
        let columns =
            if tracked.has_base() { fields::changed_columns(&tracked.base, &tracked.record) } else { ColumnSet::EVERY };
        (!columns.is_empty()).then(|| SomeColumns::of::<T>(columns))
    }

    fn written(tracked: &mut Tracked<T>, columns: ColumnSet) {
        if columns == ColumnSet::EVERY {
            tracked.base.clone_from(&tracked.record);
        } else {
            fields::copy_columns(columns, &tracked.record, &mut tracked.base);
        }
        tracked.in_doubt.clear();
    }

    fn unanswered(tracked: &mut Tracked<T>, _columns: ColumnSet) {
        tracked.in_doubt.push(Attempt { record: tracked.record.clone(), row: tracked.record.clone() });
    }

    fn of(tracked: &Tracked<T>) -> Self {
        Self { base: tracked.base.clone(), in_doubt: tracked.in_doubt.clone() }
    }

    /// What the transaction saved last is by then the base.
    fn restore(self, version: T::Version, tracked: &mut Tracked<T>, may_be_committed: bool) {
        let saved = std::mem::replace(&mut tracked.base, self.base);
        tracked.record.__set_version(version);
        tracked.in_doubt = self.in_doubt;
        if may_be_committed {
            tracked.in_doubt.push(Attempt { record: saved.clone(), row: saved });
        }
    }

    /// A base of another version says nothing.
    fn forget(version: T::Version, tracked: &mut Tracked<T>) {
        tracked.record.__set_version(version);
    }

    fn is_saved_in(tracked: &mut Tracked<T>, row: Tracked<T>) -> bool {
        if tracked.attempt_at(&row.record).is_none() {
            return false;
        }
        tracked.rebase(row.record);
        fields::changed_columns(&tracked.base, &tracked.record).is_empty()
    }

    fn is_in_doubt(tracked: &Tracked<T>) -> bool {
        !tracked.in_doubt.is_empty()
    }

    fn set_base(tracked: &mut Tracked<T>, row: Tracked<T>) {
        tracked.base = row.record;
    }
}
