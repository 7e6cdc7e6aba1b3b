//! The records of one table that a client has, with any version field. `write.rs` writes one of them.

use std::collections::HashMap;

use crate::library::prelude::*;
use diesel::result::QueryResult;

use super::log::{Answer, Event, Intent, Kind, Log, Row, Rule, State, Table};
use super::operation::{BOTH, Batch, Step, Transaction, Verb};
use super::several::{Place, write_batch, write_listed};
use super::table::Model;
use super::write::{Loaded, refusal, write};
use crate::engine::TestConnection;

pub trait Copies: Send {
    fn table(&self) -> Table;

    /// Does a write, or an insert if there is no row to write.
    fn attempt(&mut self, step: Step, log: &mut Log, connection: &mut TestConnection) -> Result<(), ConcurrencyError>;

    /// Does the writes of a transaction that knows its records. What was not there before is left out.
    fn attempt_listed(
        &mut self,
        transaction: &Transaction,
        log: &mut Log,
        connection: &mut TestConnection,
    ) -> Result<(), ConcurrencyError>;

    /// Writes records at once, without those that have no row to write.
    fn attempt_batch(
        &mut self,
        batch: &Batch,
        log: &mut Log,
        connection: &mut TestConnection,
    ) -> Result<(), ConcurrencyError>;

    /// Makes a row.
    fn insert(&mut self, id: i64, log: &mut Log, connection: &mut TestConnection) -> Result<(), ConcurrencyError>;

    /// Drops the record of this row, which differs from the row.
    fn forget(&mut self, id: i64);

    /// Notes which records there are, until `restore` brings them back: what a rolled back transaction did to them is void.
    fn remember(&mut self);
    fn restore(&mut self);
}

pub struct CopiesOf<T> {
    copies: HashMap<i64, Loaded<T>>,
    remembered: HashMap<i64, Loaded<T>>,
}

impl<T> Default for CopiesOf<T> {
    fn default() -> Self {
        Self { copies: HashMap::new(), remembered: HashMap::new() }
    }
}

impl<T: Model> Copies for CopiesOf<T> {
    fn table(&self) -> Table {
        T::TABLE
    }

    fn attempt(&mut self, step: Step, log: &mut Log, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        let Some(Loaded { mut record, state }) = self.copy(step, connection)? else {
            return self.insert(step.row.id, log, connection);
        };
        let result = write(&mut record, state, step, log, connection);
        match &result {
            Ok(true) => self.keep_written(step, record, state),
            Ok(false) => self.keep_refused(step, record, state),
            Err(error) if error.is_conflict() => self.keep_refused(step, record, state),
            Err(_) => self.keep(step, record, state),
        }
        result.map(drop)
    }

    fn attempt_listed(
        &mut self,
        transaction: &Transaction,
        log: &mut Log,
        connection: &mut TestConnection,
    ) -> Result<(), ConcurrencyError> {
        let (mut records, mut places) = self.list(&transaction.steps, connection)?;
        let result = write_listed(&mut records, &mut places, transaction, log, connection);
        for (record, Place { step, state, is_written }) in records.into_iter().zip(places) {
            let is_written = is_written && result.is_ok();
            if !is_written && record.state().version != state.version {
                log.write(&Event::Changed(log.last_write()));
            }
            if is_written {
                self.keep_written(step, record, state);
            } else {
                self.keep_refused(step, record, state);
            }
        }
        result
    }

    fn attempt_batch(
        &mut self,
        batch: &Batch,
        log: &mut Log,
        connection: &mut TestConnection,
    ) -> Result<(), ConcurrencyError> {
        let (mut records, mut places) = self.list(&batch.steps, connection)?;
        let result = write_batch(&mut records, &mut places, batch, log, connection);
        for (record, Place { step, state, is_written }) in records.into_iter().zip(places) {
            match &result {
                Ok(()) if is_written => self.keep_written(step, record, state),
                Ok(()) => self.keep_refused(step, record, state),
                Err(_) => self.keep(step, record, state),
            }
        }
        result
    }

    fn insert(&mut self, id: i64, log: &mut Log, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        let write = log.next_write();
        let row = Row { table: T::TABLE, id };
        let (kind, rule) = (Kind::Insert, Rule::Ordinary);
        log.write(&Event::Intent(Intent { write, row, kind, rule, sides: BOTH, basis: None }));
        let result = T::insert(id, write, connection).map_err(ConcurrencyError::from);
        let told = result.as_ref().map(|record| record.as_ref().map(|record| record.state().version));
        log.write(&Event::Answer(write, told.map_or_else(refusal, Answer::Written)));
        if let Some(record) = result? {
            self.copies.insert(id, Loaded::new(record));
        }
        Ok(())
    }

    fn forget(&mut self, id: i64) {
        self.copies.remove(&id);
    }

    fn remember(&mut self) {
        self.remembered.clone_from(&self.copies);
    }

    fn restore(&mut self) {
        self.copies.clone_from(&self.remembered);
    }
}

impl<T: Model> CopiesOf<T> {
    /// The record that the step is about, unless there is no such row.
    fn copy(&mut self, step: Step, connection: &mut TestConnection) -> QueryResult<Option<Loaded<T>>> {
        let kept = self.copies.remove(&step.row.id).filter(|_| !step.loads);
        match kept {
            Some(copy) => Ok(Some(copy)),
            None => Ok(T::load(step.row.id, connection)?.map(Loaded::new)),
        }
    }

    /// The records that the steps are about, each with its place in the list.
    fn list(&mut self, steps: &[Step], connection: &mut TestConnection) -> QueryResult<(Vec<T>, Vec<Place>)> {
        let (mut records, mut places) = (Vec::new(), Vec::new());
        for step in steps {
            if let Some(Loaded { record, state }) = self.copy(*step, connection)? {
                records.push(record);
                places.push(Place { step: *step, state, is_written: false });
            }
        }
        Ok((records, places))
    }

    /// Keeps a written record, if it equals the row.
    fn keep_written(&mut self, step: Step, record: T, loaded: State) {
        // What the version says nothing of may have changed since the record was loaded.
        let says_all = !step.row.is_silent() && !step.row.table.ignores_right();
        let is_unchecked = step.rule() == Rule::Unchecked;
        match step.verb {
            Verb::Save(_) | Verb::Resolve(_) | Verb::Unchecked | Verb::WithoutIncrement(_) => {
                self.copies.insert(step.row.id, Loaded::new(record));
            }
            Verb::Merge(_) if says_all || is_unchecked => {
                self.copies.insert(step.row.id, Loaded::new(record));
            }
            Verb::Touch if says_all && !is_unchecked => {
                let state = State { version: record.state().version, ..loaded };
                self.copies.insert(step.row.id, Loaded { record, state });
            }
            _ => {}
        }
    }

    /// Keeps a record that was refused, if it is to be refused again.
    fn keep_refused(&mut self, step: Step, record: T, state: State) {
        if step.is_stubborn {
            self.keep(step, record, state);
        }
    }

    fn keep(&mut self, step: Step, record: T, state: State) {
        self.copies.insert(step.row.id, Loaded { record, state });
    }
}
