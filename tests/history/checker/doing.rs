//! The mistakes of a change, given its write: the state that it overwrote, the state that it left, and the version.

use std::collections::{BTreeMap, BTreeSet};

use super::super::log::{Intent, Kind, Row, Rule, State};
use super::chain::Chain;
use super::unit::{Attempt, Fate};
use super::{Contents, Violation};

/// The mistakes of a row's changes, now that their writes are known.
pub(super) fn check(
    row: Row,
    chain: &Chain<'_>,
    doings: &BTreeMap<(Row, usize), &Attempt>,
    violations: &mut Vec<Violation>,
) {
    let mut versions = BTreeSet::new();
    for (position, change) in chain.changes.iter().enumerate() {
        let attempt = doings.get(&(row, position)).copied();
        let before = change.before.as_ref().map(Contents::state);
        match attempt {
            Some(attempt) => check_doing(attempt, chain, position, violations),
            None => {
                let after = change.after.as_ref().map(Contents::state);
                violations.push(Violation::Unasked { row, before, after });
            }
        }
        let Some(after) = change.after.as_ref().map(Contents::state) else { continue };
        let is_new = versions.insert(after.version);
        violations.extend(version_violation(row, attempt, before, after, is_new));
    }
}

/// The mistakes of a change, given its write.
fn check_doing(attempt: &Attempt, chain: &Chain<'_>, position: usize, violations: &mut Vec<Violation>) {
    let Intent { write, row, basis, .. } = attempt.intent;
    let change = chain.changes[position];
    let overwritten = change.before.as_ref().map(Contents::state);
    if attempt.fate == Fate::Refused {
        violations.push(Violation::RefusedYetWritten { write, row });
    }
    if !may_overwrite(&attempt.intent, chain, position) {
        violations.push(Violation::LostUpdate { write, row, loaded: basis, overwritten });
    }
    let Some(after) = &change.after else { return };
    if !after.is_whole() || numbers(&attempt.intent, overwritten) != (Some(after.left), Some(after.right)) {
        violations.push(Violation::Torn { write, row });
    }
    if let Some(told) = attempt.told().filter(|told| *told != after.version) {
        violations.push(Violation::WrongVersion { write, told, written: after.version });
    }
}

/// Whether a write may have made this change: over the state in which its record was loaded, or over a later state with
/// the same version, which no one can notice.
pub(super) fn may_overwrite(intent: &Intent, chain: &Chain<'_>, position: usize) -> bool {
    let is_there = chain.changes[position].before.is_some();
    match (intent.kind, intent.rule) {
        (Kind::Insert, _) => !is_there,
        (_, Rule::Unchecked) => is_there,
        (_, Rule::Ordinary | Rule::WithoutIncrement) => {
            is_there && chain.overwritten(position).any(|state| is_expected(intent, state))
        }
    }
}

/// Whether a checked write may be done over this state.
fn is_expected(intent: &Intent, state: State) -> bool {
    let Intent { row, kind, sides, basis: Some(basis), .. } = *intent else { return false };
    // Without a change of the version, no update can be lost.
    let is_untouched = (!sides.left || basis.left == state.left) && (!sides.right || basis.right == state.right);
    row.table.is_same(basis, state) || kind == Kind::Merge && is_untouched
}

/// The numbers that a write leaves on both sides: its own where it edits. A whole record brings along what it was loaded with, anything else
/// leaves what is there.
fn numbers(intent: &Intent, overwritten: Option<State>) -> (Option<i64>, Option<i64>) {
    let Intent { write, kind, sides, basis, .. } = *intent;
    let kept = if kind == Kind::Save { basis } else { overwritten };
    let left = if sides.left { Some(write) } else { kept.map(|kept| kept.left) };
    let right = if sides.right { Some(write) } else { kept.map(|kept| kept.right) };
    (left, right)
}

/// The mistakes of the version that a change left.
fn version_violation(
    row: Row,
    attempt: Option<&Attempt>,
    before: Option<State>,
    after: State,
    is_new: bool,
) -> Option<Violation> {
    let version = after.version;
    let Some(before) = before else {
        return (!is_new).then_some(Violation::SharedVersion { row, version });
    };
    let (from, to) = (before.version, version);
    let is_right = if attempt.is_some_and(|attempt| must_stay(&attempt.intent, before, after)) {
        to == from
    } else {
        row.table.may_step(from, to)
    };
    if row.table.is_ordered() && to < from {
        Some(Violation::VersionWentBack { row, from, to })
    } else if !(is_new || is_right && to == from) {
        Some(Violation::SharedVersion { row, version })
    } else if !is_right {
        Some(Violation::WrongStep { row, from, to })
    } else {
        None
    }
}

/// Whether a write leaves the version. A conditional one stays where no checked column changes, unless the method always advances it.
fn must_stay(intent: &Intent, before: State, after: State) -> bool {
    match intent.rule {
        Rule::WithoutIncrement => true,
        Rule::Unchecked => false,
        Rule::Ordinary => {
            let is_unnoticed = intent.row.table.ignores_right() && before.left == after.left;
            is_unnoticed && matches!(intent.kind, Kind::Save | Kind::Merge)
        }
    }
}
