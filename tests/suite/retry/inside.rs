//! Inside of an open transaction: refused, because only the outermost can be run again; but not in a test's.

use crate::library::prelude::*;
use crate::library::{retry_if, retry_on_conflict, transaction_concurrent};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool, TestCustomizer};
use diesel::result::Error as DieselError;

use super::super::core::assert_modified;
use super::super::fixtures::{article, insert_article, with_article};
use super::super::models::articles;
use super::super::statements::Log;
use super::super::transactions::assert_nothing_open;
use super::{conflicting, increment, pauses, recorded};
use crate::engine::TestConnection;

#[track_caller]
fn assert_refused(conn: &mut TestConnection) {
    let log = Log::attach(conn);
    let result = retry_on_conflict(conn, &recorded(), |_| -> Result<(), ConcurrencyError> { unreachable!() });
    assert!(matches!(result, Err(ConcurrencyError::Database(DieselError::AlreadyInTransaction))), "{result:?}");
    let result = retry_if(conn, &recorded(), |_| true, |_| -> Result<(), DieselError> { unreachable!() });
    assert!(matches!(result, Err(DieselError::AlreadyInTransaction)), "{result:?}");
    assert_eq!((log.take_sent(), pauses()), (vec![], vec![]));
}

#[test]
fn inside_a_transaction_it_refuses_and_leaves_the_transaction_as_it_is() {
    let (_database, conn) = &mut with_article();
    conn.transaction(|conn| {
        let mut record = increment(conn)?;
        assert_refused(conn);
        conn.transaction(|conn| {
            assert_refused(conn);
            Ok::<_, ConcurrencyError>(())
        })?;
        record.save_concurrent(conn)
    })
    .unwrap();
    assert_eq!(article(1, conn).version, 3);

    transaction_concurrent(conn, (), |conn, ()| {
        assert_refused(conn);
        Ok::<_, DieselError>(())
    })
    .unwrap();
    retry_on_conflict(conn, &recorded(), |conn| {
        assert_refused(conn);
        Ok::<_, DieselError>(())
    })
    .unwrap();
    assert_nothing_open(conn);
}

#[test]
fn in_a_tests_transaction_it_runs_its_attempts_in_savepoints() {
    let (database, observer) = &mut with_article();
    let conn = &mut database.connect();
    let row = article(1, observer);
    conn.begin_test_transaction().unwrap();
    let log = Log::attach(conn);
    let mut attempts = 0;
    retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        increment(conn)?;
        if attempts < 3 { conflicting(conn) } else { increment(conn) }
    })
    .unwrap();
    assert_eq!((attempts, pauses()), (3, vec![500, 1_000]));
    assert_eq!((article(1, conn).views, article(1, conn).version), (2, 3));
    let sent = log.take_sent();
    let savepoint = "SAVEPOINT diesel_savepoint_1";
    let count = |text: &str| sent.iter().filter(|sql| *sql == text).count();
    let (rollbacks, releases) = (count(&format!("ROLLBACK TO {savepoint}")), count(&format!("RELEASE {savepoint}")));
    assert_eq!((count(savepoint), rollbacks, releases), (3, 2, 1), "{sent:?}");

    assert_modified(&retry_on_conflict(conn, &recorded().max_attempts(2), conflicting).unwrap_err(), 2, 3);
    // A transaction of the application's inside of the test's is one like any other.
    conn.transaction(|conn| {
        assert_refused(conn);
        Ok::<_, DieselError>(())
    })
    .unwrap();

    AnsiTransactionManager::rollback_transaction(conn).unwrap();
    assert_eq!(article(1, observer), row);
}

#[test]
fn in_a_pools_test_transaction_too() {
    let (database, observer) = &mut with_article();
    let manager = ConnectionManager::<TestConnection>::new(database.url());
    let pool = Pool::builder().max_size(1).connection_customizer(Box::new(TestCustomizer)).build(manager).unwrap();
    let conn = &mut pool.get().unwrap();
    let mut attempts = 0;
    retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        if attempts < 2 { conflicting(conn) } else { increment(conn) }
    })
    .unwrap();
    assert_eq!((attempts, article(1, conn).views), (2, 1));
    assert_eq!(article(1, observer).views, 0);
}

/// Diesel's `test_transaction` is a transaction, and nothing distinguishes it from the application's.
#[test]
fn in_diesels_transaction_that_only_tests_it_refuses() {
    let (_database, conn) = &mut with_article();
    conn.test_transaction(|conn| {
        insert_article(2, 1, conn);
        assert_refused(conn);
        Ok::<_, DieselError>(())
    });
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 1);
}
