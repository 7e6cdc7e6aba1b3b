//! Two people's edits of one row, joined: what only one changed needs no question, what both changed is named.

use crate::library::prelude::*;
use crate::library::{MergeError, Tracked};
use diesel::prelude::*;

use super::{assert_modified, with_two};
use crate::engine::TestConnection;
use crate::suite::fixtures::article;
use crate::suite::models::{Article, articles};
use crate::suite::statements::Log;

#[track_caller]
fn conflict(
    tracked: &mut Tracked<Article>,
    conn: &mut TestConnection,
) -> (Vec<&'static str>, Article, Article, Article) {
    match tracked.save_merging(conn) {
        Err(MergeError::Fields { fields, base, mine, theirs }) => (fields, base, mine, theirs),
        other => panic!("not Fields: {other:?}"),
    }
}

#[test]
fn edits_of_different_fields_end_in_the_row() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    a.title = "a's".to_owned();
    a.save_merging(conn).unwrap();
    b.body = None;
    b.views = 7;
    let log = Log::attach(conn);
    b.save_merging(conn).unwrap();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 4, "the refused save, the read that explains it, the row, the save: {sent:#?}");
    let row = Article { id: 1, title: "a's".to_owned(), body: None, views: 7, version: 3 };
    assert_eq!(article(1, conn), row);
    assert_eq!(*b, row);
    assert_eq!(b.base(), &row);
    b.views = 8;
    b.save_concurrent(conn).unwrap();
    assert_modified(
        &{
            a.views = 1;
            a.save_concurrent(conn).unwrap_err()
        },
        2,
        4,
    );
}

#[test]
fn a_field_that_both_changed_is_named_and_nothing_is_written() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    let base = b.base().clone();
    a.title = "a's".to_owned();
    a.body = None;
    a.save_concurrent(conn).unwrap();
    b.title = "b's".to_owned();
    b.body = Some("b's".to_owned());
    b.views = 7;
    let before = b.clone();
    let (fields, found_base, mine, theirs) = conflict(&mut b, conn);
    assert_eq!(fields, ["title", "body"]);
    assert_eq!((found_base, mine, &theirs), (base, before.clone().into_inner(), &*a));
    assert_eq!(b, before);
    assert_eq!(article(1, conn), *a);

    let message =
        MergeError::<Article>::Fields { fields, base: theirs.clone(), mine: theirs.clone(), theirs: theirs.clone() };
    assert_eq!(message.to_string(), "somebody else changed the same fields: title, body; choose and save again");
    assert!(message.is_conflict());

    // The answer: b's title stays, a's body does.
    b.body = None;
    b.rebase(theirs);
    assert_eq!((b.changed_fields(), b.version), (vec!["title", "views"], 2));
    b.save_merging(conn).unwrap();
    assert_eq!(article(1, conn), Article { id: 1, title: "b's".to_owned(), body: None, views: 7, version: 3 });
    assert_eq!(*b, article(1, conn));
}

#[test]
fn the_same_edit_of_both_is_no_conflict_and_no_write() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    for record in [&mut a, &mut b] {
        record.title = "the same".to_owned();
        record.body = None;
    }
    a.save_concurrent(conn).unwrap();
    let log = Log::attach(conn);
    b.save_merging(conn).unwrap();
    assert_eq!(log.take_sent().len(), 3, "the refused save, the read that explains it, the row");
    assert_eq!((b.version, b.base().version), (2, 2));
    assert_eq!(b, a);
}

#[test]
fn a_deleted_row_is_not_merged_with() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    a.delete_concurrent(conn).unwrap();
    b.title = "b's".to_owned();
    let before = b.clone();
    let error = b.save_merging(conn).unwrap_err();
    assert!(matches!(error, MergeError::Concurrency(ConcurrencyError::RecordDeleted(_))), "{error:?}");
    assert!(error.is_conflict());
    assert_eq!(b, before);
    a.views = 1;
}

/// The base is of another row: there is nothing to merge by.
#[test]
fn a_record_under_another_key_is_not_merged() {
    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    crate::suite::fixtures::insert_article(2, 5, conn);
    a.id = 2;
    a.title = "for another row".to_owned();
    let error = a.save_merging(conn).unwrap_err();
    let MergeError::Concurrency(error) = error else {
        panic!("not Concurrency: {error:?}");
    };
    assert_modified(&error, 1, 5);
    assert_eq!(article(2, conn).title, "first");
}

/// A trigger of the test's changes the row while b merges: the second round finds the third edit.
#[test]
fn a_row_that_changes_while_merging_is_merged_again() {
    let ((database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    let mut other = database.connect();
    a.title = "a's".to_owned();
    a.save_concurrent(conn).unwrap();
    b.views = 7;
    let mut rounds = 0;
    conn.set_instrumentation(move |event: diesel::connection::InstrumentationEvent<'_>| {
        let diesel::connection::InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        // Between the read of the row and the save that follows it.
        if query.to_string().starts_with("UPDATE ") && rounds < 3 {
            let changes = (articles::body.eq(format!("round {rounds}")), articles::version.eq(articles::version + 1));
            diesel::update(articles::table.find(1)).set(changes).execute(&mut other).unwrap();
            rounds += 1;
        }
    });
    b.save_merging(conn).unwrap();
    let row = Article { id: 1, title: "a's".to_owned(), body: Some("round 2".to_owned()), views: 7, version: 6 };
    assert_eq!(article(1, conn), row);
    assert_eq!(*b, row);
}

#[test]
fn a_row_that_never_stops_changing_is_given_up() {
    let ((database, conn), _, mut b) = with_two();
    let conn = &mut { conn };
    let mut other = database.connect();
    b.views = 7;
    let before = b.clone();
    let log = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let updates = std::sync::Arc::clone(&log);
    conn.set_instrumentation(move |event: diesel::connection::InstrumentationEvent<'_>| {
        let diesel::connection::InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        if query.to_string().starts_with("UPDATE ") {
            updates.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            diesel::update(articles::table.find(1))
                .set(articles::version.eq(articles::version + 1))
                .execute(&mut other)
                .unwrap();
        }
    });
    let error = b.save_merging(conn).unwrap_err();
    let MergeError::Concurrency(error) = error else {
        panic!("not Concurrency: {error:?}");
    };
    assert_modified(&error, 101, 102);
    assert_eq!(log.load(std::sync::atomic::Ordering::Relaxed), 101);
    assert_eq!(b, before);
}
