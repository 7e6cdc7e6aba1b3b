//! Whose doing each change is. A write leaves its number in the columns that it changes; a touch and a delete leave none, and are
//! known by the state that they were done over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::log::{Intent, Kind, Row, Sides, State};
use super::chain::Chain;
use super::unit::{Attempt, Fate, Unit};
use super::{Change, Contents, Violation};

/// How many changes each write did.
pub(super) struct Claims {
    times: HashMap<i64, usize>,
}

impl Claims {
    /// Finds the write behind each change, and what is wrong with it.
    pub(super) fn new(units: &[Unit], chains: &BTreeMap<Row, Chain<'_>>, violations: &mut Vec<Violation>) -> Self {
        let mut claims = Self { times: HashMap::new() };
        let writes = Writes::new(units);
        let mut doings: BTreeMap<(Row, usize), Option<&Attempt>> = BTreeMap::new();
        let mut numberless = Vec::new();
        for (row, chain) in chains {
            for (position, change) in chain.changes.iter().enumerate() {
                if is_numberless(change) {
                    numberless.push((*row, position, *change));
                } else {
                    let attempt = writes.in_numbers(change, &claims);
                    claims.claim(attempt);
                    doings.insert((*row, position), attempt);
                }
            }
        }
        // First those that were done over what they expected, so that none of them is taken for another's doing.
        for is_exact in [true, false] {
            numberless.retain(|(row, position, change)| {
                let attempt = writes.over(change, is_exact, &claims);
                if attempt.is_none() && is_exact {
                    return true;
                }
                claims.claim(attempt);
                doings.insert((*row, *position), attempt);
                false
            });
        }
        for (row, chain) in chains {
            check(*row, chain, &doings, violations);
        }
        for (write, times) in &claims.times {
            if *times > 1 {
                violations.push(Violation::WrittenTwice { write: *write, row: writes.by_number[write].intent.row });
            }
        }
        claims
    }

    /// Whether a change is the doing of this write.
    pub(super) fn is_done(&self, write: i64) -> bool {
        self.times.contains_key(&write)
    }

    fn claim(&mut self, attempt: Option<&Attempt>) {
        if let Some(attempt) = attempt {
            *self.times.entry(attempt.intent.write).or_default() += 1;
        }
    }
}

/// The writes of all clients, to be found by what they leave behind.
struct Writes<'u> {
    by_number: HashMap<i64, &'u Attempt>,
    /// Touches and deletes of each row, with the numbers of all writes of their unit.
    numberless: HashMap<(Row, Kind), Vec<(&'u Attempt, &'u Unit)>>,
}

impl<'u> Writes<'u> {
    fn new(units: &'u [Unit]) -> Self {
        let mut writes = Self { by_number: HashMap::new(), numberless: HashMap::new() };
        for unit in units {
            for attempt in &unit.attempts {
                let Intent { write, row, kind, .. } = attempt.intent;
                writes.by_number.insert(write, attempt);
                if matches!(kind, Kind::Touch | Kind::Delete) {
                    writes.numberless.entry((row, kind)).or_default().push((attempt, unit));
                }
            }
        }
        writes
    }

    /// The write whose number this change left; where it left two, the one that is nowhere else.
    fn in_numbers(&self, change: &Change, claims: &Claims) -> Option<&'u Attempt> {
        let after = change.after.as_ref()?;
        let sides = changed_sides(change.before.as_ref(), after);
        let numbers = [sides.left.then_some(after.left), sides.right.then_some(after.right)];
        let attempts = numbers.into_iter().flatten().filter_map(|number| self.by_number.get(&number).copied());
        attempts.filter(|attempt| fits(attempt, change)).min_by_key(|attempt| claims.is_done(attempt.intent.write))
    }

    /// The touch or delete that did this change: the surest of those that were to be done over that state. Where there is none,
    /// one that was acknowledged and is nowhere else, over whatever state.
    fn over(&self, change: &Change, is_exact: bool, claims: &Claims) -> Option<&'u Attempt> {
        let kind = if change.after.is_some() { Kind::Touch } else { Kind::Delete };
        let before = change.before.as_ref()?.state();
        let table = change.row.table;
        let version = change.after.as_ref().map(|after| after.version);
        let candidates = self.numberless.get(&(change.row, kind))?.iter();
        let candidates = candidates.filter(|(attempt, _)| !claims.is_done(attempt.intent.write));
        let (attempt, _) = if is_exact {
            candidates
                .filter(|(attempt, _)| attempt.intent.basis.is_some_and(|basis| table.is_same(basis, before)))
                .max_by_key(|(attempt, unit)| certainty(attempt, unit, claims))
        } else {
            let mut candidates = candidates;
            candidates.find(|(attempt, _)| attempt.fate == Fate::Acknowledged && attempt.told() == version)
        }?;
        Some(attempt)
    }
}

/// How sure it is that a write was done, of which only its client's knowledge and the other writes of its unit tell.
fn certainty(attempt: &Attempt, unit: &Unit, claims: &Claims) -> u8 {
    match attempt.fate {
        Fate::Acknowledged => 3,
        Fate::InDoubt if unit.attempts.iter().any(|other| claims.is_done(other.intent.write)) => 2,
        Fate::InDoubt => 1,
        Fate::Refused => 0,
    }
}

/// Whether a change left no number in the row.
fn is_numberless(change: &Change) -> bool {
    change.after.as_ref().is_none_or(|after| {
        let Sides { left, right } = changed_sides(change.before.as_ref(), after);
        !left && !right
    })
}

fn changed_sides(before: Option<&Contents>, after: &Contents) -> Sides {
    Sides {
        left: before.is_none_or(|before| before.left != after.left),
        right: before.is_none_or(|before| before.right != after.right),
    }
}

/// Whether a write can do such a change at all.
fn fits(attempt: &Attempt, change: &Change) -> bool {
    let Intent { row, kind, .. } = attempt.intent;
    row == change.row && (kind == Kind::Insert) == change.before.is_none()
}

/// What is wrong with the changes of a row, now that it is known whose doing they are.
fn check(
    row: Row,
    chain: &Chain<'_>,
    doings: &BTreeMap<(Row, usize), Option<&Attempt>>,
    violations: &mut Vec<Violation>,
) {
    let mut versions = BTreeSet::new();
    for (position, change) in chain.changes.iter().enumerate() {
        let attempt = doings[&(row, position)];
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        match attempt {
            Some(attempt) => check_doing(attempt, before, after, violations),
            None => violations.push(Violation::Unasked {
                row,
                before: before.map(Contents::state),
                after: after.map(Contents::state),
            }),
        }
        let Some(after) = after else { continue };
        let is_new = versions.insert(after.version);
        violations.extend(version_violation(row, attempt, before, after, is_new));
    }
}

/// What is wrong with a change as the doing of this write.
fn check_doing(
    attempt: &Attempt,
    before: Option<&Contents>,
    after: Option<&Contents>,
    violations: &mut Vec<Violation>,
) {
    let Intent { write, row, sides, basis, .. } = attempt.intent;
    let overwritten = before.map(Contents::state);
    if attempt.fate == Fate::Refused {
        violations.push(Violation::RefusedYetWritten { write, row });
    }
    if !may_overwrite(&attempt.intent, overwritten) {
        violations.push(Violation::LostUpdate { write, row, loaded: basis, overwritten });
    }
    let Some(after) = after else { return };
    let is_of_two = sides.left && sides.right && after.left != after.right;
    if changed_sides(before, after) != sides || !after.is_whole() || is_of_two {
        violations.push(Violation::Torn { write, row });
    }
    if let Some(told) = attempt.told().filter(|told| *told != after.version) {
        violations.push(Violation::WrongVersion { write, told, written: after.version });
    }
}

/// Whether a write may be done over this state.
fn may_overwrite(intent: &Intent, overwritten: Option<State>) -> bool {
    match (intent.kind, intent.basis, overwritten) {
        (Kind::Insert, _, overwritten) => overwritten.is_none(),
        (Kind::Unchecked, _, overwritten) => overwritten.is_some(),
        // What the version says nothing of is nobody's to lose.
        (Kind::Merge, Some(basis), Some(overwritten)) if !intent.row.table.is_same(basis, overwritten) => {
            (!intent.sides.left || basis.left == overwritten.left)
                && (!intent.sides.right || basis.right == overwritten.right)
        }
        (_, Some(basis), Some(overwritten)) => intent.row.table.is_same(basis, overwritten),
        (_, None, _) | (_, _, None) => false,
    }
}

/// What is wrong with the version that a change left.
fn version_violation(
    row: Row,
    attempt: Option<&Attempt>,
    before: Option<&Contents>,
    after: &Contents,
    is_new: bool,
) -> Option<Violation> {
    let version = after.version;
    let Some(before) = before else {
        return (!is_new).then_some(Violation::SharedVersion { row, version });
    };
    let (from, to) = (before.version, version);
    // A conditional version stays where no checked column changes, unless the method always advances it.
    let may_stay = before.left == after.left
        && attempt.is_some_and(|attempt| matches!(attempt.intent.kind, Kind::Save | Kind::Merge));
    let is_right = row.table.may_step(from, to, !may_stay);
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
