//! What a tracked record remembers of its row: its base, and the writes that were not answered.

use super::attempt::{Attempt, remember};
use super::worlds::{self, Merged};
use super::{ColumnSet, Origin, Trackable, Tracked, fields};
use crate::concurrent::Concurrent;
use crate::memory::{Memory, Unanswered};
use crate::outcome;
use crate::statement::SomeColumns;

/// The memory of a tracked record.
#[allow(missing_debug_implementations, reason = "handed over between hidden methods only")]
pub struct Remembered<T> {
    record: T,
    base: T,
    in_doubt: Vec<Attempt<T>>,
    origin: Origin,
}

impl<T: Trackable + Concurrent> Tracked<T> {
    /// Whether the base says what the row of the record was. A base of another row, or of another version of it, says
    /// nothing.
    pub(super) fn has_base(&self) -> bool {
        self.origin.is_known()
            && T::__same_key(&self.base, &self.record)
            && outcome::is_same::<T>(self.base.__version(), self.record.__version())
    }

    /// Whether the record took over other writers' values after this was remembered, by a merge or a reload. Then the
    /// remembered base no longer tells which edits are the record's own. Such a record may have another key: the row may
    /// spell the key in another way, if a collation calls both the same.
    fn took_over_since(&self, remembered: &Remembered<T>) -> bool {
        let is_renewed =
            self.origin != remembered.origin || !outcome::is_same::<T>(self.base.__version(), self.record.__version());
        let first = self.origin.first();
        let is_same_record = first.is_some() && first == remembered.origin.first();
        is_renewed && (is_same_record || T::__same_key(&remembered.record, &self.record))
    }

    /// The columns of the writes without an answer that can still be done to a row at this version. Writing these
    /// columns with the current change fences those writes off.
    pub(super) fn columns_to_come(&self, version: &T::Version) -> Option<ColumnSet> {
        let to_come = self.in_doubt.iter().filter(|attempt| attempt.can_come(version));
        to_come.map(|attempt| attempt.columns(&self.record)).reduce(ColumnSet::union)
    }
}

impl<T> Memory<Tracked<T>> for Remembered<T>
where
    T: Trackable + Concurrent<Version: Clone> + Clone,
{
    type Columns = SomeColumns;

    const IS_TRACKED: bool = true;

    fn columns(tracked: &Tracked<T>) -> Option<SomeColumns> {
        if !tracked.has_base() {
            return Some(SomeColumns::of::<T>(ColumnSet::EVERY, false));
        }
        let changed = fields::changed_columns(&tracked.base, &tracked.record);
        // Whatever any of them wrote, the row then holds what the record holds.
        let in_doubt = tracked.in_doubt.iter().map(|attempt| attempt.columns(&tracked.record));
        SomeColumns::with_fence::<T>(changed, in_doubt.reduce(ColumnSet::union))
    }

    fn written(tracked: &mut Tracked<T>, columns: ColumnSet, version: T::Version) {
        if tracked.has_base() {
            fields::copy_columns(columns, &tracked.record, &mut tracked.base);
        } else {
            tracked.base.clone_from(&tracked.record);
            tracked.origin = Origin::of_row();
        }
        tracked.__set_version(version);
        tracked.in_doubt.clear();
    }

    /// A base of another row or version is left as it is.
    fn advanced(tracked: &mut Tracked<T>, version: T::Version, was_guarded: bool) {
        if !tracked.has_base() {
            tracked.record.__set_version(version);
            return;
        }
        if was_guarded {
            let before = tracked.record.__version();
            tracked.in_doubt.retain(|attempt| !attempt.is_undone_at(before));
        }
        tracked.__set_version(version);
    }

    /// Without a base there is nothing to merge, and the next save is guarded as well as the last one was.
    fn unanswered(tracked: &mut Tracked<T>, write: Unanswered<T::Version>) {
        if !tracked.has_base() {
            return;
        }
        let mut row = tracked.base.clone();
        fields::copy_columns(write.columns, &tracked.record, &mut row);
        if let Some(version) = write.version {
            row.__set_version(version);
        }
        let attempt = Attempt::new(row, write.columns, tracked.base.__version(), write.moves_version);
        remember(&mut tracked.in_doubt, attempt);
    }

    fn origin(tracked: &Tracked<T>) -> Option<u64> {
        tracked.origin.first()
    }

    fn of(tracked: &Tracked<T>) -> Self {
        let Tracked { record, base, in_doubt, origin } = tracked.clone();
        Self { record, base, in_doubt, origin }
    }

    /// By then the base is what the transaction saved last. Edits that were made over other writers' values are dropped
    /// with those values.
    fn restore(self, version: T::Version, tracked: &mut Tracked<T>, may_be_committed: bool) {
        let took_over = tracked.took_over_since(&self);
        let Self { record, base, in_doubt, origin } = self;
        let saved = std::mem::replace(&mut tracked.base, base);
        let made = std::mem::replace(&mut tracked.in_doubt, in_doubt);
        tracked.origin = origin;
        if took_over {
            tracked.record = record;
        }
        tracked.record.__set_version(version);
        if !may_be_committed {
            return;
        }
        let columns = fields::changed_columns(&tracked.base, &saved);
        let moves_version = !outcome::is_same::<T>(tracked.base.__version(), saved.__version());
        let is_written = moves_version || !columns.is_empty();
        let last = is_written.then(|| Attempt::new(saved, columns, tracked.base.__version(), moves_version));
        for attempt in made.into_iter().chain(last) {
            let attempt = if took_over { attempt.in_stead_of(&tracked.record) } else { attempt };
            remember(&mut tracked.in_doubt, attempt);
        }
    }

    fn forget(version: T::Version, tracked: &mut Tracked<T>) {
        tracked.record.__set_version(version);
        tracked.origin = Origin::Lost;
    }

    fn is_in_doubt(tracked: &Tracked<T>) -> bool {
        !tracked.in_doubt.is_empty() && tracked.has_base()
    }

    fn proved(tracked: &Tracked<T>, found: &T::Version) -> Option<Tracked<T>> {
        let (attempt, row) = tracked.in_doubt.iter().find_map(|attempt| attempt.proved_at(found))?;
        let record = attempt.carried_on(row, &tracked.record).into_owned();
        let mut proved = tracked.continued(record, row.clone());
        let since = tracked.in_doubt.iter().filter(|other| other.is_made_at(found));
        proved.in_doubt = since.map(|other| other.after(attempt, row)).collect();
        proved.record.__set_version(found.clone());
        Some(proved)
    }

    fn is_saved_in(tracked: &Tracked<T>, row: &Tracked<T>) -> bool {
        let row = &row.record;
        tracked.columns_to_come(row.__version()).is_none()
            && fields::different_columns(&tracked.record, row).is_empty()
            && matches!(worlds::merge(&tracked.worlds(row), row), Merged::One { record, conflicts }
                if conflicts.is_empty() && fields::different_columns(&record, row).is_empty())
    }

    fn set_base(tracked: &mut Tracked<T>, row: Tracked<T>) {
        tracked.base = row.record;
        if !T::__same_key(&tracked.base, &tracked.record) {
            // The key found the row, which spells it in another way.
            let answer = std::mem::replace(&mut tracked.record, tracked.base.clone());
            fields::copy_columns(ColumnSet::EVERY, &answer, &mut tracked.record);
        }
        tracked.origin = tracked.origin.renewed();
        let version = tracked.base.__version();
        tracked.in_doubt.retain(|attempt| attempt.can_come(version));
    }

    fn succeed(tracked: &Tracked<T>, other: &mut Tracked<T>) {
        other.origin = tracked.origin.renewed();
    }

    fn inherit_doubt(tracked: &mut Tracked<T>, other: &mut Tracked<T>) {
        for attempt in other.in_doubt.drain(..) {
            if !tracked.in_doubt.iter().any(|known| known.is_same(&attempt)) {
                remember(&mut tracked.in_doubt, attempt.in_stead_of(&tracked.record));
            }
        }
    }
}
