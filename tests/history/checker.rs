//! Proves from the logs of the clients and the changes of the rows that nothing was lost: pure, on data, so that it can be shown
//! to fail. Where the data come from is not its matter.
//!
//! The changes are what the database itself noted of each row, in order; a row's are its chain. Every change must be the doing of
//! exactly one write that the client was not refused, over the state that its record was loaded in; and every write that was
//! acknowledged must be such a change, after those of its client that were acknowledged before.
//!
//! An unchecked write may overwrite any state, and every checked write must notice it: its version comes after the
//! row's. A write that leaves the version is checked, and no one can notice it: a client that loaded the row at that
//! version may overwrite it.

mod chain;
mod claims;
mod conflicts;
mod doing;
mod numberless;
mod order;
mod rules;
mod unit;
mod violation;

use std::collections::BTreeMap;

use self::claims::Claims;
use self::unit::{Attempt, Fate, Unit};
pub use self::violation::Violation;
use super::log::{Answer, Ending, Event, Parts, Row, Rule, State};

/// All columns of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub version: i64,
    pub left: i64,
    pub left_text: String,
    pub right: i64,
    pub right_text: String,
}

/// The text that a write puts beside its number.
pub fn text(write: i64) -> String {
    format!("written by {write}")
}

impl Contents {
    pub const fn state(&self) -> State {
        State { version: self.version, left: self.left, right: self.right }
    }

    /// Whether each side's columns are of one write.
    fn is_whole(&self) -> bool {
        self.left_text == text(self.left) && self.right_text == text(self.right)
    }
}

/// The changes that the database recorded. An insert has no state before it, a delete none after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub row: Row,
    pub before: Option<Contents>,
    pub after: Option<Contents>,
}

/// All that is known when everything is over.
#[derive(Debug, Clone)]
pub struct History {
    /// One for each client, or for each process of a client.
    pub logs: Vec<Vec<Event>>,
    /// Those of all rows; those of a row are in order.
    pub changes: Vec<Change>,
    /// The rows as they are at the end.
    pub rows: BTreeMap<Row, Contents>,
}

/// Counts of what the checker saw, because a history in which nothing happened proves nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// The number of changes that the database recorded.
    pub changes: usize,
    /// Writes that were done and said to be.
    pub acknowledged: usize,
    /// Of those, the writes that were not checked.
    pub unchecked: usize,
    /// Of those, the writes that left the version as it was.
    pub without_increment: usize,
    pub conflicts: usize,
    pub restarts: usize,
    /// Writes that were done in a transaction, and undone.
    pub rolled_back: usize,
    /// Writes without an answer, or in a transaction whose end the client does not know.
    pub in_doubt: usize,
    /// Of those, the writes that are there.
    pub done_in_doubt: usize,
}

impl Summary {
    /// Whether everything happened that can be wrong, but for the rare write in doubt that is there.
    pub const fn saw_everything(&self) -> bool {
        let Self { acknowledged, unchecked, without_increment, conflicts, restarts, rolled_back, in_doubt, .. } = *self;
        let did = acknowledged > 0 && unchecked > 0 && without_increment > 0;
        did && conflicts > 0 && restarts > 0 && rolled_back > 0 && in_doubt > 0
    }

    fn count(&mut self, attempt: &Attempt, is_done: bool) {
        let counter = match (attempt.fate, &attempt.answer) {
            (Fate::Acknowledged, _) => &mut self.acknowledged,
            (Fate::InDoubt, _) => &mut self.in_doubt,
            (Fate::Refused, Some(Answer::Modified { .. } | Answer::Deleted { .. })) => &mut self.conflicts,
            (Fate::Refused, Some(Answer::Restart)) => &mut self.restarts,
            (Fate::Refused, _) => &mut self.rolled_back,
        };
        *counter += 1;
        let is_done_by = |rule| usize::from(attempt.fate == Fate::Acknowledged && attempt.intent.rule == rule);
        self.unchecked += is_done_by(Rule::Unchecked);
        self.without_increment += is_done_by(Rule::WithoutIncrement);
        self.done_in_doubt += usize::from(attempt.fate == Fate::InDoubt && is_done);
    }
}

/// Everything that is wrong with a history.
pub fn check(history: &History) -> (Summary, Vec<Violation>) {
    let mut violations = Vec::new();
    let clients: Vec<Vec<Unit>> = history.logs.iter().map(|log| unit::units(log)).collect();
    let chains = chain::chains(history, &mut violations);
    let claims = Claims::new(&clients, &chains, &mut violations);
    for units in &clients {
        for unit in units {
            check_outcome(unit, &claims, &mut violations);
            conflicts::check(unit, &chains, &mut violations);
        }
        order::check(units, &claims, &mut violations);
    }
    (summary(&clients, &claims, history), violations)
}

/// Every acknowledged write is there, and a unit in doubt is there as a whole or not at all.
fn check_outcome(unit: &Unit, claims: &Claims, violations: &mut Vec<Violation>) {
    for attempt in &unit.attempts {
        let write = attempt.intent.write;
        if attempt.fate == Fate::Acknowledged && !claims.is_done(write) {
            violations.push(Violation::LostSave { write, row: attempt.intent.row });
        }
        if let Some(message) = attempt.failure() {
            violations.push(Violation::Failed { write, message: message.to_owned() });
        }
        if attempt.is_changed {
            violations.push(Violation::RecordChanged { write });
        }
    }
    if unit.ending == Ending::Unknown && unit.parts == Parts::Together {
        let in_doubt = unit.attempts.iter().filter(|attempt| attempt.fate == Fate::InDoubt);
        let (done, missing): (Vec<_>, Vec<_>) =
            in_doubt.map(|attempt| attempt.intent.write).partition(|write| claims.is_done(*write));
        if !done.is_empty() && !missing.is_empty() {
            violations.push(Violation::HalfDone { done, missing });
        }
    }
}

fn summary(clients: &[Vec<Unit>], claims: &Claims, history: &History) -> Summary {
    let mut summary = Summary { changes: history.changes.len(), ..Summary::default() };
    for attempt in clients.iter().flatten().flat_map(|unit| &unit.attempts) {
        summary.count(attempt, claims.is_done(attempt.intent.write));
    }
    summary
}
