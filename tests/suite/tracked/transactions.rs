//! Tracked records in transactions: a rolled-back save is a change again.
#![allow(clippy::result_large_err, reason = "the error of a merge holds three records, which is its point")]

use crate::library::prelude::*;
use crate::library::{MergeError, RetryPolicy, retry_on_conflict, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error::RollbackTransaction;

use super::{with_two, written};
use crate::engine::{self, TestConnection};
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::models::{Article, articles};
use crate::suite::statements::Log;

#[test]
fn what_is_rolled_back_is_written_by_the_next_save() {
    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    let loaded = a.base().clone();
    a.title = "second".to_owned();
    let before = a.clone();
    let result = transaction_concurrent(conn, &mut a, |conn, a| {
        a.save_concurrent(conn)?;
        a.views = 5;
        a.save_concurrent(conn)?;
        assert_eq!((a.version, a.changed_fields()), (3, vec![]));
        Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
    });
    assert!(result.is_err());
    assert_eq!(article(1, conn), loaded);
    assert_eq!((a.base(), a.version), (&loaded, 1));
    assert_eq!(*a, Article { views: 5, ..before.into_inner() });

    let log = Log::attach(conn);
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "views"]);
    assert_eq!(article(1, conn), *a);
}

#[test]
fn a_savepoint_takes_back_its_own_saves_alone() {
    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    transaction_concurrent(conn, &mut a, |conn, a| {
        a.title = "outer".to_owned();
        a.save_concurrent(conn)?;
        let inner = transaction_concurrent(conn, &mut **a, |conn, a| {
            a.views = 7;
            a.save_concurrent(conn)?;
            Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
        });
        assert!(inner.is_err());
        assert_eq!((a.version, a.changed_fields()), (2, vec!["views"]));
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!(
        article(1, conn),
        Article { id: 1, title: "outer".to_owned(), body: Some("text".to_owned()), views: 0, version: 2 }
    );
    a.save_merging(conn).unwrap();
    assert_eq!(article(1, conn), *a);
}

/// What is remembered of a record cannot follow it into another list: its base then says nothing, and it is written
/// whole.
#[test]
fn a_record_that_changes_its_list_is_saved_whole_after_a_rollback() {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let load = |id: i64, conn: &mut TestConnection| -> Tracked<Article> {
        articles::table.find(id).select(Tracked::<Article>::as_select()).first(conn).unwrap()
    };
    let (mut a, mut b) = (load(1, conn), [load(2, conn)]);
    let result = transaction_concurrent(conn, (&mut a, &mut b[..]), |conn, (a, b)| {
        a.title = "one".to_owned();
        a.save_concurrent(conn)?;
        b[0].title = "two".to_owned();
        b[0].save_concurrent(conn)?;
        std::mem::swap(*a, &mut b[0]);
        Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
    });
    assert!(result.is_err());
    let conn = &mut database.connect();
    for (record, title) in [(&mut a, "two"), (&mut b[0], "one")] {
        assert_eq!((record.title.as_str(), record.version), (title, 1));
        let log = Log::attach(conn);
        record.save_concurrent(conn).unwrap();
        assert_eq!(written(&log), ["version", "title", "body", "views"]);
        assert_eq!(article(record.id, conn), **record);
    }
}

/// A merge has its own error type, which the closures of transactions take.
#[test]
fn a_merge_fails_a_transaction_with_its_own_error() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    a.title = "a's".to_owned();
    a.save_concurrent(conn).unwrap();
    b.title = "b's".to_owned();
    let before = b.clone();
    let error = retry_on_conflict(conn, &RetryPolicy::default(), |conn| b.save_merging(conn)).unwrap_err();
    assert!(matches!(&error, MergeError::Fields { fields, .. } if fields == &["title"]), "{error:?}");
    assert!(!error.is_retryable());
    assert_eq!(b, before);
    assert!(
        MergeError::<Article>::from(ConcurrencyError::from(diesel::result::Error::NotFound))
            .to_string()
            .contains("not found")
    );
}

/// The row that is merged with is the committed one, not that of the transaction's snapshot; an engine that knows only the snapshot
/// says that the transaction must start again.
#[test]
fn a_merge_inside_a_transaction_sees_what_is_committed_or_starts_again() {
    let ((database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    let mut other = database.connect();
    other.batch_execute(engine::SHORT_LOCK_TIMEOUT).unwrap();
    let result = transaction_concurrent(conn, &mut b, |conn, b| {
        article(1, conn);
        a.title = "a's".to_owned();
        if let Err(error) = a.save_concurrent(&mut other) {
            // SQLite lets one transaction write at a time.
            assert!(error.is_retryable(), "{error:?}");
            return Ok(false);
        }
        b.views = 7;
        b.save_merging(conn)?;
        Ok::<_, MergeError<Article>>(true)
    });
    let (title, views, version) = match result {
        Ok(true) => ("a's", 7, 3),
        Ok(false) => ("first", 0, 1),
        Err(error) => {
            assert!(error.is_retryable(), "{error:?}");
            ("a's", 0, 2)
        }
    };
    let row = Article { id: 1, title: title.to_owned(), body: Some("text".to_owned()), views, version };
    assert_eq!(article(1, conn), row);
    b.save_merging(conn).unwrap();
    assert_eq!(*b, article(1, conn));
}
