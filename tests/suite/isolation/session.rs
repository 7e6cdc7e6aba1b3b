//! One of two connections that get in each other's way: a thread that executes commands, step by step.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{Article, articles, authors};
use super::super::threads::{DEADLINE, PAUSE, Running, SIGHTINGS, spawn};
use crate::engine::{self, TestConnection};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Begin,
    /// Reads article 1: the snapshot is taken, and at some levels the row locked.
    Read,
    /// Reads another table: only the snapshot is taken.
    ReadAnother,
    Save,
    Delete,
    /// Whichever write the situation is tried with.
    Write,
    Commit,
    Rollback,
}

/// How a session ended.
pub struct Part {
    /// The record, with the edit that the session wanted to save.
    pub record: Article,
    /// The first refusal; after it the session rolls back and does nothing more.
    pub result: Result<(), ConcurrencyError>,
}

pub struct Session {
    steps: Sender<Step>,
    done: Receiver<()>,
    pending: usize,
    has_waited: bool,
    id: i64,
    thread: Running<Part>,
}

impl Session {
    /// On its own connection, with an edited copy of the record.
    pub fn start(mut connection: TestConnection, begin: &'static str, record: Article) -> Self {
        let id = engine::connection_id(&mut connection);
        let (steps, to_do) = mpsc::channel();
        let (finished, done) = mpsc::channel();
        let thread = spawn(move || work(connection, begin, record, &to_do, &finished));
        Self { steps, done, pending: 0, has_waited: false, id, thread }
    }

    /// Tells what to do next and does not wait for it.
    pub fn send(&mut self, steps: impl IntoIterator<Item = Step>) {
        for step in steps {
            self.steps.send(step).unwrap();
            self.pending += 1;
        }
    }

    /// Waits until everything is done.
    #[track_caller]
    pub fn finish(&mut self) {
        while self.pending > 0 {
            self.done.recv_timeout(DEADLINE).expect("a step neither ends nor was expected to wait");
            self.pending -= 1;
        }
    }

    /// Waits until everything is done or the engine blocks the session.
    #[track_caller]
    pub fn finish_or_wait(&mut self, observer: &mut TestConnection) {
        let mut sightings = 0;
        while self.pending > 0 && sightings < SIGHTINGS {
            match self.done.recv_timeout(PAUSE) {
                Ok(()) => {
                    self.pending -= 1;
                    sightings = 0;
                }
                Err(RecvTimeoutError::Timeout) if engine::is_waiting(self.id, observer) => sightings += 1,
                Err(RecvTimeoutError::Timeout) => sightings = 0,
                Err(RecvTimeoutError::Disconnected) => panic!("the session is gone"),
            }
        }
        self.has_waited |= self.pending > 0;
    }

    /// Whether the session was seen waiting for the other one.
    pub const fn has_waited(&self) -> bool {
        self.has_waited
    }

    #[track_caller]
    pub fn end(mut self) -> Part {
        self.finish();
        drop(self.steps);
        self.thread.join()
    }
}

fn work(
    mut connection: TestConnection,
    begin: &'static str,
    mut record: Article,
    steps: &Receiver<Step>,
    done: &Sender<()>,
) -> Part {
    let mut result = Ok(());
    for step in steps {
        if result.is_ok() {
            result = take(step, begin, &mut record, &mut connection);
            if result.is_err() {
                // There is no transaction if it could not begin, or if a failed COMMIT ended it.
                let _ = AnsiTransactionManager::rollback_transaction(&mut connection);
            }
        }
        if done.send(()).is_err() {
            break;
        }
    }
    Part { record, result }
}

fn take(
    step: Step,
    begin: &str,
    record: &mut Article,
    connection: &mut TestConnection,
) -> Result<(), ConcurrencyError> {
    match step {
        Step::Begin => AnsiTransactionManager::begin_transaction_sql(connection, begin)?,
        Step::Read => {
            articles::table.find(record.id).select(Article::as_select()).first(connection)?;
        }
        Step::ReadAnother => {
            authors::table.count().get_result::<i64>(connection)?;
        }
        Step::Save => record.save_concurrent(connection)?,
        Step::Delete => record.delete_concurrent(connection)?,
        Step::Write => unreachable!("replaced by the write that is tried"),
        // Like `transaction`, so that a refused COMMIT has the same result.
        Step::Commit => AnsiTransactionManager::commit_transaction(connection)?,
        Step::Rollback => AnsiTransactionManager::rollback_transaction(connection)?,
    }
    Ok(())
}
