//! The outcome of writing a batch. Nothing here sends SQL.

use super::BulkConflict;
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::{ConcurrencyError, Fault};
use crate::memory::Memory as _;
use crate::outcome;
use crate::statement::bulk::Item;
use crate::tracked::ColumnSet;

/// The outcome of writing records: the versions that their rows now have, and those that were not written.
pub(super) struct Outcome<V> {
    /// By the record's position in the batch; empty after a DELETE.
    pub(super) versions: Vec<(usize, V)>,
    pub(super) refused: Vec<BulkConflict>,
    /// The positions in the batch of records whose rows this batch itself may have taken.
    pub(super) suspects: Vec<usize>,
}

impl<V> Outcome<V> {
    pub(super) const fn new() -> Self {
        Self { versions: Vec::new(), refused: Vec::new(), suspects: Vec::new() }
    }

    pub(super) fn append(&mut self, mut other: Self) {
        if self.versions.is_empty() {
            self.versions = other.versions;
        } else {
            self.versions.append(&mut other.versions);
        }
        self.refused.append(&mut other.refused);
        self.suspects.append(&mut other.suspects);
    }

    /// The error that every one of several records met, if it is not known to concern a row: then it is no single
    /// record's fault.
    pub(super) fn take_common_error(&mut self, count: usize) -> Option<ConcurrencyError> {
        let is_unclear = |one: &BulkConflict| one.error.fault() == Fault::Unclear;
        let nothing_was_written = self.versions.is_empty() && self.refused.len() == count;
        if count < 2 || !nothing_was_written || !self.refused.iter().all(is_unclear) {
            return None;
        }
        let message = self.refused.first()?.error.to_string();
        if self.refused.iter().any(|one| one.error.to_string() != message) {
            return None;
        }
        self.refused.pop().map(|one| one.error)
    }
}

/// Sets the versions of the records that were written.
pub(super) fn set_versions<T: Concurrent>(records: &mut [T], versions: Vec<(usize, T::Version)>) {
    for (index, version) in versions {
        if let Some(record) = records.get_mut(index) {
            T::__Memory::written(record, ColumnSet::EVERY, version);
        }
    }
}

/// Why a record was not written: the version found at its row, or that there is no row.
pub(super) fn refusal<T, DB>(item: Item<'_, T>, found: Option<&T::Version>) -> BulkConflict
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let record = item.source.record;
    BulkConflict::new(item.index, outcome::refusal::<T, DB>(record, record.__version(), found))
}

/// Assigns the answers of a statement to the items, in their order. The statement's numbers count the items from 1.
///
/// A number that occurs twice means that a key names several rows.
pub(super) fn by_item<T, DB>(
    items: &[Item<'_, T>],
    answers: Vec<(i64, T::Version)>,
) -> Result<Vec<Option<T::Version>>, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut versions: Vec<Option<T::Version>> = items.iter().map(|_| None).collect();
    for (number, version) in answers {
        let place = position(number).and_then(|position| Some((versions.get_mut(position)?, items.get(position)?)));
        match place {
            Some((place @ None, _)) => *place = Some(version),
            Some((_, item)) => return Err(outcome::ambiguous_key::<T, DB>(item.source.record, 2)),
            None => return Err(not_of_the_batch()),
        }
    }
    Ok(versions)
}

/// The position of the item that a statement's number names.
pub(super) fn position(number: i64) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

fn not_of_the_batch() -> ConcurrencyError {
    ConcurrencyError::Database(diesel::result::Error::QueryBuilderError(
        "the database answered with a record that was not sent".into(),
    ))
}
