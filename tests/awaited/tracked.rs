//! Tracked records whose saves are awaited: what is sent, how two people's edits are joined, and what is refused.
//! The rest of what they do does not await, and is tested by the suite.

use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::{MergeError, VersionValue};

use super::fixtures::article;
use crate::AsyncConnection;
use crate::engine::Database;
use crate::library::run;
use crate::suite::fixtures::with_article;
use crate::suite::models::Article;
use crate::suite::statements::Log;
use crate::suite::tracked::written;

/// A database of the test's own with article 1 at version 1, and what is sent to it.
fn with_log() -> (Database, AsyncConnection, Log) {
    let (database, mut connection) = with_article();
    let log = Log::attach(&mut connection);
    (database, connection.into_inner(), log)
}

/// Article 1 as two people load it.
async fn two_tracked(conn: &mut AsyncConnection, log: &Log) -> (Tracked<Article>, Tracked<Article>) {
    let row = article(1, conn).await;
    log.take_sent();
    (Tracked::new(row.clone()), Tracked::new(row))
}

#[test]
fn a_save_writes_what_changed_and_nothing_else() {
    let (_database, conn, log) = &mut with_log();
    run(async {
        let (mut tracked, _) = two_tracked(conn, log).await;
        tracked.title = "second".to_owned();
        tracked.body = None;
        tracked.save_concurrent(conn).await.unwrap();
        assert_eq!(written(log), ["version", "title", "body"]);
        let row = Article { id: 1, title: "second".to_owned(), body: None, views: 0, version: 2 };
        assert_eq!((&*tracked, tracked.base()), (&row, &row));
        assert_eq!(article(1, conn).await, row);
    });
}

#[test]
fn nothing_changed_sends_nothing() {
    let (_database, conn, log) = &mut with_log();
    run(async {
        let (mut tracked, _) = two_tracked(conn, log).await;
        tracked.save_concurrent(conn).await.unwrap();
        tracked.save_merging(conn).await.unwrap();
        assert_eq!(log.take_sent(), [""; 0]);
        assert_eq!((tracked.version, article(1, conn).await.version), (1, 1));
    });
}

#[test]
fn a_stale_save_is_refused_and_the_record_stays() {
    let (_database, conn, log) = &mut with_log();
    run(async {
        let (mut mine, mut theirs) = two_tracked(conn, log).await;
        theirs.views = 7;
        theirs.save_concurrent(conn).await.unwrap();
        mine.title = "mine".to_owned();
        let before = mine.clone();
        match mine.save_concurrent(conn).await {
            Err(ConcurrencyError::RecordModified(error)) => {
                assert_eq!((error.expected, error.found), (VersionValue::from(1_i64), VersionValue::from(2_i64)));
            }
            other => panic!("not RecordModified: {other:?}"),
        }
        assert_eq!(mine, before);
        assert_eq!(article(1, conn).await, *theirs);
    });
}

#[test]
fn edits_of_different_fields_are_joined() {
    let (_database, conn, log) = &mut with_log();
    run(async {
        let (mut mine, mut theirs) = two_tracked(conn, log).await;
        theirs.title = "theirs".to_owned();
        theirs.save_merging(conn).await.unwrap();
        mine.views = 7;
        mine.body = None;
        log.take_sent();
        mine.save_merging(conn).await.unwrap();
        let sent = log.take_sent();
        assert_eq!(sent.len(), 4, "the refused save, the read that explains it, the row, the save: {sent:#?}");
        let row = Article { id: 1, title: "theirs".to_owned(), body: None, views: 7, version: 3 };
        assert_eq!((&*mine, mine.base()), (&row, &row));
        assert_eq!(article(1, conn).await, row);
    });
}

#[test]
fn a_field_that_both_changed_is_named_and_nothing_is_written() {
    let (_database, conn, log) = &mut with_log();
    run(async {
        let (mut mine, mut theirs) = two_tracked(conn, log).await;
        theirs.title = "theirs".to_owned();
        theirs.save_concurrent(conn).await.unwrap();
        mine.title = "mine".to_owned();
        mine.views = 7;
        let before = mine.clone();
        match mine.save_merging(conn).await {
            Err(MergeError::Fields { fields, base, mine, theirs: found }) => {
                assert_eq!(fields, ["title"]);
                assert_eq!((&base, &mine, &found), (before.base(), &*before, &*theirs));
            }
            other => panic!("not Fields: {other:?}"),
        }
        assert_eq!(mine, before);
        assert_eq!(article(1, conn).await, *theirs);

        // The answer: mine.
        mine.rebase(theirs.into_inner());
        mine.save_merging(conn).await.unwrap();
        let row = article(1, conn).await;
        assert_eq!((row.title.as_str(), row.views, row.version), ("mine", 7, 3));
        assert_eq!(*mine, row);
    });
}
