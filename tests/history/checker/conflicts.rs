//! Whether every conflict was one: after the state that the record was loaded in, the row came to the version that was found, or was
//! deleted. A restart is the engine's to decide, and nothing can be proved of it.

use std::collections::BTreeMap;

use super::super::log::{Answer, Ending, Intent, Kind, Row};
use super::Violation;
use super::chain::Chain;
use super::unit::{Attempt, Unit};

pub(super) fn check(unit: &Unit, chains: &BTreeMap<Row, Chain<'_>>, violations: &mut Vec<Violation>) {
    for (position, attempt) in unit.attempts.iter().enumerate() {
        let Intent { write, row, basis: Some(loaded), .. } = attempt.intent else { continue };
        let earlier = || unit.attempts[..position].iter().filter(move |other| other.intent.row == row);
        let Some(start) = chains.get(&row).and_then(|chain| chain.position(loaded)) else {
            // No one can see what the unit wrote once it is rolled back.
            if unit.ending == Ending::Committed || earlier().next().is_none() {
                violations.push(Violation::NeverLoaded { write, row, loaded });
            }
            continue;
        };
        let chain = &chains[&row];
        let (expected, found, is_true) = match attempt.answer {
            Some(Answer::Modified { expected, found }) => {
                let is_own = earlier().any(|other| other.told() == Some(found));
                let is_true = is_own || (chain.has_version_after(found, start) && is_reason(attempt, chain, found));
                (expected, Some(found), found != expected && is_true)
            }
            Some(Answer::Deleted { expected }) => {
                let is_own = earlier().any(|other| other.intent.kind == Kind::Delete);
                (expected, None, is_own || chain.is_deleted_after(start))
            }
            _ => continue,
        };
        // A merge goes on from the row that it took over, so what it expected last may be a later version.
        let is_merge = attempt.intent.kind == Kind::Merge;
        let was_expected = expected == loaded.version || is_merge && chain.has_version_after(expected, start);
        if !is_true || !was_expected {
            violations.push(Violation::FalseConflict { write, row, loaded: Some(loaded), found });
        }
    }
}

/// Whether the row at that version conflicted with the write. A merge conflicts only on the side that it changes.
fn is_reason(attempt: &Attempt, chain: &Chain<'_>, found: i64) -> bool {
    let Intent { kind, sides, basis, .. } = attempt.intent;
    match (kind, basis) {
        (Kind::Merge, Some(loaded)) => chain.at_version(found).any(|theirs| {
            differs(sides.left, loaded.left, theirs.left) || differs(sides.right, loaded.right, theirs.right)
        }),
        _ => true,
    }
}

const fn differs(is_written: bool, loaded: i64, found: i64) -> bool {
    is_written && loaded != found
}
