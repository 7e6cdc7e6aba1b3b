//! Which record caused an error. If the engine reports an error of a row, it is one record's, and the others are
//! written. Every other error ends the batch.

use crate::library::prelude::*;
use crate::library::{BulkError, disable_concurrency};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::super::models::Article;
use super::{rows, with_articles};
use crate::engine::{CLOSED, Database, FAULTS_OF_A_ROW, FAULTS_OF_A_STATEMENT, TestConnection};

/// Of three records that can be saved one is too much for its row, in each of its columns.
fn records() -> Vec<Article> {
    let good = |id| Article { id, title: format!("t{id}"), body: Some("b".to_owned()), views: 5, version: 1 };
    let bad = Article {
        id: 3,
        title: "a title that is longer than the others are".to_owned(),
        body: None,
        views: 77_777,
        version: 1,
    };
    vec![good(1), good(2), bad, good(4)]
}

#[test]
fn what_the_engine_says_of_a_row_is_one_records_fault() {
    for (setup, message) in FAULTS_OF_A_ROW {
        let (_database, conn) = &mut with_articles(4);
        diesel::update(super::articles::table).set(super::articles::body.eq("b")).execute(conn).unwrap();
        conn.batch_execute(setup).unwrap_or_else(|error| panic!("{setup}: {error}"));
        let before_rows = rows(conn);
        let mut records = records();
        let before = records.clone();
        let error = records.save_all_concurrent(conn).unwrap_err();
        let BulkError::Record(conflict) = error else { panic!("{setup}: {error:?}") };
        assert_eq!(conflict.index, 2, "{setup}");
        assert!(conflict.error.to_string().contains(message), "{setup}: {conflict}");
        assert_eq!((&records, rows(conn)), (&before, before_rows), "{setup}");

        let refused = records.save_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [2], "{setup}: {refused:?}");
        assert_eq!(records.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 2, 1, 2], "{setup}");
        assert_eq!(rows(conn).iter().map(|row| row.version).collect::<Vec<_>>(), [2, 2, 1, 2], "{setup}");
    }
}

#[test]
fn what_is_no_records_fault_ends_the_batch() {
    for setup in FAULTS_OF_A_STATEMENT {
        let (_database, conn) = &mut with_articles(4);
        conn.batch_execute(setup).unwrap_or_else(|error| panic!("{setup}: {error}"));
        let mut records = records();
        let before = records.clone();
        let single = records[0].clone().save_concurrent(conn).unwrap_err();
        for error in [records.save_all_concurrent(conn).unwrap_err(), records.save_each_concurrent(conn).unwrap_err()] {
            let BulkError::Concurrency(error) = error else { panic!("{setup}: {error:?}") };
            assert!(!error.is_conflict() && !error.is_retryable(), "{setup}: {error:?}");
            assert_eq!(
                std::mem::discriminant(&error),
                std::mem::discriminant(&single),
                "{setup}: {error:?}, {single:?}"
            );
        }
        assert_eq!(records, before, "{setup}");
    }
}

/// An error of a row is each record's own fault, even if all rows have it.
#[test]
fn what_every_row_violates_is_each_records_fault() {
    // An unknown message may be about the statement.
    for (setup, _) in FAULTS_OF_A_ROW.iter().filter(|(_, message)| *message != "closed") {
        let (_database, conn) = &mut with_articles(4);
        diesel::update(super::articles::table).set(super::articles::body.eq("b")).execute(conn).unwrap();
        conn.batch_execute(setup).unwrap_or_else(|error| panic!("{setup}: {error}"));
        let bad = records().remove(2);
        let mut records = [1, 2, 3].map(|id| Article { id, ..bad.clone() });
        let refused = records.save_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [0, 1, 2], "{setup}: {refused:?}");
        assert!(records.iter().all(|record| record.version == 1), "{setup}");
    }
}

/// A trigger's error that is the same for each row belongs to none.
#[test]
fn what_every_record_meets_is_no_records_fault() {
    let (_database, conn) = &mut with_articles(4);
    conn.batch_execute(CLOSED).unwrap();
    let mut records = records();
    let before = records.clone();
    let error = records.save_each_concurrent(conn).unwrap_err();
    assert!(error.to_string().contains("closed"), "{error}");
    assert!(matches!(error, BulkError::Concurrency(ConcurrencyError::Database(_))), "{error:?}");
    // The first record that was tried is named, and nothing is written.
    let error = records.save_all_concurrent(conn).unwrap_err();
    assert!(matches!(error, BulkError::Record(_)), "{error:?}");
    assert_eq!(records, before);
}

#[test]
fn a_table_that_is_missing_ends_a_batch_of_deletes() {
    let (_database, conn) = &mut with_articles(4);
    let records = rows(conn);
    conn.batch_execute("DROP TABLE articles").unwrap();
    for result in [records.delete_all_concurrent(conn), records.delete_each_concurrent(conn).map(drop)] {
        let Err(BulkError::Concurrency(ConcurrencyError::Database(_))) = result else { panic!("{result:?}") };
    }
}

diesel::table! {
    numbered (number) {
        number -> Integer,
        text -> Text,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = numbered, primary_key(number))]
struct Numbered {
    number: i32,
    text: String,
    #[concurrent(version)]
    version: i64,
}

/// A table in which the key of record 1 names two rows, and three records of it.
fn with_key_of_two_rows() -> (Database, TestConnection, [Numbered; 3]) {
    let (database, mut conn) = with_articles(1);
    conn.batch_execute(
        "CREATE TABLE numbered (number INTEGER NOT NULL, text VARCHAR(20) NOT NULL, version BIGINT NOT NULL)",
    )
    .unwrap();
    let record = |number| Numbered { number, text: "old".to_owned(), version: 1 };
    for number in [1, 2, 2, 3] {
        diesel::insert_into(numbered::table).values(record(number)).execute(&mut conn).unwrap();
    }
    let records = [1, 2, 3].map(|number| Numbered { text: "new".to_owned(), ..record(number) });
    (database, conn, records)
}

type WriteAll = fn(&mut [Numbered], &mut TestConnection) -> Result<(), BulkError>;
const EVERY_WRITE: [(&str, WriteAll); 6] = [
    ("save_all", |records, conn| records.save_all_concurrent(conn)),
    ("save_each", |records, conn| records.save_each_concurrent(conn).map(drop)),
    ("delete_all", |records, conn| records.delete_all_concurrent(conn)),
    ("delete_each", |records, conn| records.delete_each_concurrent(conn).map(drop)),
    ("save_all in a scope", |records, conn| disable_concurrency(|| records.save_all_concurrent(conn))),
    ("save_each in a scope", |records, conn| disable_concurrency(|| records.save_each_concurrent(conn).map(drop))),
];

/// Of one record nothing can be refused whose write was done twice: the table is at fault, and nothing is written.
#[test]
fn a_key_of_two_rows_ends_the_batch() {
    for inside in [false, true] {
        for (name, write) in EVERY_WRITE {
            let (_database, conn, mut records) = with_key_of_two_rows();
            let conn = &mut { conn };
            let before = records.clone();
            let result = if inside {
                conn.transaction(|conn| Ok::<_, BulkError>(write(&mut records, conn))).unwrap()
            } else {
                write(&mut records, conn)
            };
            let Err(BulkError::Concurrency(error @ ConcurrencyError::Database(_))) = result else {
                panic!("{name}: {result:?}")
            };
            let said = error.to_string();
            assert!(said.starts_with("the key of numbered is not unique: 2 rows have number 2"), "{name}: {said}");
            assert_eq!(records, before, "{name}");
            let rows: Vec<(i32, String, i64)> = numbered::table.order(numbered::number).load(conn).unwrap();
            let row = |number| (number, "old".to_owned(), 1);
            assert_eq!(rows, [1, 2, 2, 3].map(row), "{name}");
        }
    }
}

/// A record without that key is written.
#[test]
fn the_other_records_of_such_a_table_are_written() {
    let (_database, conn, records) = with_key_of_two_rows();
    let conn = &mut { conn };
    let [first, _, third] = records;
    let mut others = [first, third];
    assert!(others.save_each_concurrent(conn).unwrap().is_empty());
    assert_eq!(others.each_ref().map(|record| record.version), [2, 2]);
    assert!(others.delete_each_concurrent(conn).unwrap().is_empty());
    assert_eq!(numbered::table.select(numbered::number).load::<i32>(conn).unwrap(), [2, 2]);
}
