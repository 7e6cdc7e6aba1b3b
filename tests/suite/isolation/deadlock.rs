//! Deadlocks and lock timeouts are `Restart`, and the refused write works afterwards.

use std::sync::mpsc::{self, Receiver, Sender};

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::super::fixtures::{article, insert_article, two_copies, with_article};
use super::super::models::Article;
use super::super::threads::{DEADLINE, spawn};
use crate::engine::{self, Database, TestConnection};

/// The beginning of the engine's message for a refusal, which `Restart` contains.
#[track_caller]
pub fn assert_restart(error: &ConcurrencyError, message: &str) {
    let ConcurrencyError::Restart(inner) = error else {
        panic!("not Restart: {error:?}");
    };
    let DieselError::DatabaseError(_, said) = &**inner else {
        panic!("not the engine's: {error:?}");
    };
    assert!(said.message().starts_with(message), "{error:?}");
    assert!(error.is_retryable() && !error.is_conflict(), "{error:?}");
    assert_eq!(error.table(), None);
}

/// A connection that has saved article 1 and neither committed nor rolled back.
fn holder(database: &Database) -> TestConnection {
    let mut holder = database.connect();
    AnsiTransactionManager::begin_transaction(&mut holder).unwrap();
    article(1, &mut holder).save_concurrent(&mut holder).unwrap();
    holder
}

#[test]
fn of_two_transactions_that_cross_one_is_refused_and_the_other_keeps_both_its_writes() {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let (one, two) = (article(1, conn), article(2, conn));
    let (tell_b, told_by_a) = mpsc::channel();
    let (tell_a, told_by_b) = mpsc::channel();
    let a = cross("a", database, [one.clone(), two.clone()], tell_b, told_by_b);
    let b = cross("b", database, [two, one], tell_a, told_by_a);
    let (a, b) = (spawn(a), spawn(b));

    let (winner, error) = match (a.join(), b.join()) {
        (Ok(()), Err(error)) => ("a", error),
        (Err(error), Ok(())) => ("b", error),
        both => panic!("exactly one can write both rows: {both:?}"),
    };
    match engine::DEADLOCK {
        Some(message) => assert_restart(&error, message),
        // The first writer has locked the whole file.
        None => assert!(matches!(error, ConcurrencyError::RecordModified(_)), "{error:?}"),
    }
    for id in [1, 2] {
        let row = article(id, conn);
        assert_eq!((row.title.as_str(), row.version), (winner, 2));
    }
}

/// A transaction that saves one record, waits for the other transaction to have done the same, and saves the other.
fn cross(
    title: &'static str,
    database: &Database,
    records: [Article; 2],
    tell: Sender<()>,
    told: Receiver<()>,
) -> impl FnOnce() -> Result<(), ConcurrencyError> + Send + 'static {
    let mut connection = database.connect();
    let [mut first, mut second] = records;
    move || {
        connection.transaction(|connection| {
            first.title = title.to_owned();
            first.save_concurrent(connection)?;
            if engine::DEADLOCK.is_some() {
                tell.send(()).unwrap();
                told.recv_timeout(DEADLINE).unwrap();
            }
            second.title = title.to_owned();
            second.save_concurrent(connection)
        })
    }
}

#[test]
fn a_save_whose_wait_times_out_is_refused_and_works_when_the_lock_is_gone() {
    let (database, conn) = &mut with_article();
    let (mut record, row) = two_copies(conn);
    let mut holder = holder(database);

    conn.batch_execute(engine::SHORT_LOCK_TIMEOUT).unwrap();
    record.title = "later".to_owned();
    let edited = record.clone();
    assert_restart(&record.save_concurrent(conn).unwrap_err(), engine::LOCK_TIMEOUT);
    assert_eq!(record, edited);
    assert_restart(&record.delete_concurrent(conn).unwrap_err(), engine::LOCK_TIMEOUT);
    assert_restart(&record.touch_concurrent(conn).unwrap_err(), engine::LOCK_TIMEOUT);
    assert_restart(&record.save_unchecked(conn).unwrap_err(), engine::LOCK_TIMEOUT);
    assert_eq!(record, edited);

    AnsiTransactionManager::rollback_transaction(&mut holder).unwrap();
    assert_eq!(article(1, conn), row);
    record.save_concurrent(conn).unwrap();
    assert_eq!((record.version, article(1, conn)), (2, record.clone()));
}

/// The application's own statements pass through `Error::from`, too.
#[test]
fn what_an_engine_refuses_while_a_row_is_locked_is_a_restart() {
    let (database, conn) = &mut with_article();
    let mut holder = holder(database);
    for (statement, message) in engine::REFUSED_WHILE_LOCKED {
        let refused = conn.transaction(|conn| {
            for sql in *statement {
                conn.batch_execute(sql)?;
            }
            Ok::<_, ConcurrencyError>(())
        });
        assert_restart(&refused.unwrap_err(), message);
    }
    AnsiTransactionManager::rollback_transaction(&mut holder).unwrap();
    assert_eq!(article(1, conn).version, 1);
}
