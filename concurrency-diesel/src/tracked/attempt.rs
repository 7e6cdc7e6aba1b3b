//! Writes without an answer, as a tracked record remembers them until it is known what became of them. When a write has none stands in
//! `crate::doubt`.

use std::borrow::Cow;

use concurrency_core::{VersionField, VersionValue};

use super::{ColumnSet, Trackable, fields};
use crate::concurrent::Concurrent;
use crate::outcome;

/// So many are remembered one by one: a record must not grow for as long as its connection is lost.
const REMEMBERED: usize = 8;

/// A write of which nobody knows whether it was done.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Attempt<T> {
    /// The row as it leaves it, at its version where that is known; none where only the columns are remembered.
    pub(super) row: Option<T>,
    /// The record as it was then, where another one was saved in its stead: merged, or a resolver's answer.
    #[cfg_attr(feature = "serde", serde(default = "Option::default", skip_serializing_if = "Option::is_none"))]
    stead_of: Option<T>,
    /// The fields that it writes, by their names, which outlive a renewed program.
    columns: Vec<String>,
    /// A row at this version was not written by it, and may still be; none where a row of any version may be either.
    leaves: Option<String>,
}

impl<T: Trackable + Concurrent> Attempt<T> {
    /// The write of these columns that makes this row of one at the version `from`, which it leaves for certain or not.
    pub(super) fn new(row: T, columns: ColumnSet, from: &T::Version, moves_version: bool) -> Self {
        let columns = fields::names(columns, &row).into_iter().map(str::to_owned).collect();
        Self { row: Some(row), stead_of: None, columns, leaves: moves_version.then(|| version_text::<T>(from)) }
    }

    /// The same write, made in the stead of this record.
    pub(super) fn in_stead_of(self, record: &T) -> Self
    where
        T: Clone,
    {
        Self { stead_of: self.stead_of.or_else(|| Some(record.clone())), ..self }
    }

    /// The record as it goes on from the row that this left: what was changed since is changed there.
    pub(super) fn carried_on<'r>(&self, row: &T, record: &'r T) -> Cow<'r, T>
    where
        T: Clone,
    {
        let Some(then) = &self.stead_of else { return Cow::Borrowed(record) };
        let mut carried = row.clone();
        fields::merge_into(then, record, &mut carried);
        Cow::Owned(carried)
    }

    /// Whether it was not done, if the row is at this version.
    pub(super) fn is_undone_at(&self, version: &T::Version) -> bool {
        self.leaves.as_ref().is_some_and(|left| *left == version_text::<T>(version))
    }

    /// Whether it can still be done to a row at this version.
    pub(super) fn can_come(&self, version: &T::Version) -> bool {
        self.leaves.is_none() || self.is_undone_at(version)
    }

    /// The row that it left, if a row at this version proves that it was done. A write that leaves the version proves nothing by it.
    pub(super) fn proved_at(&self, version: &T::Version) -> Option<(&Self, &T)> {
        let row = self.row.as_ref()?;
        let is_proved = T::VersionField::__IS_UNIQUE
            && self.leaves.is_some()
            && !self.is_undone_at(version)
            && outcome::is_same::<T>(row.__version(), version);
        is_proved.then_some((self, row))
    }

    /// The columns that it writes, of a record.
    pub(super) fn columns(&self, record: &T) -> ColumnSet {
        fields::named(&self.columns, record)
    }

    /// Whether another one is the same write, whatever version it makes.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is_same_row = match (&self.row, &other.row) {
            (Some(one), Some(another)) => fields::different_fields(one, another).is_empty(),
            (None, None) => true,
            _ => false,
        };
        is_same_row && self.columns == other.columns && self.leaves == other.leaves
    }
}

/// Remembers one more write, and of too many the oldest only by their columns.
pub(super) fn remember<T: Trackable + Concurrent>(attempts: &mut Vec<Attempt<T>>, attempt: Attempt<T>) {
    attempts.retain(|known| !known.is_same(&attempt));
    attempts.push(attempt);
    if attempts.len() <= REMEMBERED {
        return;
    }
    let mut forgotten = Attempt { row: None, stead_of: None, columns: Vec::new(), leaves: None };
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

/// A version as it is compared and kept: two are the same exactly when their texts are.
fn version_text<T: Concurrent>(version: &T::Version) -> String {
    match outcome::version_value::<T>(version) {
        VersionValue::Integer(integer) => integer.to_string(),
        VersionValue::Text(text) => format!("'{text}'"),
        VersionValue::Null => "NULL".to_owned(),
    }
}
