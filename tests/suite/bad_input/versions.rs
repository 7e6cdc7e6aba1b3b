//! A version at the maximum of its type: the save is refused, nothing wraps round.

use std::fmt::Debug;

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::super::fixtures::with_article;
use super::super::models::{Article, Author, articles, clocks, old_notes, small_counters};
use super::super::statements::Log;
use crate::engine::TestConnection;
use crate::library::{ConcurrentOn, LoadableOn, Tracked};

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
    let sent = log.take_sent();
    assert_eq!(sent.len(), 2, "the row's version is read, and nothing is written: {sent:?}");
    assert!(sent.iter().all(|statement| statement.starts_with("SELECT ")), "{sent:?}");
    assert_is_exhausted(&record.save_unchecked(conn));
    assert_eq!(record, *full, "the record is as it was");
    assert_eq!(full.current(conn).unwrap(), row, "the row is as it was");

    let mut record = last.clone();
    record.save_unchecked(conn).unwrap();
    assert_eq!(record.current(conn).unwrap().as_ref(), Some(&record), "the maximum itself is a version");
    assert_is_exhausted(&record.save_concurrent(conn));
    assert_is_exhausted(&record.save_unchecked(conn));

    // A stale record does not get past the row's maximum, whatever its own version.
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
fn an_exhausted_version_names_its_table_and_nothing_is_written() {
    let (_database, conn) = &mut with_article();
    super::insert_article(2, i64::MAX, conn);
    let record = super::article(2, conn);
    let error = record.update_concurrent(articles::views.eq(1), conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::VersionExhausted { table: "articles" }), "{error:?}");
    assert_eq!(error.table(), Some("articles"));
    assert_eq!(
        error.to_string(),
        "the version of a record of articles is at the maximum of its type; give the column a wider type"
    );
    assert_eq!(super::article(2, conn), record);
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Conditional {
    id: i64,
    title: String,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Timed {
    id: i64,
    title: String,
    #[concurrent(version = IntegerVersionField)]
    version: i64,
}

/// A version that came from outside, in a form or a message, is compared like any other.
#[test]
fn the_maximum_over_a_row_at_another_version_is_a_conflict() {
    let (_database, conn) = &mut with_article();
    super::insert_article(2, 2, conn);
    let row = super::article(2, conn);
    let maximum = Article { title: "mine".to_owned(), version: i64::MAX, ..row.clone() };
    let mut conditional = Conditional { id: 2, title: "mine".to_owned(), version: i64::MAX };
    let mut timed = Timed { id: 2, title: "mine".to_owned(), version: i64::MAX };
    let mut tracked = Tracked::new(maximum.clone());
    tracked.title = "tracked".to_owned();

    let refusals = [
        ("save", maximum.clone().save_concurrent(conn)),
        ("touch", maximum.clone().touch_concurrent(conn)),
        ("without increment", maximum.clone().save_without_increment(conn)),
        ("update", maximum.update_concurrent(articles::views.eq(1), conn).map(drop)),
        ("delete", maximum.delete_concurrent(conn)),
        ("delete_if_exists", maximum.delete_if_exists(conn).map(drop)),
        ("check", maximum.check_concurrent(conn)),
        ("conditional", conditional.save_concurrent(conn)),
        ("timed", timed.save_concurrent(conn)),
        ("tracked", tracked.save_concurrent(conn)),
    ];
    for (name, refusal) in refusals {
        let error = refusal.expect_err(name);
        let ConcurrencyError::RecordModified(modified) = &error else { panic!("{name}: {error:?}") };
        assert_eq!((&modified.expected, &modified.found), (&i64::MAX.into(), &2_i64.into()), "{name}");
        assert!(error.is_retryable(), "{name}");
    }
    assert_eq!((conditional.version, timed.version, tracked.version), (i64::MAX, i64::MAX, i64::MAX));
    assert_eq!(super::article(2, conn), row);
}

#[test]
fn the_maximum_over_no_row_is_a_record_that_was_deleted() {
    let (_database, conn) = &mut with_article();
    let maximum = Article { id: 9, title: "mine".to_owned(), body: None, views: 0, version: i64::MAX };
    let refusals = [
        ("save", maximum.clone().save_concurrent(conn)),
        ("touch", maximum.clone().touch_concurrent(conn)),
        ("update", maximum.update_concurrent(articles::views.eq(1), conn).map(drop)),
        ("delete", maximum.delete_concurrent(conn)),
    ];
    for (name, refusal) in refusals {
        let error = refusal.expect_err(name);
        let ConcurrencyError::RecordDeleted(deleted) = &error else { panic!("{name}: {error:?}") };
        assert_eq!(deleted.expected, i64::MAX.into(), "{name}");
    }
    assert!(!maximum.delete_if_exists(conn).unwrap());
    assert_eq!(articles::table.count().get_result(conn), Ok(1_i64));
}

/// Of a batch: one record that is current, one that is at the maximum in its row, too, one stale and one gone under such a version.
#[test]
fn in_a_batch_only_a_row_at_the_maximum_is_exhausted() {
    let (_database, conn) = &mut with_article();
    for (id, version) in [(2, i64::MAX), (3, 2)] {
        super::insert_article(id, version, conn);
    }
    let edited = |id, version| Article { id, title: "edited".to_owned(), body: None, views: 5, version };
    let all = || [edited(4, i64::MAX), edited(1, 1), edited(3, i64::MAX), edited(2, i64::MAX)];

    let mut mine = all();
    let refused = mine.save_each_concurrent(conn).unwrap();
    let told: Vec<_> = refused.iter().map(|refused| (refused.index, refused.error.to_string())).collect();
    let maximum = i64::MAX;
    assert_eq!(
        told,
        [
            (0, format!("articles with id 4 was deleted by somebody else: expected version {maximum}, found no row")),
            (
                2,
                format!(
                    "articles with id 3 was modified by somebody else: expected version {maximum}, found 2; reload it and try again"
                )
            ),
            (
                3,
                "the version of a record of articles is at the maximum of its type; give the column a wider type"
                    .to_owned()
            ),
        ]
    );
    assert_eq!(mine, {
        let mut all = all();
        all[1].version = 2;
        all
    });
    assert_eq!(super::article(1, conn), mine[1]);

    // All or nothing: the record that no reload helps is named first.
    let mut again = mine.clone();
    match again.save_all_concurrent(conn).unwrap_err() {
        BulkError::Record(record) => {
            assert_eq!(record.index, 3);
            assert!(matches!(record.error, ConcurrencyError::VersionExhausted { table: "articles" }), "{record:?}");
        }
        error => panic!("{error:?}"),
    }
    // Without it every conflict is, those of records that were sent, too.
    let mut stale = [edited(4, i64::MAX), edited(1, 1), edited(3, i64::MAX)];
    match stale.save_all_concurrent(conn).unwrap_err() {
        BulkError::Conflicts(conflicts) => {
            let indexes: Vec<_> = conflicts.iter().map(|conflict| conflict.index).collect();
            assert_eq!(indexes, [0, 1, 2]);
        }
        error => panic!("{error:?}"),
    }
    // And nothing of it is written where a record that could be is beside them.
    let mut mixed = [edited(1, 2), edited(3, i64::MAX)];
    mixed[0].views = 99;
    match mixed.save_all_concurrent(conn).unwrap_err() {
        BulkError::Conflicts(conflicts) => assert_eq!(conflicts.iter().map(|c| c.index).collect::<Vec<_>>(), [1]),
        error => panic!("{error:?}"),
    }
    assert_eq!(mixed[0].version, 2);
    assert_eq!(super::article(1, conn), mine[1]);
    assert_eq!(super::article(2, conn).version, i64::MAX);
    assert_eq!(super::article(3, conn).title, "first");
}
