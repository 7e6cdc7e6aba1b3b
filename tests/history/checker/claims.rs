//! Whose doing each change is. A write leaves its number in the columns that it changes; a touch and a delete leave none, and are
//! found by what they were done over.

use std::collections::{BTreeMap, HashMap};

use super::super::log::{Intent, Kind, Row};
use super::chain::Chain;
use super::numberless::Numberless;
use super::unit::{Attempt, Unit};
use super::{Change, Contents, Violation, doing};

/// The changes that each write did, by their places in the chain of its row.
#[derive(Default)]
pub(super) struct Claims {
    changes: HashMap<i64, Vec<usize>>,
}

impl Claims {
    /// Finds the write behind each change, and its mistakes.
    pub(super) fn new(
        clients: &[Vec<Unit>],
        chains: &BTreeMap<Row, Chain<'_>>,
        violations: &mut Vec<Violation>,
    ) -> Self {
        let mut claims = Self::default();
        let attempts = clients.iter().flatten().flat_map(|unit| &unit.attempts);
        let by_number: HashMap<i64, &Attempt> = attempts.map(|attempt| (attempt.intent.write, attempt)).collect();
        let mut doings: BTreeMap<(Row, usize), &Attempt> = BTreeMap::new();
        let mut numberless = Numberless::default();
        for (row, chain) in chains {
            for (position, change) in chain.changes.iter().enumerate() {
                if is_numberless(change) {
                    numberless.add_change(*row, position, change);
                } else if let Some(attempt) = in_numbers(change, &by_number, &claims) {
                    claims.claim(attempt, position);
                    doings.insert((*row, position), attempt);
                }
            }
        }
        for unit in clients.iter().flatten() {
            numberless.add_unit(unit, &claims);
        }
        for (row, position, attempt) in numberless.matched(chains) {
            claims.claim(attempt, position);
            doings.insert((row, position), attempt);
        }
        for (row, chain) in chains {
            doing::check(*row, chain, &doings, violations);
        }
        for (write, changes) in &claims.changes {
            if changes.len() > 1 {
                violations.push(Violation::WrittenTwice { write: *write, row: by_number[write].intent.row });
            }
        }
        claims
    }

    /// Whether a change is the doing of this write.
    pub(super) fn is_done(&self, write: i64) -> bool {
        self.changes.contains_key(&write)
    }

    /// The place of the first change that is the doing of this write.
    pub(super) fn position(&self, write: i64) -> Option<usize> {
        self.changes.get(&write)?.first().copied()
    }

    fn claim(&mut self, attempt: &Attempt, position: usize) {
        self.changes.entry(attempt.intent.write).or_default().push(position);
    }
}

/// The write whose number this change left. If it left two, the write that is nowhere else.
fn in_numbers<'u>(change: &Change, by_number: &HashMap<i64, &'u Attempt>, claims: &Claims) -> Option<&'u Attempt> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref()?);
    let left = before.is_none_or(|before| before.left != after.left).then_some(after.left);
    let right = before.is_none_or(|before| before.right != after.right).then_some(after.right);
    let attempts = [left, right].into_iter().flatten().filter_map(|number| by_number.get(&number).copied());
    attempts.filter(|attempt| fits(attempt, change)).min_by_key(|attempt| claims.is_done(attempt.intent.write))
}

/// Whether a change left no number in the row.
fn is_numberless(change: &Change) -> bool {
    let numbers = |contents: &Contents| (contents.left, contents.right);
    change.after.as_ref().is_none_or(|after| change.before.as_ref().map(numbers) == Some(numbers(after)))
}

/// Whether a write can do such a change at all.
fn fits(attempt: &Attempt, change: &Change) -> bool {
    let Intent { row, kind, .. } = attempt.intent;
    row == change.row && (kind == Kind::Insert) == change.before.is_none()
}
