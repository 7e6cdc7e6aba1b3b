//! Several records of one table, written together: in a transaction that knows them, or at once.

use crate::library::prelude::*;
use crate::library::{BulkConflict, BulkError, transaction_concurrent};
use diesel::result::Error as DieselError;

use super::log::{Answer, Event, Intent, Log, State};
use super::operation::{Batch, BatchWrite, Last, Step, Transaction};
use super::table::Model;
use super::write::{is_edited, refusal, undo, write};
use crate::engine::TestConnection;

/// The operation on a record of a list, and whether it was done.
pub struct Place {
    pub step: Step,
    pub state: State,
    pub is_written: bool,
}

/// Writes the records in a transaction that restores their versions if it is rolled back.
pub fn write_listed<T: Model>(
    records: &mut [T],
    places: &mut [Place],
    transaction: &Transaction,
    log: &mut Log,
    connection: &mut TestConnection,
) -> Result<(), ConcurrencyError> {
    transaction_concurrent(connection, records, |connection, records| {
        let last = places.len();
        for (number, (record, place)) in (1..).zip(records.iter_mut().zip(places)) {
            let Place { step, state, is_written } = place;
            let write = |record: &mut T, log: &mut Log, connection: &mut TestConnection| {
                write(record, *state, *step, log, connection)
            };
            match transaction.last {
                Last::InSavepoint if number == last => {
                    *is_written = transaction_concurrent(connection, record, |connection, record| {
                        write(record, log, connection)
                    })?;
                }
                Last::Undone if number == last => undo(log, |log| {
                    transaction_concurrent(connection, record, |connection, record| {
                        write(record, log, connection)?;
                        Err(DieselError::RollbackTransaction.into())
                    })
                })?,
                _ => *is_written = write(record, log, connection)?,
            }
        }
        transaction.end()
    })
}

/// Writes the records at once.
pub fn write_batch<T: Model>(
    records: &mut [T],
    places: &mut [Place],
    batch: &Batch,
    log: &mut Log,
    connection: &mut TestConnection,
) -> Result<(), ConcurrencyError> {
    let writes: Vec<i64> = records.iter_mut().zip(&*places).map(|(record, place)| intend(record, place, log)).collect();
    let edited = records.to_vec();
    let result = batch.scope.hold::<T, _>(|| match (batch.write, batch.is_each) {
        (BatchWrite::Save, true) => records.save_each_concurrent(connection),
        (BatchWrite::Save, false) => records.save_all_concurrent(connection).map(|()| Vec::new()),
        (BatchWrite::Delete, true) => records.delete_each_concurrent(connection),
        (BatchWrite::Delete, false) => records.delete_all_concurrent(connection).map(|()| Vec::new()),
    });
    let (refused, result) = match result {
        Ok(refused) => {
            places.iter_mut().for_each(|place| place.is_written = true);
            (refused, Ok(()))
        }
        // The other writes were spared, and their outcome is that of the unit.
        Err(BulkError::Conflicts(refused)) => (refused, Err(DieselError::RollbackTransaction.into())),
        Err(BulkError::Record(refused)) => (vec![*refused], Err(DieselError::RollbackTransaction.into())),
        Err(BulkError::Concurrency(error)) => (Vec::new(), Err(error)),
        Err(other) => panic!("a batch ends with nothing else: {other:?}"),
    };
    for BulkConflict { index, error, .. } in refused {
        places[index].is_written = false;
        log.write(&Event::Answer(writes[index], refusal(&error)));
    }
    for ((record, edited), (place, write)) in records.iter().zip(&edited).zip(places.iter().zip(writes)) {
        if place.is_written {
            let version = (batch.write == BatchWrite::Save).then(|| record.state().version);
            log.write(&Event::Answer(write, Answer::Written(version)));
        } else if record != edited {
            log.write(&Event::Changed(write));
        }
    }
    result
}

/// Edits a record of a batch, and logs the operation on it.
fn intend<T: Model>(record: &mut T, place: &Place, log: &mut Log) -> i64 {
    let Place { step, state, .. } = place;
    let write = log.next_write();
    let (kind, rule, sides) = step.meaning(is_edited(record, *state));
    record.edit(sides, write);
    log.write(&Event::Intent(Intent { write, row: step.row, kind, rule, sides, basis: Some(*state) }));
    write
}
