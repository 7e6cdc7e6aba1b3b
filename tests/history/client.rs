//! A client, which does one operation after another and logs the answers. Other files decide when it ends, and when its
//! connection is lost.

use std::path::Path;
use std::time::Instant;

use crate::library::prelude::*;
use crate::library::{RetryPolicy, retry_on_conflict};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::copies::Copies;
use super::log::{Ending, Event, Log, Parts, Table};
use super::operation::{Action, Last, Operation, Step, Style, Transaction};
use super::table::Description;
use super::write::{is_lost, undo};
use crate::engine::TestConnection;

/// The identity of a client. Together with the seed it determines all operations.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    pub seed: u64,
    pub number: u64,
}

pub struct Client<'a> {
    identity: Identity,
    /// Begins a transaction.
    begin: &'a str,
    /// A new connection, for the first and for each that was lost.
    connect: &'a (dyn Fn() -> TestConnection + Sync),
    descriptions: &'a [Description],
    tables: Vec<Box<dyn Copies>>,
    log: Log,
}

impl<'a> Client<'a> {
    pub fn new(
        identity: Identity,
        begin: &'a str,
        connect: &'a (dyn Fn() -> TestConnection + Sync),
        descriptions: &'a [Description],
        log: &Path,
    ) -> Self {
        let tables = descriptions.iter().map(|description| (description.copies)()).collect();
        Self { identity, begin, connect, descriptions, tables, log: Log::create(log) }
    }

    /// Makes the first rows, each table's.
    pub fn insert_rows(&mut self, rows: i64) {
        let connection = &mut (self.connect)();
        for table in &mut self.tables {
            for id in 1..=rows {
                table.insert(id, &mut self.log, connection).unwrap();
            }
        }
    }

    /// Does the operations from this one on, until it is time.
    pub fn run(&mut self, first: u64, deadline: Instant) {
        let Identity { seed, number } = self.identity;
        let tables: Vec<_> = self.descriptions.iter().map(|description| description.table).collect();
        let mut connection = (self.connect)();
        for operation in first.. {
            if Instant::now() >= deadline {
                return;
            }
            self.log.begin_operation(number, operation);
            let Operation { pause, action } = Operation::new(seed, number, operation, &tables);
            std::thread::sleep(pause);
            match self.perform(&action, &mut connection) {
                Err(error) if is_lost(&error) => connection = (self.connect)(),
                Err(error) => {
                    assert!(is_refusal(&error), "operation {operation} of client {number}: {error:?}");
                    leave_transaction(&mut connection);
                }
                Ok(()) => {}
            }
        }
    }

    fn perform(&mut self, action: &Action, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        match action {
            Action::Single(step) => self.attempt(*step, connection),
            Action::Transaction(transaction) if transaction.style == Style::Listed => {
                self.unit(Parts::Together, |client| {
                    let (table, log) = client.table(transaction.steps[0].row.table);
                    table.attempt_listed(transaction, log, connection)
                })
            }
            Action::Batch(batch) => {
                let parts = if batch.is_each { Parts::Each } else { Parts::Together };
                self.unit(parts, |client| {
                    let (table, log) = client.table(batch.steps[0].row.table);
                    table.attempt_batch(batch, log, connection)
                })
            }
            Action::Transaction(transaction) => {
                self.tables.iter_mut().for_each(|table| table.remember());
                let result = self.unit(Parts::Together, |client| client.transact(transaction, connection));
                if result.is_err() {
                    self.tables.iter_mut().for_each(|table| table.restore());
                }
                result
            }
        }
    }

    /// Logs that these writes are done together or not at all, and how they ended.
    fn unit(
        &mut self,
        parts: Parts,
        writes: impl FnOnce(&mut Self) -> Result<(), ConcurrencyError>,
    ) -> Result<(), ConcurrencyError> {
        self.log.write(&Event::Begin(parts));
        let result = writes(self);
        self.log.write(&Event::End(match &result {
            Ok(()) => Ending::Committed,
            Err(error) if is_lost(error) => Ending::Unknown,
            Err(_) => Ending::RolledBack,
        }));
        result
    }

    fn table(&mut self, table: Table) -> (&mut dyn Copies, &mut Log) {
        let copies = self.tables.iter_mut().find(|copies| copies.table() == table).unwrap();
        (&mut **copies, &mut self.log)
    }

    fn attempt(&mut self, step: Step, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        let (table, log) = self.table(step.row.table);
        table.attempt(step, log, connection)
    }

    fn transact(&mut self, transaction: &Transaction, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        match transaction.style {
            Style::Isolated => self.isolated(transaction, connection),
            Style::Retried => self.retried(transaction, connection),
            Style::Plain | Style::Listed => connection.transaction(|connection| self.steps(transaction, connection)),
        }
    }

    /// A transaction at the client's isolation level, which Diesel's `transaction` could not begin everywhere.
    fn isolated(&mut self, transaction: &Transaction, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        AnsiTransactionManager::begin_transaction_sql(connection, self.begin)?;
        match self.steps(transaction, connection) {
            Ok(()) => Ok(AnsiTransactionManager::commit_transaction(connection)?),
            Err(error) => match AnsiTransactionManager::rollback_transaction(connection) {
                Ok(()) | Err(DieselError::BrokenTransactionManager) => Err(error),
                Err(rollback) => Err(rollback.into()),
            },
        }
    }

    /// A transaction that runs again as long as other writers come between. Each attempt is its own unit.
    fn retried(&mut self, transaction: &Transaction, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        let mut is_first = true;
        retry_on_conflict(connection, &RetryPolicy::default(), |connection| {
            if !std::mem::take(&mut is_first) {
                self.log.write(&Event::End(Ending::RolledBack));
                self.log.write(&Event::Begin(Parts::Together));
                self.tables.iter_mut().for_each(|table| table.restore());
            }
            self.steps(transaction, connection)
        })
    }

    fn steps(&mut self, transaction: &Transaction, connection: &mut TestConnection) -> Result<(), ConcurrencyError> {
        let (last, steps) = transaction.steps.split_last().unwrap();
        for step in steps {
            self.attempt(*step, connection)?;
        }
        match transaction.last {
            Last::AsTheOthers => self.attempt(*last, connection)?,
            Last::InSavepoint => connection.transaction(|connection| self.attempt(*last, connection))?,
            Last::Undone => {
                let (table, log) = self.table(last.row.table);
                undo(log, |log| {
                    connection.transaction(|connection| {
                        table.attempt(*last, log, connection)?;
                        Err(DieselError::RollbackTransaction.into())
                    })
                })?;
                table.forget(last.row.id);
            }
        }
        transaction.end()
    }
}

impl Transaction {
    /// The end of the transaction, if nothing came between.
    pub fn end(&self) -> Result<(), ConcurrencyError> {
        if self.is_rolled_back { Err(DieselError::RollbackTransaction.into()) } else { Ok(()) }
    }
}

/// Diesel's count is one too high after a RELEASE SAVEPOINT that was refused, as Galera refuses it: the transaction around it then rolls
/// back to the savepoint only. A pool throws such a connection away.
fn leave_transaction(connection: &mut TestConnection) {
    for _ in 0..4 {
        let left = AnsiTransactionManager::rollback_transaction(connection);
        if matches!(left, Err(DieselError::NotInTransaction | DieselError::BrokenTransactionManager)) {
            return;
        }
    }
}

/// Whether an operation may end with this error, which its writes got.
fn is_refusal(error: &ConcurrencyError) -> bool {
    match error {
        ConcurrencyError::Database(DieselError::RollbackTransaction) => true,
        ConcurrencyError::Database(DieselError::DatabaseError(kind, _)) => {
            matches!(kind, DatabaseErrorKind::UniqueViolation)
        }
        error => error.is_conflict() || error.is_retryable(),
    }
}
