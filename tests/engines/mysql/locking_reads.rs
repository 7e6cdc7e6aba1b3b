//! Locking reads that are refused after a part of their answer: the connection answers the next one all the same.
//!
//! If the server refuses a prepared statement in the middle of its result, the client library hangs at its next
//! execution.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Database, SHORT_LOCK_TIMEOUT, TestConnection};
use crate::suite::bulk::{edit, rows, with_articles};
use crate::suite::fixtures::article;
use crate::suite::isolation::deadlock::assert_restart;
use crate::suite::models::articles;
use crate::suite::statements::Log;
use crate::suite::threads::spawn;

/// As many as go into one statement, so that it is kept prepared if any is.
const COUNT: i64 = 500;

/// Lets `read` succeed, be refused at a row that another connection has locked, and succeed again on the same
/// connection.
fn refused_in_the_middle(
    database: &Database,
    mut conn: TestConnection,
    mut read: impl FnMut(&mut TestConnection) -> Result<(), ConcurrencyError> + Send + 'static,
) {
    conn.batch_execute(SHORT_LOCK_TIMEOUT).unwrap();
    let mut holder = database.connect();
    spawn(move || {
        read(&mut conn).unwrap();
        for _ in 0..2 {
            AnsiTransactionManager::begin_transaction(&mut holder).unwrap();
            let holding = articles::table.find(COUNT - 100).for_update().select(articles::id);
            assert_eq!(holding.first(&mut holder), Ok(COUNT - 100));
            assert_restart(&read(&mut conn).unwrap_err(), super::LOCK_TIMEOUT);
            AnsiTransactionManager::rollback_transaction(&mut holder).unwrap();
            read(&mut conn).unwrap();
        }
    })
    .join();
}

#[track_caller]
fn engine_error(result: Result<(), BulkError>) -> Result<(), ConcurrencyError> {
    match result {
        Ok(()) => Ok(()),
        Err(BulkError::Concurrency(error)) => Err(error),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_batch_that_was_refused_in_the_middle_can_be_saved_again() {
    let (database, mut conn) = with_articles(COUNT);
    let mut records = rows(&mut conn);
    refused_in_the_middle(&database, conn, move |conn| {
        edit(&mut records);
        engine_error(records.save_all_concurrent(conn))
    });
}

#[test]
fn a_batch_whose_check_was_refused_in_the_middle_can_be_checked_again() {
    let (database, mut conn) = with_articles(COUNT);
    let records = rows(&mut conn);
    refused_in_the_middle(&database, conn, move |conn| engine_error(records.check_all_concurrent(conn)));
}

/// Without an index on the key the read meets every row of the table.
#[test]
fn a_record_whose_lock_was_refused_in_the_middle_can_be_locked_again() {
    let (database, mut conn) = with_articles(COUNT);
    conn.batch_execute("ALTER TABLE articles DROP PRIMARY KEY").unwrap();
    let record = article(7, &mut conn);
    refused_in_the_middle(&database, conn, move |conn| {
        record.check_concurrent(conn)?;
        conn.transaction(|conn| record.lock_concurrent(conn))
    });
}

#[test]
fn no_locking_read_is_kept_prepared() {
    let (_database, conn) = &mut with_articles(COUNT);
    let log = Log::attach(conn);
    let mut all = rows(conn);
    let mut stale = all[0].clone();
    edit(&mut all);
    all.save_all_concurrent(conn).unwrap();
    all.check_all_concurrent(conn).unwrap();
    all[1].check_concurrent(conn).unwrap();
    all[1].lock_concurrent(conn).unwrap();
    all[1].reload_concurrent(conn).unwrap();
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
    let kept = log.take_prepared();
    assert!(!kept.is_empty());
    let locking = kept.iter().filter(|text| text.contains("FOR UPDATE") || text.contains("LOCK IN SHARE MODE"));
    assert_eq!(locking.count(), 0, "{kept:#?}");
}
