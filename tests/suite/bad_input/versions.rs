//! A version at the maximum of its type: the save is refused, nothing wraps round.

use std::fmt::Debug;

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::super::fixtures::with_article;
use super::super::models::{Article, Author, articles, clocks, old_notes, small_counters};
use super::super::statements::Log;
use crate::engine::TestConnection;
use crate::library::{ConcurrentOn, LoadableOn};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = small_counters)]
struct Small {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: i16,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = old_notes)]
struct Note {
    id: i64,
    text: String,
    #[concurrent(version)]
    version: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = clocks)]
struct Clock {
    id: i64,
    value: i32,
    #[concurrent(version = IntegerVersionField)]
    version: i64,
}

/// `full` is at the maximum and `last` one below it, each as edited in memory and not yet saved; their rows exist.
#[track_caller]
pub fn assert_exhausted<T>(full: &T, last: &T, conn: &mut TestConnection)
where
    T: ConcurrentOn<<TestConnection as Connection>::Backend> + LoadableOn<TestConnection> + Clone + PartialEq + Debug,
{
    let row = full.current(conn).unwrap();
    let log = Log::attach(conn);
    let mut record = full.clone();
    assert_is_exhausted(&record.save_concurrent(conn));
    assert_is_exhausted(&record.touch_concurrent(conn));
    assert_eq!(log.take_sent(), Vec::<String>::new(), "nothing is sent");
    assert_is_exhausted(&record.save_unchecked(conn));
    assert_eq!(record, *full, "the record is as it was");
    assert_eq!(full.current(conn).unwrap(), row, "the row is as it was");

    let mut record = last.clone();
    record.save_unchecked(conn).unwrap();
    assert_eq!(record.current(conn).unwrap().as_ref(), Some(&record), "the maximum itself is a version");
    assert_is_exhausted(&record.save_concurrent(conn));
    assert_is_exhausted(&record.save_unchecked(conn));

    // A stale record does not get past the row's maximum, whatever its own version is.
    let mut stale = last.clone();
    assert_is_exhausted(&stale.save_unchecked(conn));
    assert_eq!(stale, *last);

    record.check_concurrent(conn).unwrap();
    record.save_without_increment(conn).unwrap();
    record.delete_concurrent(conn).unwrap();
    assert_eq!(record.current(conn).unwrap(), None);
}

#[track_caller]
fn assert_is_exhausted(result: &Result<(), ConcurrencyError>) {
    let Err(error) = result else {
        panic!("there is no version after the maximum");
    };
    assert!(matches!(error, ConcurrencyError::VersionExhausted { .. }), "{error:?}");
    assert!(!error.is_conflict() && !error.is_retryable());
}

#[test]
fn a_version_at_the_maximum_of_16_bits_is_exhausted() {
    let (_database, conn) = &mut with_article();
    conn.batch_execute("INSERT INTO small_counters (id, value, version) VALUES (1, 0, 32767), (2, 0, 32766)").unwrap();
    let small = |id, version| Small { id, value: 5, version };
    assert_exhausted(&small(1, i16::MAX), &small(2, i16::MAX - 1), conn);
}

#[test]
fn a_version_at_the_maximum_of_32_bits_is_exhausted() {
    let (_database, conn) = &mut with_article();
    conn.batch_execute("INSERT INTO authors (id, name, version) VALUES (1, 'a', 2147483647), (2, 'b', 2147483646)")
        .unwrap();
    let author = |id: i64, version| Author { id, name: format!("edited {id}"), version };
    assert_exhausted(&author(1, i32::MAX), &author(2, i32::MAX - 1), conn);
}

#[test]
fn a_version_at_the_maximum_of_64_bits_is_exhausted() {
    let (_database, conn) = &mut with_article();
    for (id, version) in [(2, i64::MAX), (3, i64::MAX - 1)] {
        super::insert_article(id, version, conn);
    }
    let article = |id: i64, version| Article { id, title: "edited".to_owned(), body: None, views: 5, version };
    assert_exhausted(&article(2, i64::MAX), &article(3, i64::MAX - 1), conn);
}

#[test]
fn a_nullable_version_at_its_maximum_is_exhausted() {
    let (_database, conn) = &mut with_article();
    let rows = format!("(1, 'a', {}), (2, 'b', {})", i64::MAX, i64::MAX - 1);
    conn.batch_execute(&format!("INSERT INTO old_notes (id, text, version) VALUES {rows}")).unwrap();
    let note = |id, version| Note { id, text: "edited".to_owned(), version: Some(version) };
    assert_exhausted(&note(1, i64::MAX), &note(2, i64::MAX - 1), conn);
}

#[test]
fn a_time_at_the_maximum_is_exhausted() {
    let (_database, conn) = &mut with_article();
    let rows = format!("(1, 0, {}), (2, 0, {})", i64::MAX, i64::MAX - 1);
    conn.batch_execute(&format!("INSERT INTO clocks (id, value, version) VALUES {rows}")).unwrap();
    let clock = |id, version| Clock { id, value: 5, version };
    assert_exhausted(&clock(1, i64::MAX), &clock(2, i64::MAX - 1), conn);
}

#[test]
fn an_exhausted_version_names_its_table_and_is_found_before_anything_is_sent() {
    let (_database, conn) = &mut with_article();
    super::insert_article(2, i64::MAX, conn);
    let record = super::article(2, conn);
    let log = Log::attach(conn);
    let error = record.update_concurrent(articles::views.eq(1), conn).unwrap_err();
    assert_eq!(log.take_sent(), Vec::<String>::new());
    assert!(matches!(error, ConcurrencyError::VersionExhausted { table: "articles" }), "{error:?}");
    assert_eq!(error.table(), Some("articles"));
    assert_eq!(
        error.to_string(),
        "the version of a record of articles is at the maximum of its type; give the column a wider type"
    );
    assert_eq!(super::article(2, conn), record);
}
