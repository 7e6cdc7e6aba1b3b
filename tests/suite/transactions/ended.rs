//! A closure that ends the transaction itself, or begins one that it does not end: COMMIT would then mean another transaction.

use crate::library::prelude::*;
use crate::library::{RetryPolicy, retry_on_conflict, transaction_concurrent};
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::super::fixtures::{article, counter, with_article};
use super::super::models::Counter;
use super::super::statements::Log;
use super::assert_nothing_open;
use crate::engine::TestConnection;

#[test]
fn a_transaction_that_the_closure_rolled_back_is_not_committed() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn).unwrap();
        AnsiTransactionManager::rollback_transaction(conn)
    });
    assert!(matches!(result, Err(DieselError::NotInTransaction)), "{result:?}");
    assert_eq!((&record, article(1, conn)), (&row, row.clone()));
    assert_nothing_open(conn);
}

/// It is unknown which part of it was committed, so its sums are not added again.
#[test]
fn a_record_of_a_transaction_that_the_closure_committed_is_in_doubt() {
    for fails in [false, true] {
        let (_database, conn) = &mut with_article();
        let mut record = counter(1, conn);
        record.views += 5;
        let result = transaction_concurrent(conn, &mut record, |conn, record| {
            record.save_concurrent(conn)?;
            AnsiTransactionManager::commit_transaction(conn)?;
            if fails { Err(ConcurrencyError::from(DieselError::RollbackTransaction)) } else { Ok(()) }
        });
        assert!(matches!(result, Err(ConcurrencyError::TransactionLost(_))), "{result:?}");
        assert_counted_in_doubt(record, conn);
    }
}

/// The row has the five views of the record's save, which the record does not know of.
#[track_caller]
pub fn assert_counted_in_doubt(mut record: Tracked<Counter>, conn: &mut TestConnection) {
    assert_eq!((record.version, record.base().views, counter(1, conn).views), (1, 0, 5));
    let MergeError::InDoubt { fields, theirs, .. } = record.save_merging(conn).unwrap_err() else {
        panic!("not InDoubt");
    };
    assert_eq!(fields, ["views"]);
    record.settle(Doubt::Written, theirs);
    record.save_merging(conn).unwrap();
    assert_eq!((record.views, counter(1, conn).views), (5, 5));
}

/// Run again, it would commit once more.
#[test]
fn a_closure_that_committed_its_transaction_is_not_run_again() {
    let (_database, conn) = &mut with_article();
    let mut runs = 0;
    let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        runs += 1;
        let mut record = article(1, conn);
        record.views += 1;
        record.save_concurrent(conn)?;
        AnsiTransactionManager::commit_transaction(conn)?;
        record.version = 0;
        record.save_concurrent(conn)
    });
    assert!(matches!(result, Err(ConcurrencyError::TransactionLost(_))), "{result:?}");
    assert_eq!((runs, article(1, conn).views, article(1, conn).version), (1, 1, 2));
    assert_nothing_open(conn);

    // The error is returned, whatever error the closure returns.
    let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        article(1, conn).save_concurrent(conn)?;
        AnsiTransactionManager::commit_transaction(conn)?;
        Err::<(), _>(ConcurrencyError::from(DieselError::NotFound))
    });
    assert!(matches!(result, Err(ConcurrencyError::TransactionLost(_))), "{result:?}");
    assert_eq!(article(1, conn).version, 3);
    assert_nothing_open(conn);
}

#[test]
fn a_savepoint_that_the_closure_left_open_is_rolled_back_with_the_rest() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        AnsiTransactionManager::begin_transaction(conn)?;
        record.save_concurrent(conn).unwrap();
        Ok(())
    });
    assert!(matches!(result, Err(DieselError::AlreadyInTransaction)), "{result:?}");
    assert_eq!((&record, article(1, conn)), (&row, row.clone()));
    assert_nothing_open(conn);
}

/// The transaction around it stays as it was.
#[test]
fn a_savepoint_that_fails_takes_with_it_those_that_the_closure_left_open() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    AnsiTransactionManager::begin_transaction(conn).unwrap();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        AnsiTransactionManager::begin_transaction(conn)?;
        AnsiTransactionManager::begin_transaction(conn)?;
        record.save_concurrent(conn)?;
        Err::<(), _>(ConcurrencyError::from(DieselError::RollbackTransaction))
    });
    assert!(matches!(result, Err(ConcurrencyError::Database(DieselError::RollbackTransaction))), "{result:?}");
    assert_eq!((&record, article(1, conn)), (&row, row.clone()));
    AnsiTransactionManager::commit_transaction(conn).unwrap();
    assert_nothing_open(conn);
    assert_eq!(article(1, conn), row);
}

#[test]
fn a_closure_in_a_savepoint_that_ends_the_transaction_around_it_is_told() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    AnsiTransactionManager::begin_transaction(conn).unwrap();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn).unwrap();
        AnsiTransactionManager::rollback_transaction(conn)?;
        AnsiTransactionManager::rollback_transaction(conn)
    });
    assert!(matches!(result, Err(DieselError::NotInTransaction)), "{result:?}");
    assert_eq!(article(1, conn), record);
    assert_nothing_open(conn);
}

#[test]
fn what_cannot_begin_leaves_everything() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    // A broken transaction manager begins nothing.
    AnsiTransactionManager::transaction_manager_status_mut(conn).set_in_error();
    let log = Log::attach(conn);
    let result = transaction_concurrent(conn, &mut record, |_, _| -> Result<(), DieselError> { unreachable!() });
    assert!(matches!(result, Err(DieselError::BrokenTransactionManager)), "{result:?}");
    assert_eq!((record, log.take_sent()), (row, vec![]));
    assert!(conn.transaction(|_| Ok::<_, DieselError>(())).is_err());
}
