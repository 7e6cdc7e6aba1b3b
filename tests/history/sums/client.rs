//! A client that counts. It changes a record that it keeps, saves it in one of many ways, is disturbed in one of many
//! ways, and logs the answers. It goes on with the same record, even if that is in doubt.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Instant;

use crate::library::prelude::*;
use crate::library::{BulkError, MergeError, Tracked, disable_concurrency_for, impatient, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::BigInt;

use super::ROWS;
use super::checker::Line;
use super::tally::{Mark, Tally};
use crate::engine::Database;
use crate::engine::history::{BE_PATIENT, GIVE_UP_SOON, Unreliable, unreliable};
use crate::history::operation::Random;
use crate::suite::models::Author;

/// How a save was answered.
enum Told<T> {
    Done,
    Refused,
    /// Unknown.
    Unknown,
    /// Not sent, because it depends on the outcome of an earlier one. This is the row.
    InDoubt(T),
}

/// A record that a client keeps.
struct Kept<T> {
    record: Tracked<T>,
    /// The changes that it was given since it was last known to be what its row is.
    changes: Vec<i64>,
    /// The marks of its saves with an unknown outcome.
    doubts: Vec<i64>,
}

pub struct Client<'a, T> {
    number: u64,
    last: i64,
    random: Random,
    database: &'a Database,
    lines: &'a Mutex<Vec<Line>>,
    connection: Unreliable,
    kept: Option<Kept<T>>,
}

impl<'a, T: Tally> Client<'a, T> {
    pub fn new(seed: u64, number: u64, database: &'a Database, lines: &'a Mutex<Vec<Line>>) -> Self {
        let random = Random::new(&[seed, number, 0x5355_4d53]);
        Self { number, last: 0, random, database, lines, connection: unreliable(database), kept: None }
    }

    pub fn run(mut self, deadline: Instant) {
        while Instant::now() < deadline {
            self.count();
        }
    }

    fn note(&self, line: Line) {
        self.lines.lock().unwrap().push(line);
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        i64::try_from(self.number).unwrap() << 40 | self.last
    }

    /// Changes the record and saves it.
    fn count(&mut self) {
        let Some(Kept { mut record, mut changes, mut doubts }) = self.record() else { return };
        let change = self.next();
        let by = if self.random.below(8) == 0 {
            // Undoes everything that the record changed over its base, done or not.
            let by = record.base().amount() - record.amount();
            record.revert();
            by
        } else {
            // Few, so that others' are often the same.
            let by = 1 + i64::try_from(self.random.below(2)).unwrap();
            record.add(by);
            by
        };
        self.note(Line::Change { change, by });
        changes.push(change);
        let mark = self.next();
        *record.mark() = Mark(mark);
        let row = (T::NAME, record.id());
        self.note(Line::Sent { mark, row, changes: changes.clone() });
        self.hinder();
        match self.save(&mut record) {
            Told::Done => {
                self.note(Line::Done { mark, version: record.version_text(), amount: record.amount() });
                (changes, doubts) = (Vec::new(), Vec::new());
            }
            Told::Refused => self.note(Line::Refused { mark }),
            Told::Unknown => doubts.push(mark),
            Told::InDoubt(theirs) => {
                self.note(Line::Refused { mark });
                match self.found(&doubts) {
                    Some(doubt) => record.settle(doubt, theirs),
                    // An earlier one of several cannot be settled.
                    None => return,
                }
                doubts.clear();
            }
        }
        self.kept = Some(Kept { record, changes, doubts });
        if self.is_broken() {
            self.connection = unreliable(self.database);
        }
    }

    /// Looks what became of these saves, in what the trigger noted. The row has another version by then than they expect, so that none
    /// of them is still to come.
    fn found(&self, doubts: &[i64]) -> Option<Doubt> {
        let connection = &mut self.database.connect();
        let is_there = |mark: &i64| {
            let count = sql::<BigInt>("(SELECT count(*) FROM sum_changes WHERE after_mark = ").bind::<BigInt, _>(*mark);
            diesel::select(count.sql(")")).get_result::<i64>(connection).unwrap() > 0
        };
        let are_there: Vec<bool> = doubts.iter().map(is_there).collect();
        match are_there.last() {
            Some(true) => Some(Doubt::Written),
            _ if !are_there.contains(&true) => Some(Doubt::NotWritten),
            _ => None,
        }
    }

    /// The one that it keeps, or another one.
    fn record(&mut self) -> Option<Kept<T>> {
        let leaves = self.random.below(8) == 0;
        if let Some(kept) = self.kept.take().filter(|_| !leaves) {
            return Some(kept);
        }
        let id = 1 + i64::try_from(self.random.below(ROWS.unsigned_abs())).unwrap();
        match T::load(id, &mut self.connection.connection) {
            Ok(record) => Some(Kept { record, changes: Vec::new(), doubts: Vec::new() }),
            Err(_) => {
                self.connection = unreliable(self.database);
                None
            }
        }
    }

    /// What may go wrong with the next save: its connection, or its patience. A mark that is refused, or panics, does by itself.
    fn hinder(&mut self) {
        match self.random.below(12) {
            0 => self.connection.lose_answer(),
            1 => {
                let bytes = usize::try_from(self.random.below(150)).unwrap();
                self.connection.cut_question(bytes);
            }
            2 => {
                let bytes = usize::try_from(self.random.below(60)).unwrap();
                self.connection.cut_answer(bytes);
            }
            3 => drop(self.connection.connection.batch_execute(GIVE_UP_SOON)),
            _ => {}
        }
    }

    /// Now and then in a scope that is for other records, or with a future that is dropped before its end.
    fn save(&mut self, record: &mut Tracked<T>) -> Told<T> {
        let is_in_scope = self.random.below(8) == 0;
        let polls = Some(self.random.below(40)).filter(|polls| *polls < 4);
        let mut save = || self.save_in_one_way(record);
        let mut save = || if is_in_scope { disable_concurrency_for::<Author, _>(&mut save) } else { save() };
        let saved = catch_unwind(AssertUnwindSafe(|| match polls {
            Some(polls) => impatient(u32::try_from(polls).unwrap(), save),
            None => save(),
        }));
        saved.unwrap_or(Told::Unknown)
    }

    fn save_in_one_way(&mut self, record: &mut Tracked<T>) -> Told<T> {
        let way = self.random.below(8);
        let connection = &mut self.connection.connection;
        match way {
            0 | 1 => told(record.save_concurrent(connection)),
            2 => told(transaction_concurrent(connection, record, |connection, record: &mut &mut Tracked<T>| {
                record.save_concurrent(connection)
            })),
            3 => {
                let undone = transaction_concurrent(connection, record, |connection, record: &mut &mut Tracked<T>| {
                    record.save_concurrent(connection)?;
                    Err(ConcurrencyError::Database(DieselError::RollbackTransaction))
                });
                told(undone)
            }
            4 => told(transaction_concurrent(
                connection,
                record,
                |connection, record: &mut &mut Tracked<T>| match record.save_merging(connection) {
                    Ok(()) => Ok(()),
                    Err(MergeError::Concurrency(error)) => Err(error),
                    Err(_) => Err(ConcurrencyError::Database(DieselError::RollbackTransaction)),
                },
            )),
            5 => match std::slice::from_mut(record).save_all_concurrent(connection) {
                Ok(()) => Told::Done,
                Err(BulkError::Concurrency(error)) => told(Err(error)),
                Err(_) => Told::Refused,
            },
            6 => told(T::resolve(record, connection)),
            _ => match record.save_merging(connection) {
                Ok(()) => Told::Done,
                Err(MergeError::Concurrency(error)) => told(Err(error)),
                Err(MergeError::InDoubt { theirs, .. }) => Told::InDoubt(theirs),
                Err(other) => panic!("sums and marks are merged: {other:?}"),
            },
        }
    }

    /// Whether the client should drop the connection, because it is unknown what is open on it.
    fn is_broken(&mut self) -> bool {
        let connection = &mut self.connection.connection;
        // Only MariaDB knows it, and not MySQL.
        let _ = connection.batch_execute(BE_PATIENT);
        AnsiTransactionManager::begin_transaction(connection).is_err()
            || AnsiTransactionManager::rollback_transaction(connection).is_err()
    }
}

fn told<T>(result: Result<(), ConcurrencyError>) -> Told<T> {
    match result {
        Ok(()) => Told::Done,
        Err(ConcurrencyError::OutcomeUnknown(_) | ConcurrencyError::TransactionLost(_)) => Told::Unknown,
        Err(_) => Told::Refused,
    }
}
