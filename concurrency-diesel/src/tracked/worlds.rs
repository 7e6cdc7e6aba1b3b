//! Merges a record with its row when the outcome of earlier writes is unknown: computes the merge in each possible
//! world.

use std::borrow::Cow;

use super::{Attempt, ColumnSet, Trackable, Tracked, fields};
use crate::concurrent::Concurrent;

/// What may have happened.
pub(super) enum World<'t, T: Clone> {
    /// Row and record descend from this state: the base, or the row as a write left it.
    Known {
        /// The state.
        ancestor: Cow<'t, T>,
        /// The record as it continues from there.
        mine: Cow<'t, T>,
    },
    /// A write was done, but only its columns are remembered.
    Forgotten(ColumnSet),
}

/// The result of a merge.
pub(super) enum Merged<T> {
    /// The same in each world: the merged record, and the columns that both changed, which hold our values in it.
    One { record: T, conflicts: ColumnSet },
    /// The worlds disagree about these columns.
    Several(ColumnSet),
}

impl<T: Trackable + Concurrent + Clone> Tracked<T> {
    /// The worlds that are possible with this row. If none is proved, the first is that no write was done.
    pub(super) fn worlds(&self, row: &T) -> Vec<World<'_, T>> {
        let version = row.__version();
        if let Some((proved, left)) = self.in_doubt.iter().find_map(|attempt| attempt.proved_at(version)) {
            // A write from there that leaves the version may have been done since.
            let since = self.in_doubt.iter().filter(|attempt| attempt.is_made_at(version));
            let since = since.filter(|attempt| !attempt.is_undone_at(version)).map(|attempt| self.world_after(attempt));
            return std::iter::once(World::after(left, proved.carried_on(left, &self.record))).chain(since).collect();
        }
        let attempts = self.in_doubt.iter().filter(|attempt| !attempt.is_undone_at(version));
        let done = attempts.map(|attempt| self.world_after(attempt));
        std::iter::once(World::after(&self.base, Cow::Borrowed(&self.record))).chain(done).collect()
    }

    /// The world in which this write was done.
    fn world_after<'t>(&'t self, attempt: &'t Attempt<T>) -> World<'t, T> {
        match &attempt.row {
            Some(left) => World::after(left, attempt.carried_on(left, &self.record)),
            None => World::Forgotten(attempt.columns(&self.record)),
        }
    }
}

impl<'t, T: Clone> World<'t, T> {
    const fn after(state: &'t T, mine: Cow<'t, T>) -> Self {
        Self::Known { ancestor: Cow::Borrowed(state), mine }
    }
}

/// Merges the record with this row in each world.
pub(super) fn merge<T: Trackable + Clone>(worlds: &[World<'_, T>], row: &T) -> Merged<T> {
    let mut first: Option<(T, ColumnSet)> = None;
    let mut differing = ColumnSet::NONE;
    for world in worlds {
        let (ancestor, mine) = match world {
            World::Known { ancestor, mine } => (ancestor, mine),
            World::Forgotten(columns) => {
                differing = differing.union(*columns);
                continue;
            }
        };
        let mut merged = row.clone();
        let conflicts = fields::merge_into(&**ancestor, &**mine, &mut merged);
        match &first {
            None => first = Some((merged, conflicts)),
            Some((record, agreed)) => {
                let different = fields::different_columns(record, &merged);
                differing = differing.union(different).union(agreed.symmetric_difference(conflicts));
            }
        }
    }
    match first {
        Some((record, conflicts)) if differing.is_empty() => Merged::One { record, conflicts },
        _ => Merged::Several(differing),
    }
}
