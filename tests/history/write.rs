//! One write of one record, logged before and after. Other files decide which record, and in which transaction.

use crate::library::prelude::*;
use crate::library::{Conflict, Resolution, store_wins};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::log::{Answer, Event, Intent, Kind, Log, State};
use super::operation::{BOTH, Resolver, Step, Verb};
use super::table::{Model, number};
use crate::engine::{self, TestConnection};

/// A record, perhaps with an edit that was refused, and the state that it was loaded in.
#[derive(Clone)]
pub struct Loaded<T> {
    pub record: T,
    pub state: State,
}

impl<T: Model> Loaded<T> {
    pub fn new(record: T) -> Self {
        let state = record.state();
        Self { record, state }
    }
}

/// Edits the record and writes it as the step says. Returns whether it was written, because not every refusal is an
/// error.
pub fn write<T: Model>(
    record: &mut T,
    loaded: State,
    step: Step,
    log: &mut Log,
    connection: &mut TestConnection,
) -> Result<bool, ConcurrencyError> {
    let before = record.clone();
    let was_edited = is_edited(record, loaded);
    let (kind, rule, sides) = step.meaning(was_edited);
    let intent = Intent { write: log.next_write(), row: step.row, kind, rule, sides, basis: Some(loaded) };
    if kind != Kind::Update {
        record.edit(sides, intent.write);
    }
    let edited = record.clone();
    log.write(&Event::Intent(intent));
    let (unanswered, result) = step.scope.hold::<T, _>(|| match step.verb {
        Verb::Resolve(resolver) => resolve(record, intent, resolver, log, connection),
        Verb::Merge(_) if !was_edited => (Some(intent.write), merge(record, before, connection)),
        verb => (Some(intent.write), send(record, verb, intent.write, connection)),
    });
    if let Some(write) = unanswered {
        log.write(&Event::Answer(write, result.as_ref().map_or_else(refusal, Answer::clone)));
    }
    let is_written = matches!(result, Ok(Answer::Written(_)));
    if !is_written && *record != edited {
        log.write(&Event::Changed(log.last_write()));
    }
    result.map(|_| is_written)
}

/// Whether the record has an edit that was refused.
pub fn is_edited<T: Model>(record: &T, loaded: State) -> bool {
    (record.state().left, record.state().right) != (loaded.left, loaded.right)
}

/// Sends one of the writes that end as they are answered.
fn send<T: Model>(
    record: &mut T,
    verb: Verb,
    write: i64,
    connection: &mut TestConnection,
) -> Result<Answer, ConcurrencyError> {
    let expected = record.state().version;
    match verb {
        Verb::Save(_) | Verb::Merge(_) | Verb::Resolve(_) => record.save_concurrent(connection)?,
        Verb::Unchecked => record.save_unchecked(connection)?,
        Verb::WithoutIncrement(_) => record.save_without_increment(connection)?,
        Verb::Touch => record.touch_concurrent(connection)?,
        Verb::Update => {
            return record.update(write, connection).map(|version| Answer::Written(Some(T::number(&version))));
        }
        Verb::Delete => return record.delete_concurrent(connection).map(|()| Answer::Written(None)),
        Verb::DeleteIfExists => {
            let was_there = record.delete_if_exists(connection)?;
            return Ok(if was_there { Answer::Written(None) } else { Answer::Deleted { expected } });
        }
    }
    Ok(Answer::Written(Some(record.state().version)))
}

/// A save that takes over what others changed in other fields than it did.
fn merge<T: Model>(record: &mut T, before: T, connection: &mut TestConnection) -> Result<Answer, ConcurrencyError> {
    let mut tracked = Tracked::new(before);
    *tracked = record.clone();
    let merged = tracked.save_merging(connection);
    *record = tracked.into_inner();
    match merged {
        Ok(()) => Ok(Answer::Written(Some(record.state().version))),
        Err(MergeError::Fields { base, theirs, .. }) => {
            Ok(Answer::Modified { expected: base.state().version, found: theirs.state().version })
        }
        Err(MergeError::Concurrency(error)) => Err(error),
        Err(other) => panic!("a merge ends with nothing else: {other:?}"),
    }
}

/// A save that asks about its conflicts: each answer to save again is a write of its own, over what was found. Returns the write
/// that was not answered yet, if there is one.
fn resolve<T: Model>(
    record: &mut T,
    first: Intent,
    resolver: Resolver,
    log: &mut Log,
    connection: &mut TestConnection,
) -> (Option<i64>, Result<Answer, ConcurrencyError>) {
    let mut open = Some(first);
    let result = record.save_resolving(connection, |conflict: Conflict<T>| {
        let asked = open.take().expect("whoever asks has sent a save");
        let expected = asked.basis.map_or(0, |basis| basis.version);
        let Some(theirs) = conflict.theirs.as_ref().map(T::state) else {
            log.write(&Event::Answer(asked.write, Answer::Deleted { expected }));
            return Resolution::Fail;
        };
        log.write(&Event::Answer(asked.write, Answer::Modified { expected, found: theirs.version }));
        match resolver {
            Resolver::Fails => Resolution::Fail,
            Resolver::StoreWins => store_wins(conflict),
            Resolver::ClientWins => {
                let again = Intent { write: log.next_write(), basis: Some(theirs), ..asked };
                log.write(&Event::Intent(again));
                open = Some(again);
                let mut mine = conflict.mine;
                mine.edit(BOTH, again.write);
                Resolution::Save(mine)
            }
        }
    });
    let answer = result.map(|()| Answer::Written(Some(record.state().version)));
    (open.map(|intent| intent.write), answer)
}

/// Runs writes that end in a rollback to a savepoint, and notes that they are undone.
pub fn undo(
    log: &mut Log,
    write_and_roll_back: impl FnOnce(&mut Log) -> Result<(), ConcurrencyError>,
) -> Result<(), ConcurrencyError> {
    let before = log.last_write();
    match write_and_roll_back(log) {
        Err(ConcurrencyError::Database(DieselError::RollbackTransaction)) => {
            for write in before + 1..=log.last_write() {
                log.write(&Event::Undone(write));
            }
            Ok(())
        }
        other => other,
    }
}

/// The log entry for a refused write.
pub fn refusal(error: &ConcurrencyError) -> Answer {
    match error {
        ConcurrencyError::RecordModified(error) => {
            Answer::Modified { expected: number(&error.expected), found: number(&error.found) }
        }
        ConcurrencyError::RecordDeleted(error) => Answer::Deleted { expected: number(&error.expected) },
        ConcurrencyError::Restart(_) => Answer::Restart,
        ConcurrencyError::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Answer::Exists,
        error if is_lost(error) => Answer::Lost,
        error => Answer::Failed(error.to_string()),
    }
}

/// Whether the connection is gone, so that the outcome of the write is unknown.
pub fn is_lost(error: &ConcurrencyError) -> bool {
    match error {
        ConcurrencyError::OutcomeUnknown(_) | ConcurrencyError::TransactionLost(_) => true,
        ConcurrencyError::Database(error) => engine::history::is_lost(error),
        _ => false,
    }
}
