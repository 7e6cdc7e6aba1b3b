//! How transactions of our own look on SQLite, and how they break.

use crate::library::prelude::*;
use crate::library::{BulkError, RetryPolicy, retry_on_conflict, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use super::{Database, TestConnection};
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::models::Article;
use crate::suite::transactions::assert_nothing_open;
use crate::suite::transactions::dropped::Dropping;
use crate::suite::transactions::lost::Loss;

pub const BEGIN: &str = "BEGIN IMMEDIATE";
pub const COMMIT: &[&str] = &["COMMIT"];
pub const ROLLBACK: &str = "ROLLBACK";

/// A constraint that is checked only at COMMIT, and a row that violates it.
pub const PREPARE_FAILING_COMMIT: &str = "PRAGMA foreign_keys = ON;
    CREATE TABLE pairs (id INTEGER PRIMARY KEY, other INTEGER REFERENCES pairs DEFERRABLE INITIALLY DEFERRED)";
pub const MAKE_COMMIT_FAIL: &str = "INSERT INTO pairs VALUES (1, 2)";
pub const FAILED_COMMIT: &[(DatabaseErrorKind, &str)] =
    &[(DatabaseErrorKind::ForeignKeyViolation, "FOREIGN KEY constraint failed")];
pub const FAILED_COMMIT_ENDS_CONNECTION: bool = false;

const DUPLICATE: &str = "INSERT OR ROLLBACK INTO articles (id, title, views, version) VALUES (1, 'again', 0, 1)";

/// A statement that rolls the whole transaction back when it fails. Where it was a batch, Diesel has noticed.
pub fn droppings(_connection: &mut TestConnection) -> Vec<Dropping> {
    const PREPARED: Dropping = Dropping {
        name: "OR ROLLBACK",
        session: &[],
        provoke: |_, connection| {
            diesel::sql_query(DUPLICATE).execute(connection).unwrap_err();
        },
        told: "cannot commit - no transaction is active",
        is_retryable: false,
        commits_the_rest: true,
        deceives_diesel: false,
    };
    const IN_A_BATCH: Dropping = Dropping {
        name: "OR ROLLBACK in a batch",
        provoke: |_, connection| {
            connection.batch_execute(DUPLICATE).unwrap_err();
        },
        told: "outside of a transaction",
        ..PREPARED
    };
    vec![PREPARED, IN_A_BATCH]
}

/// A statement that rolls back, and whose error the closure swallows.
pub const LOSSES: &[(&str, Loss)] = &[
    ("OR ROLLBACK", |conn, save| {
        diesel::sql_query(DUPLICATE).execute(conn).unwrap_err();
        save(conn);
    }),
    ("OR ROLLBACK in a batch", |conn, save| {
        conn.batch_execute(DUPLICATE).unwrap_err();
        save(conn);
    }),
];

/// A write of article 2 ends the whole transaction.
const ROLLS_BACK: &str = "CREATE TRIGGER sundays BEFORE UPDATE ON articles WHEN NEW.id = 2
    BEGIN SELECT RAISE(ROLLBACK, 'closed on Sundays'); END";

fn with_trigger() -> (Database, TestConnection, Vec<Article>) {
    let (database, mut conn) = with_article();
    insert_article(2, 1, &mut conn);
    insert_article(3, 1, &mut conn);
    conn.batch_execute(ROLLS_BACK).unwrap();
    let rows = [1, 2, 3].map(|id| article(id, &mut conn)).to_vec();
    (database, conn, rows)
}

#[track_caller]
fn assert_rows(database: &Database, versions: [i64; 3]) {
    assert_eq!([1, 2, 3].map(|id| article(id, &mut database.connect()).version), versions);
}

/// Each further record would be committed alone.
#[test]
fn a_batch_whose_transaction_is_rolled_back_goes_on_with_nothing() {
    for each in [false, true] {
        let (database, conn, rows) = &mut with_trigger();
        let mut records = rows.clone();
        let refused =
            if each { records.save_each_concurrent(conn).map(drop) } else { records.save_all_concurrent(conn) };
        let Err(BulkError::Record(refused)) = refused else { panic!("not one record's: {refused:?}") };
        assert_eq!(refused.index, 1);
        assert!(refused.error.to_string().contains("closed on Sundays"), "{refused:?}");
        assert_eq!(records, *rows);
        assert_rows(database, [1, 1, 1]);
        assert_nothing_open(conn);

        let mut others = [records[0].clone(), records[2].clone()];
        others.save_all_concurrent(conn).unwrap();
        assert_rows(database, [2, 1, 2]);
    }
}

/// By then Diesel has noticed that no transaction is open, and says so.
#[test]
fn a_transaction_around_a_batch_that_was_rolled_back_is_lost() {
    let (database, conn, rows) = &mut with_trigger();
    let mut records = rows[1..].to_vec();
    let mut first = rows[0].clone();
    let result = transaction_concurrent(conn, &mut first, |conn, first| {
        first.save_concurrent(conn)?;
        assert!(records.save_each_concurrent(conn).is_err());
        Ok::<_, ConcurrencyError>(())
    });
    let Err(error) = result else { panic!("nothing was committed") };
    let ConcurrencyError::TransactionLost(lost) = error else { panic!("{error:?}") };
    assert!(matches!(*lost, Error::NotInTransaction), "{lost:?}");
    assert_eq!((&first, &records[..]), (&rows[0], &rows[1..]));
    assert_rows(database, [1, 1, 1]);
    assert_nothing_open(conn);
}

#[test]
fn the_error_that_rolled_back_comes_out_and_the_connection_goes_on() {
    let (database, conn, rows) = &mut with_trigger();
    let mut records = rows.clone();
    let result = transaction_concurrent(conn, &mut records, |conn, records| {
        records.iter_mut().try_for_each(|record| record.save_concurrent(conn))
    });
    let error = result.unwrap_err();
    assert!(matches!(error, ConcurrencyError::Database(_)), "{error:?}");
    assert!(error.to_string().contains("closed on Sundays"), "{error:?}");
    assert_eq!(records, *rows);
    assert_rows(database, [1, 1, 1]);
    assert_nothing_open(conn);
    transaction_concurrent(conn, &mut records[0], |conn, record| record.save_concurrent(conn)).unwrap();
    assert_rows(database, [2, 1, 1]);
}

/// Each statement after it was committed by itself.
#[test]
fn a_conflict_after_a_transaction_was_rolled_back_is_not_tried_again() {
    let (database, conn, rows) = &mut with_trigger();
    let stale = Article { version: 0, ..rows[0].clone() };
    let mut runs = 0;
    let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        runs += 1;
        article(2, conn).save_concurrent(conn).unwrap_err();
        article(3, conn).save_concurrent(conn)?;
        stale.clone().save_concurrent(conn)
    });
    assert!(matches!(result, Err(ConcurrencyError::TransactionLost(_))), "{result:?}");
    assert_eq!(runs, 1);
    assert_rows(database, [1, 1, 2]);
    assert_nothing_open(conn);
}

/// An error after a save that was committed by itself does not explain what became of that save.
#[test]
fn an_error_that_cannot_be_the_one_that_rolled_back_explains_nothing() {
    const PLAIN: &str = "UPDATE articles SET views = 1 WHERE id = 2";
    const MISSING: &str = "INSERT INTO nowhere VALUES (1)";
    const TAKEN: &str = "INSERT INTO articles (id, title, views, version) VALUES (1, 'again', 0, 1)";
    for (is_heard, last) in [(true, MISSING), (true, TAKEN), (false, MISSING)] {
        let (database, conn, rows) = &mut with_trigger();
        let mut records = rows.clone();
        let result = transaction_concurrent(conn, &mut records, |conn, records| {
            records[0].save_concurrent(conn)?;
            if is_heard {
                records[1].save_concurrent(conn).unwrap_err();
            } else {
                // The library does not see this one.
                diesel::sql_query(PLAIN).execute(conn).unwrap_err();
            }
            records[2].save_concurrent(conn)?;
            diesel::sql_query(last).execute(conn)?;
            Ok::<_, ConcurrencyError>(())
        });
        let Err(ConcurrencyError::TransactionLost(_)) = result else { panic!("{is_heard}, {last}: {result:?}") };
        assert_eq!(records, *rows, "{is_heard}, {last}");
        assert_rows(database, [1, 1, 2]);
        assert_nothing_open(conn);
    }
}

/// A statement that is refused before it runs rolls nothing back, so its error may be ignored.
#[test]
fn a_swallowed_error_that_rolls_nothing_back_hides_no_other() {
    let (database, conn, rows) = &mut with_trigger();
    let mut records = rows.clone();
    let result = transaction_concurrent(conn, &mut records, |conn, records| {
        records[0].save_concurrent(conn)?;
        let missing = diesel::sql_query("INSERT INTO nowhere VALUES (1)").execute(conn).map_err(ConcurrencyError::from);
        assert!(missing.is_err());
        records[1].save_concurrent(conn)
    });
    let error = result.unwrap_err();
    assert!(matches!(error, ConcurrencyError::Database(_)), "{error:?}");
    assert!(error.to_string().contains("closed on Sundays"), "{error:?}");
    assert_eq!(records, *rows);
    assert_rows(database, [1, 1, 1]);
}

#[test]
fn a_full_disk_takes_the_versions_back() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let rows = [1, 2].map(|id| article(id, conn));
    conn.batch_execute("PRAGMA max_page_count = 1").unwrap();
    let mut records = rows.clone();
    records[1].title = "x".repeat(1_000_000);
    let result = transaction_concurrent(conn, &mut records, |conn, records| {
        records.iter_mut().try_for_each(|record| record.save_concurrent(conn))
    });
    let error = result.unwrap_err();
    assert!(error.to_string().contains("database or disk is full"), "{error:?}");
    assert_eq!(records.each_ref().map(|record| record.version), [1, 1]);
    assert_eq!([1, 2].map(|id| article(id, conn)), rows);
    assert_nothing_open(conn);
    let refused = records.save_all_concurrent(conn).unwrap_err();
    assert!(refused.to_string().contains("database or disk is full"), "{refused:?}");
    records[0].save_concurrent(conn).unwrap();
}
