//! Merges a record with its row when the outcome of earlier writes is unknown: computes the merge in each possible
//! world.

use std::borrow::Cow;

use super::{ColumnSet, Trackable, Tracked, fields};
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
    /// The same in each world: the merged record, and the fields that both changed, which hold our values in it.
    One { record: T, conflicts: Vec<&'static str> },
    /// The worlds disagree about these fields.
    Several(Vec<&'static str>),
}

impl<T: Trackable + Concurrent + Clone> Tracked<T> {
    /// The worlds that are possible with this row. If none is proved, the first is that no write was done.
    pub(super) fn worlds(&self, row: &T) -> Vec<World<'_, T>> {
        let version = row.__version();
        if let Some((attempt, left)) = self.in_doubt.iter().find_map(|attempt| attempt.proved_at(version)) {
            return vec![World::after(left, attempt.carried_on(left, &self.record))];
        }
        let attempts = self.in_doubt.iter().filter(|attempt| !attempt.is_undone_at(version));
        let done = attempts.map(|attempt| match &attempt.row {
            Some(left) => World::after(left, attempt.carried_on(left, &self.record)),
            None => World::Forgotten(attempt.columns(&self.record)),
        });
        std::iter::once(World::after(&self.base, Cow::Borrowed(&self.record))).chain(done).collect()
    }
}

impl<'t, T: Clone> World<'t, T> {
    const fn after(state: &'t T, mine: Cow<'t, T>) -> Self {
        Self::Known { ancestor: Cow::Borrowed(state), mine }
    }
}

/// Merges the record with this row in each world.
pub(super) fn merge<T: Trackable + Clone>(worlds: &[World<'_, T>], row: &T) -> Merged<T> {
    let mut first: Option<(T, Vec<&'static str>)> = None;
    let mut differing = Vec::new();
    for world in worlds {
        let (ancestor, mine) = match world {
            World::Known { ancestor, mine } => (ancestor, mine),
            World::Forgotten(columns) => {
                differing.extend(fields::names(*columns, row));
                continue;
            }
        };
        let mut merged = row.clone();
        let conflicts = fields::merge_into(&**ancestor, &**mine, &mut merged);
        match &first {
            None => first = Some((merged, conflicts)),
            Some((record, agreed)) => {
                differing.extend(fields::different_fields(record, &merged));
                differing.extend(agreed.iter().filter(|field| !conflicts.contains(field)));
                differing.extend(conflicts.iter().filter(|field| !agreed.contains(field)));
            }
        }
    }
    match first {
        Some((record, conflicts)) if differing.is_empty() => Merged::One { record, conflicts },
        _ => Merged::Several(fields::in_order(&differing, row)),
    }
}
