//! What can go wrong with a file: it is full, it is no database any more, a number in it is no integer. There is no
//! connection that could be lost; a file that is overwritten under the connection is what comes nearest.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::sql_types::{BigInt, Text};

use super::TestConnection;
use crate::suite::bad_input::{WRITES, assert_database, assert_refused, edited};
use crate::suite::bulk::{rows, with_articles};
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::models::{Article, articles};

fn fill(conn: &mut TestConnection) {
    let pages = diesel::select(sql::<BigInt>("(SELECT page_count FROM pragma_page_count)"));
    let pages: i64 = pages.get_result(conn).unwrap();
    conn.batch_execute(&format!("PRAGMA max_page_count = {pages}")).unwrap();
}

#[test]
fn a_full_disk_is_told_and_nothing_is_written() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    fill(conn);
    let record = Article { title: "x".repeat(100_000), ..row.clone() };
    for (name, write) in &WRITES[..3] {
        let mut written = record.clone();
        let error = write(&mut written, conn).unwrap_err();
        assert_database(&error, DatabaseErrorKind::Unknown, "database or disk is full");
        assert_eq!(written, record, "{name}");
        assert_eq!(article(1, conn), row, "{name}");
    }
    let mut smaller = edited(&row);
    smaller.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), smaller);
}

/// Diesel's own transaction only says that there is nothing to roll back.
#[test]
fn a_full_disk_undoes_the_transaction() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let rows = [1, 2].map(|id| article(id, conn));
    fill(conn);
    let [mut saved, mut refused] = rows.clone();
    refused.title = "x".repeat(100_000);
    let result = conn.transaction(|conn| {
        saved.save_concurrent(conn)?;
        refused.save_concurrent(conn)
    });
    let error = result.unwrap_err();
    assert!(matches!(error, ConcurrencyError::TransactionLost(_)), "{error:?}");
    assert!(!error.is_retryable(), "{error:?}");
    assert_eq!(refused.version, 1);
    assert_eq!([1, 2].map(|id| article(id, conn)), rows);
}

/// SQLite rolls the transaction back by itself, so "nothing to roll back" is not the cause.
#[test]
fn a_batch_on_a_full_disk_is_told_the_cause() {
    let (_database, conn) = &mut with_articles(40);
    let before = rows(conn);
    fill(conn);
    let mut records = before.clone();
    records.iter_mut().skip(3).for_each(|record| record.title = "x".repeat(100_000));
    let unsaved = records.clone();
    for result in [records.save_all_concurrent(conn), records.save_each_concurrent(conn).map(drop)] {
        let Err(BulkError::Concurrency(error)) = result else { panic!("{result:?}") };
        assert_database(&error, DatabaseErrorKind::Unknown, "database or disk is full");
        assert!(records == unsaved && rows(conn) == before);
    }
    let mut smaller = before;
    smaller.iter_mut().for_each(|record| record.title = "x".to_owned());
    smaller.save_all_concurrent(conn).unwrap();
    assert_eq!(rows(conn), smaller);
}

#[test]
fn a_file_overwritten_under_the_connection_is_told() {
    let (database, conn) = &mut with_article();
    // Without the journal beside it the file is all there is.
    conn.batch_execute("PRAGMA journal_mode = DELETE").unwrap();
    let row = article(1, conn);
    let record = edited(&row);
    let copy = std::fs::read(database.url()).unwrap();
    let overwritten: [(Vec<u8>, &str); 2] =
        [(vec![b'x'; copy.len()], "file is not a database"), (Vec::new(), "no such table: articles")];
    for (bytes, message) in overwritten {
        std::fs::write(database.url(), bytes).unwrap();
        assert_refused(&record, conn, |_, error| assert_database(error, DatabaseErrorKind::Unknown, message));
        std::fs::write(database.url(), &copy).unwrap();
        assert_eq!(article(1, &mut database.connect()), row, "nothing of it reached what was put back");
    }
    let mut written = record;
    written.save_concurrent(&mut database.connect()).unwrap();
    assert_eq!(article(1, &mut database.connect()), written);
}

/// `9223372036854775807 + 1` is a REAL to SQLite, which no integer version would ever equal again.
#[test]
fn a_version_at_the_maximum_never_becomes_a_real() {
    let (_database, conn) = &mut with_article();
    let type_of_version = sql::<Text>("typeof(version)");
    for version in [i64::MAX - 1, i64::MAX] {
        diesel::update(articles::table).set(articles::version.eq(version)).execute(conn).unwrap();
        let mut record = article(1, conn);
        assert_eq!(record.save_unchecked(conn).is_ok(), version < i64::MAX);
        assert_eq!(articles::table.select(type_of_version.clone()).first::<String>(conn).unwrap(), "integer");
        assert_eq!(article(1, conn).version, i64::MAX);
        assert!(record.save_concurrent(conn).is_err());
        assert_eq!(articles::table.select(type_of_version.clone()).first::<String>(conn).unwrap(), "integer");
    }
}
