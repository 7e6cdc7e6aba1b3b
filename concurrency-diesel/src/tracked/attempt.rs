//! Writes without an answer, as a tracked record remembers them until their outcome is known. `crate::doubt` knows when
//! a write has none.

use std::borrow::Cow;

use concurrency_core::{VersionField, VersionValue};

use super::fields::{self, ColumnName};
use super::{ColumnSet, Trackable};
use crate::concurrent::Concurrent;
use crate::outcome;

/// This many are remembered one by one: a record must not grow for as long as its connection is lost.
const REMEMBERED: usize = 8;

/// A write whose outcome is unknown.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Attempt<T> {
    /// The row after this write, at its version if that is known; `None` if only the columns are remembered.
    pub(super) row: Option<T>,
    /// The record as it was then, if another one was saved in its place: a merged one, or a resolver's answer.
    #[cfg_attr(feature = "serde", serde(default = "Option::default", skip_serializing_if = "Option::is_none"))]
    stead_of: Option<T>,
    /// The columns that it writes.
    columns: Vec<ColumnName>,
    /// The version of the row that it is written over, which guards it; `None` if that is not remembered.
    from: Option<String>,
    /// Whether it is certain to move the version. Then a row that still has the old one was not written, but may be yet.
    moves_version: bool,
}

impl<T: Trackable + Concurrent> Attempt<T> {
    /// The write of these columns that turns a row at the version `from` into this row. `moves_version` says whether it
    /// is certain to move the version.
    pub(super) fn new(row: T, columns: ColumnSet, from: &T::Version, moves_version: bool) -> Self {
        let columns = fields::column_names(columns, &row);
        Self { row: Some(row), stead_of: None, columns, from: Some(version_text::<T>(from)), moves_version }
    }

    /// The same write, made in place of this record.
    pub(super) fn in_stead_of(self, record: &T) -> Self
    where
        T: Clone,
    {
        Self { stead_of: self.stead_of.or_else(|| Some(record.clone())), ..self }
    }

    /// The record as it continues from the row that this write left: later changes to the record are applied to that
    /// row.
    pub(super) fn carried_on<'r>(&self, row: &T, record: &'r T) -> Cow<'r, T>
    where
        T: Clone,
    {
        let Some(then) = &self.stead_of else { return Cow::Borrowed(record) };
        let mut carried = row.clone();
        fields::merge_into(then, record, &mut carried);
        Cow::Owned(carried)
    }

    /// The same write, for a record that continues from the row that the other write left.
    pub(super) fn after(&self, other: &Self, row: &T) -> Self
    where
        T: Clone,
    {
        let stead_of = self.stead_of.as_ref().map(|then| other.carried_on(row, then).into_owned());
        Self { stead_of, ..self.clone() }
    }

    /// Whether it was written over a row at this version.
    pub(super) fn is_made_at(&self, version: &T::Version) -> bool {
        self.from.as_ref().is_some_and(|from| *from == version_text::<T>(version))
    }

    /// Whether the write was not done, given that the row is at this version.
    pub(super) fn is_undone_at(&self, version: &T::Version) -> bool {
        self.moves_version && self.is_made_at(version)
    }

    /// Whether it can still be done to a row at this version.
    pub(super) fn can_come(&self, version: &T::Version) -> bool {
        !self.moves_version || self.is_undone_at(version)
    }

    /// The row that the write left, if a row at this version proves that it was done. A write that does not move the
    /// version cannot be proved by it.
    pub(super) fn proved_at(&self, version: &T::Version) -> Option<(&Self, &T)> {
        let row = self.row.as_ref()?;
        let is_proved = T::VersionField::__IS_UNIQUE
            && self.moves_version
            && !self.is_undone_at(version)
            && outcome::is_same::<T>(row.__version(), version);
        is_proved.then_some((self, row))
    }

    /// The columns of this record that the write writes.
    pub(super) fn columns(&self, record: &T) -> ColumnSet {
        fields::columns_named(&self.columns, record)
    }

    /// Whether the other one is the same write, whatever version it makes.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is_same_row = match (&self.row, &other.row) {
            (Some(one), Some(another)) => fields::different_columns(one, another).is_empty(),
            (None, None) => true,
            _ => false,
        };
        let is_same_guard = self.from == other.from && self.moves_version == other.moves_version;
        is_same_row && self.columns == other.columns && is_same_guard
    }
}

/// Remembers one more write. Beyond the limit, the oldest are remembered only by their columns.
pub(super) fn remember<T: Trackable + Concurrent>(attempts: &mut Vec<Attempt<T>>, attempt: Attempt<T>) {
    attempts.retain(|known| !known.is_same(&attempt));
    attempts.push(attempt);
    if attempts.len() <= REMEMBERED {
        return;
    }
    let mut forgotten = Attempt { row: None, stead_of: None, columns: Vec::new(), from: None, moves_version: false };
    let surplus = attempts.len().saturating_sub(REMEMBERED).saturating_add(1);
    for old in attempts.drain(..surplus) {
        for column in old.columns {
            if !forgotten.columns.contains(&column) {
                forgotten.columns.push(column);
            }
        }
    }
    attempts.insert(0, forgotten);
}

/// A version as it is compared and kept: two versions are the same exactly if their texts are.
fn version_text<T: Concurrent>(version: &T::Version) -> String {
    match outcome::version_value::<T>(version) {
        VersionValue::Integer(integer) => integer.to_string(),
        VersionValue::Text(text) => format!("'{text}'"),
        VersionValue::Null => "NULL".to_owned(),
    }
}
