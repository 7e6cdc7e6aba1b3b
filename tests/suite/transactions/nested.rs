//! Transactions in transactions: each level restores the records that it lists if its own savepoint rolls back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::library::prelude::*;
use crate::library::transaction_concurrent;
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::super::fixtures::{article, insert_article, with_article};
use super::super::models::Article;
use super::super::statements::Log;
use super::assert_nothing_open;
use crate::engine::{self, TestConnection};

fn rolled_back<T>() -> Result<T, ConcurrencyError> {
    Err(DieselError::RollbackTransaction.into())
}

#[track_caller]
fn assert_rolled_back<T: std::fmt::Debug>(result: &Result<T, ConcurrencyError>) {
    assert!(matches!(result, Err(ConcurrencyError::Database(DieselError::RollbackTransaction))), "{result:?}");
}

#[test]
fn a_savepoint_that_rolls_back_takes_back_only_what_was_saved_in_it() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let (mut outer, mut inner) = (article(1, conn), article(2, conn));
    let log = Log::attach(conn);
    transaction_concurrent(conn, (&mut outer, &mut inner), |conn, (outer, inner)| {
        outer.save_concurrent(conn)?;
        let result = transaction_concurrent(conn, &mut **inner, |conn, inner| {
            inner.save_concurrent(conn)?;
            rolled_back::<()>()
        });
        assert_rolled_back(&result);
        assert_eq!((outer.version, inner.version), (2, 1));
        outer.save_concurrent(conn)
    })
    .unwrap();

    let sent = log.take_sent();
    assert_eq!(sent.iter().filter(|sql| sql.starts_with("UPDATE")).count(), 3, "{sent:?}");
    assert_eq!(sent[0], engine::BEGIN);
    assert_eq!(sent[6..], *engine::COMMIT);
    assert_eq!([&sent[2], &sent[4]], ["SAVEPOINT diesel_savepoint_1", "ROLLBACK TO SAVEPOINT diesel_savepoint_1"]);
    assert_eq!((outer.version, inner.version), (3, 1));
    assert_eq!((article(1, conn), article(2, conn)), (outer, inner));
}

#[test]
fn the_outermost_takes_back_what_a_released_savepoint_saved() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        transaction_concurrent(conn, &mut **record, |conn, record| record.save_concurrent(conn))?;
        assert_eq!(record.version, 2);
        conn.transaction(|conn| record.save_concurrent(conn))?;
        assert_eq!(record.version, 3);
        rolled_back::<()>()
    });
    assert_rolled_back(&result);
    assert_eq!((&record, article(1, conn)), (&row, row.clone()));
    assert_nothing_open(conn);
}

/// Saves at every level down to `depth`, and rolls back at the level `failing`, of which the level above makes nothing.
fn nest(
    depth: i64,
    failing: i64,
    level: i64,
    record: &mut Article,
    conn: &mut TestConnection,
) -> Result<(), ConcurrencyError> {
    transaction_concurrent(conn, record, |conn, record| {
        let before = record.version;
        record.save_concurrent(conn)?;
        if level < depth {
            let inner = nest(depth, failing, level + 1, record, conn);
            assert_eq!(inner.is_err(), level + 1 == failing);
            let saved_inside = if level < failing { failing - level - 1 } else { depth - level };
            assert_eq!(record.version, before + 1 + saved_inside, "level {level}");
        }
        if level == failing { rolled_back() } else { Ok(()) }
    })
}

#[test]
fn savepoints_nest_to_any_depth() {
    const DEPTH: i64 = 12;
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    for failing in 1..=DEPTH {
        let before = record.version;
        let result = nest(DEPTH, failing, 1, &mut record, conn);
        assert_eq!(result.is_err(), failing == 1);
        assert_eq!(record.version, before + failing - 1);
        assert_eq!(article(1, conn), record);
        assert_nothing_open(conn);
    }
}

#[test]
fn inside_diesels_own_transaction_it_is_a_savepoint() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let log = Log::attach(conn);
    conn.transaction(|conn| {
        let result = transaction_concurrent(conn, &mut record, |conn, record| {
            record.save_concurrent(conn)?;
            rolled_back::<()>()
        });
        assert_rolled_back(&result);
        assert_eq!(record.version, 1);
        transaction_concurrent(conn, &mut record, |conn, record| record.save_concurrent(conn))
    })
    .unwrap();
    let sent: Vec<_> = log.take_sent().into_iter().filter(|sql| !sql.starts_with("UPDATE")).collect();
    let savepoint = "SAVEPOINT diesel_savepoint_1";
    let (back, release) = (format!("ROLLBACK TO {savepoint}"), format!("RELEASE {savepoint}"));
    assert_eq!(sent, ["BEGIN", savepoint, &back, savepoint, &release, "COMMIT"]);
    assert_eq!((record.version, article(1, conn)), (2, record.clone()));
}

#[test]
fn a_panic_inside_transactions_of_diesels_leaves_none_of_them_open() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        transaction_concurrent(conn, &mut record, |conn, record| {
            conn.transaction(|conn| {
                record.save_concurrent(conn)?;
                conn.transaction(|_| -> Result<(), ConcurrencyError> { panic!("two savepoints deep") })
            })
        })
    }));
    assert_eq!(*panic.unwrap_err().downcast_ref::<&str>().unwrap(), "two savepoints deep");
    assert_eq!((&record, article(1, conn)), (&row, row.clone()));
    assert_nothing_open(conn);
}

#[test]
fn a_panic_in_a_savepoint_that_somebody_catches_rolls_back_the_savepoint() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let (mut outer, mut inner) = (article(1, conn), article(2, conn));
    transaction_concurrent(conn, (&mut outer, &mut inner), |conn, (outer, inner)| {
        outer.save_concurrent(conn)?;
        let panic = catch_unwind(AssertUnwindSafe(|| {
            transaction_concurrent(conn, &mut **inner, |conn, inner| -> Result<(), ConcurrencyError> {
                inner.save_concurrent(conn)?;
                panic!("inside")
            })
        }));
        assert!(panic.is_err());
        assert_eq!(inner.version, 1);
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!((outer.version, inner.version), (2, 1));
    assert_eq!((article(1, conn), article(2, conn)), (outer, inner));
}
