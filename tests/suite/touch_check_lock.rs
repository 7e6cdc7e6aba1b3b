//! The methods that do not write the record: touch, check, lock, read again, and updates by changeset.

use std::sync::mpsc;
use std::time::Duration;

use crate::library::prelude::*;
use diesel::prelude::*;

use super::core::assert_modified;
use super::fixtures::{article, two_copies, with_article};
use super::models::{Article, articles};
use super::statements::Log;
use super::threads::spawn;
use crate::engine;

#[test]
fn a_touch_advances_the_version_and_writes_nothing_else() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let row = a.clone();
    a.title = "not written".to_owned();
    a.touch_concurrent(conn).unwrap();
    assert_eq!(a.version, 2);
    assert_eq!(article(1, conn), Article { version: 2, ..row.clone() });

    assert_modified(&b.touch_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(b.version, 1);
    assert_eq!(article(1, conn), Article { version: 2, ..row }, "a stale touch never moves the version back");
}

#[test]
fn a_check_is_one_select_that_tells_modified_from_deleted() {
    let (_database, conn) = &mut with_article();
    let (mut a, b) = two_copies(conn);
    let log = Log::attach(conn);
    b.check_concurrent(conn).unwrap();
    assert!(!b.is_changed(conn).unwrap());
    let sent = log.take_sent();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent.iter().all(|statement| statement.starts_with("SELECT ")), "{sent:#?}");

    a.save_concurrent(conn).unwrap();
    assert_modified(&b.check_concurrent(conn).unwrap_err(), 1, 2);
    assert!(b.is_changed(conn).unwrap());
}

#[test]
fn a_lock_holds_other_writers_off_until_the_transaction_ends() {
    let (database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let mut other = database.connect();
    let (report, reports) = mpsc::channel();
    let writer = conn.transaction(|conn| {
        engine::begin_write(conn);
        a.lock_concurrent(conn)?;
        let writer = spawn(move || {
            let outcome = b.save_concurrent(&mut other);
            report.send(()).unwrap();
            outcome
        });
        assert!(reports.recv_timeout(Duration::from_millis(300)).is_err(), "the second writer must wait for the lock");
        a.title = "locked".to_owned();
        a.save_concurrent(conn)?;
        Ok::<_, ConcurrencyError>(writer)
    });
    assert_modified(&writer.unwrap().join().unwrap_err(), 1, 2);
    assert_eq!(article(1, conn), a);
}

#[test]
fn a_lock_of_a_stale_record_is_refused() {
    let (_database, conn) = &mut with_article();
    let (mut a, b) = two_copies(conn);
    a.save_concurrent(conn).unwrap();
    let refused = conn.transaction(|conn| b.lock_concurrent(conn)).unwrap_err();
    assert_modified(&refused, 1, 2);
}

#[test]
fn the_row_is_read_again_as_it_is_now() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.title = "now".to_owned();
    a.save_concurrent(conn).unwrap();

    assert_eq!(b.current(conn).unwrap(), Some(a.clone()));
    assert_eq!(b.at_version(2, conn).unwrap(), Some(a.clone()));
    assert_eq!(b.at_version(1, conn).unwrap(), None);
    assert_eq!(b.version, 1, "reading does not change the record");

    b.reload_concurrent(conn).unwrap();
    assert_eq!(b, a);
    b.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), b);
}

#[test]
fn an_update_by_changeset_is_guarded_and_leaves_the_record_stale() {
    let (_database, conn) = &mut with_article();
    let (mut a, b) = two_copies(conn);
    let log = Log::attach(conn);
    let version = a.update_concurrent(articles::views.eq(articles::views + 1), conn).unwrap();
    assert_eq!(log.take_sent().len(), 1);
    assert_eq!(version, 2);
    assert_eq!((a.version, a.views), (1, 0));
    assert_eq!(article(1, conn), Article { views: 1, version: 2, ..a.clone() });

    assert_modified(&b.update_concurrent(articles::views.eq(99), conn).unwrap_err(), 1, 2);
    assert_modified(&a.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(article(1, conn).views, 1);
}

#[test]
fn an_update_takes_several_columns_and_leaves_out_what_is_none() {
    let (_database, conn) = &mut with_article();
    let (a, _) = two_copies(conn);
    let changes = (
        articles::title.eq("both"),
        None::<i32>.map(|views| articles::views.eq(views)),
        articles::body.eq(None::<String>),
    );
    assert_eq!(a.update_concurrent(changes, conn).unwrap(), 2);
    assert_eq!(article(1, conn), Article { title: "both".to_owned(), body: None, version: 2, ..a });
}

#[test]
fn an_update_by_an_empty_changeset_is_a_touch() {
    #[derive(AsChangeset)]
    #[diesel(table_name = articles)]
    struct Changes {
        title: Option<String>,
        body: Option<String>,
    }

    let (_database, conn) = &mut with_article();
    let (a, b) = two_copies(conn);
    assert_eq!(a.update_concurrent(Changes { title: None, body: None }, conn).unwrap(), 2);
    assert_eq!(article(1, conn), Article { version: 2, ..a });
    assert_modified(&b.update_concurrent(Changes { title: None, body: None }, conn).unwrap_err(), 1, 2);
}

/// A derived changeset may contain the version, with its old value. If it were written after ours, it would undo the
/// advance.
#[test]
fn a_changeset_that_sets_the_version_cannot_hold_it_back() {
    #[derive(AsChangeset)]
    #[diesel(table_name = articles)]
    struct Whole {
        title: String,
        version: i64,
    }

    let (_database, conn) = &mut with_article();
    let (a, mut b) = two_copies(conn);
    let changes = Whole { title: "whole".to_owned(), version: a.version };
    match a.update_concurrent(changes, conn) {
        Ok(version) => {
            assert_eq!(version, 2);
            assert_eq!(article(1, conn), Article { title: "whole".to_owned(), version: 2, ..a });
            assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
        }
        Err(error) => {
            let refused = engine::REFUSES_DOUBLE_ASSIGNMENT && matches!(error, ConcurrencyError::Database(_));
            assert!(refused, "{error:?}");
            assert_eq!(article(1, conn), a);
        }
    }
}
