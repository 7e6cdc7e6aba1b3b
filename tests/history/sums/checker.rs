//! Proves that each change of a sum is counted once: pure, on data. The data are what the clients wrote down and what a trigger noted of
//! each row, in order.
//!
//! A save carries all changes that its record holds over the row it was loaded from, those of saves in doubt among them. Whatever a save
//! did to its row must be the sum of those of its changes that no save before it did.

use std::collections::{HashMap, HashSet};

/// A line of a client's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The client changed the sum by so much; or took a change back.
    Change { change: i64, by: i64 },
    /// It was about to send a save with these changes, which writes this mark.
    Sent { mark: i64, row: Row, changes: Vec<i64> },
    /// The save, and all its changes, are done; this is the record afterwards.
    Done { mark: i64, version: String, amount: i64 },
    /// The save is not done for certain.
    Refused { mark: i64 },
}

/// A row of a table.
pub type Row = (&'static str, i64);

/// The trigger's record of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    pub row: Row,
    pub before: (i64, i64),
    /// The amount and the mark, and the version as a text.
    pub after: (i64, i64),
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The writes of a row do not follow from one another.
    BrokenChain { mark: i64 },
    /// A write that no client was about to send.
    Unasked { mark: i64 },
    /// A save was done twice.
    WrittenTwice { mark: i64 },
    /// A save was refused, and is done.
    RefusedYetWritten { mark: i64 },
    /// A save did not do its remaining changes: some were counted twice, or not at all.
    Miscounted { mark: i64, expected: i64, found: i64 },
    /// A change was acknowledged and is nowhere.
    Lost { change: i64 },
    /// The record is not what the row was after the save.
    MemoryDiffers { mark: i64 },
}

/// The counts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub done: usize,
    pub refused: usize,
    pub in_doubt: usize,
    pub done_in_doubt: usize,
}

pub fn check(lines: &[Line], noted: &[Noted]) -> (Seen, Vec<Wrong>) {
    let saves = Saves::of(lines);
    let mut wrong = Vec::new();
    let mut counted: HashSet<i64> = HashSet::new();
    let mut written: HashSet<i64> = HashSet::new();
    let mut rows: HashMap<Row, (i64, i64)> = HashMap::new();
    for Noted { row, before, after, .. } in noted {
        let mark = after.1;
        if rows.insert(*row, *after).is_some_and(|last| last != *before) {
            wrong.push(Wrong::BrokenChain { mark });
        }
        let Some((_, changes)) = saves.sent.get(&mark).filter(|(sent, _)| sent == row) else {
            wrong.push(Wrong::Unasked { mark });
            continue;
        };
        if !written.insert(mark) {
            wrong.push(Wrong::WrittenTwice { mark });
        }
        if saves.refused.contains(&mark) {
            wrong.push(Wrong::RefusedYetWritten { mark });
        }
        let left = changes.iter().filter(|change| counted.insert(**change));
        let expected = left.map(|change| saves.changes[change]).sum();
        let found = after.0 - before.0;
        if found != expected {
            wrong.push(Wrong::Miscounted { mark, expected, found });
        }
    }
    let mut told: HashSet<i64> = HashSet::new();
    for (mark, version, amount) in &saves.done {
        let (row, changes) = &saves.sent[mark];
        told.extend(changes);
        let lost = changes.iter().filter(|change| !counted.contains(change));
        wrong.extend(lost.map(|change| Wrong::Lost { change: *change }));
        let is_the_row = |noted: &Noted| noted.row == *row && noted.version == *version && noted.after.0 == *amount;
        // A save that found its own changes done and undid others' may end where the row began.
        if !noted.iter().any(is_the_row) && !changes.is_empty() {
            wrong.push(Wrong::MemoryDiffers { mark: *mark });
        }
    }
    let doubtful = saves.sent.keys().filter(|mark| !saves.is_told(**mark));
    let in_doubt: Vec<_> = doubtful.collect();
    let seen = Seen {
        done: saves.done.len(),
        refused: saves.refused.len(),
        in_doubt: in_doubt.len(),
        done_in_doubt: in_doubt.iter().filter(|mark| written.contains(mark)).count(),
    };
    (seen, wrong)
}

/// The lines, by what they are about.
#[derive(Default)]
struct Saves {
    changes: HashMap<i64, i64>,
    sent: HashMap<i64, (Row, Vec<i64>)>,
    done: Vec<(i64, String, i64)>,
    refused: HashSet<i64>,
}

impl Saves {
    fn of(lines: &[Line]) -> Self {
        let mut saves = Self::default();
        for line in lines {
            match line.clone() {
                Line::Change { change, by } => drop(saves.changes.insert(change, by)),
                Line::Sent { mark, row, changes } => drop(saves.sent.insert(mark, (row, changes))),
                Line::Done { mark, version, amount } => saves.done.push((mark, version, amount)),
                Line::Refused { mark } => drop(saves.refused.insert(mark)),
            }
        }
        saves
    }

    fn is_told(&self, mark: i64) -> bool {
        self.refused.contains(&mark) || self.done.iter().any(|(done, ..)| *done == mark)
    }
}
