//! The chain of a row: its changes in order, and whether they follow from one another. Whose doing they are is not asked here.

use std::collections::BTreeMap;
use std::iter::successors;

use super::super::log::{Row, State};
use super::{Change, Contents, History, Violation};

/// The changes of one row, in order.
#[derive(Default)]
pub(super) struct Chain<'h> {
    pub(super) changes: Vec<&'h Change>,
    /// The change that last led to a version.
    by_version: BTreeMap<i64, usize>,
    /// The first change that led to a state.
    by_state: BTreeMap<(i64, i64, i64), usize>,
    last_delete: Option<usize>,
}

/// The chain of each row, and its mistakes.
pub(super) fn chains<'h>(history: &'h History, violations: &mut Vec<Violation>) -> BTreeMap<Row, Chain<'h>> {
    let mut chains: BTreeMap<Row, Chain<'h>> = BTreeMap::new();
    for change in &history.changes {
        chains.entry(change.row).or_default().push(change);
    }
    for (row, chain) in &chains {
        if let Some(change) = chain.break_before(history.rows.get(row)) {
            violations.push(Violation::BrokenChain { row: *row, change });
        }
    }
    let rows_without_changes = history.rows.keys().filter(|row| !chains.contains_key(row));
    violations.extend(rows_without_changes.map(|row| Violation::BrokenChain { row: *row, change: 0 }));
    chains
}

impl<'h> Chain<'h> {
    fn push(&mut self, change: &'h Change) {
        let position = self.changes.len();
        match &change.after {
            Some(after) => {
                self.by_version.insert(after.version, position);
                self.by_state.entry(key(after.state())).or_insert(position);
            }
            None => self.last_delete = Some(position),
        }
        self.changes.push(change);
    }

    /// The first change that does not start from the state that the one before left; the number of changes if the row
    /// is not in the state that the last one left.
    fn break_before(&self, end: Option<&Contents>) -> Option<usize> {
        let mut left = None;
        for (position, change) in self.changes.iter().enumerate() {
            if change.before.as_ref() != left || (change.before.is_none() && change.after.is_none()) {
                return Some(position);
            }
            left = change.after.as_ref();
        }
        (left != end).then_some(self.changes.len())
    }

    /// The position where the row got this state.
    pub(super) fn position(&self, state: State) -> Option<usize> {
        self.by_state.get(&key(state)).copied()
    }

    /// Whether the row came to this version after that position.
    pub(super) fn has_version_after(&self, version: i64, position: usize) -> bool {
        self.by_version.get(&version).is_some_and(|found| *found > position)
    }

    /// The states that the row had at this version, the last of them first.
    pub(super) fn at_version(&self, version: i64) -> impl Iterator<Item = State> {
        self.since_version(self.by_version.get(&version).copied())
    }

    /// The state that this change was done over, and those before it that the row had at the same version: no version tells of what
    /// was changed between them.
    pub(super) fn overwritten(&self, position: usize) -> impl Iterator<Item = State> {
        self.since_version(position.checked_sub(1))
    }

    /// The state that this change left, and those before it that the row had at the same version.
    fn since_version(&self, position: Option<usize>) -> impl Iterator<Item = State> {
        let before = |position: &usize| {
            let change = self.changes.get(*position)?;
            let is_silent = change.before.as_ref()?.version == change.after.as_ref()?.version;
            position.checked_sub(1).filter(|_| is_silent)
        };
        let after = |position: usize| Some(self.changes.get(position)?.after.as_ref()?.state());
        successors(position, before).filter_map(after)
    }

    /// Whether the row was deleted after that position.
    pub(super) fn is_deleted_after(&self, position: usize) -> bool {
        self.last_delete.is_some_and(|delete| delete > position)
    }
}

const fn key(state: State) -> (i64, i64, i64) {
    (state.version, state.left, state.right)
}
