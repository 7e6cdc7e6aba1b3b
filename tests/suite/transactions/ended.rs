//! A closure that ends the transaction itself, or begins one that it does not end: COMMIT would then mean another transaction.

use crate::library::prelude::*;
use crate::library::transaction_concurrent;
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::super::fixtures::{article, with_article};
use super::super::statements::Log;
use super::assert_nothing_open;

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
