//! A server that does not answer in time: what a timeout leaves.

#[path = "proxy.rs"]
mod proxy;

use std::time::Duration;

use concurrency_diesel::Resolution;
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::asynchronous::transaction_concurrent;
use diesel_async::AsyncConnection as _;
use diesel_async::pooled_connection::PoolableConnection as _;
use tokio::time::timeout;

use super::awaited::fixtures::{article, with_articles};
use crate::AsyncConnection;
use crate::engine::Database;
use crate::library::run;
use crate::suite::models::Article;

const PATIENCE: Duration = Duration::from_millis(200);

#[test]
fn a_save_that_never_reached_the_server_is_saved_by_the_next_one() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let (url, held) = proxy::before(&database.url()).await;
        let conn = &mut AsyncConnection::establish(&url).await.unwrap();
        let row = article(1, conn).await;
        let mut tracked = Tracked::new(row.clone());
        tracked.title = "late".to_owned();
        held.hold_requests();
        timeout(PATIENCE, tracked.save_concurrent(conn)).await.unwrap_err();
        assert_eq!(*tracked, Article { title: "late".to_owned(), ..row.clone() });
        assert_eq!(article(1, observer).await, row);

        tracked.save_merging(observer).await.unwrap();
        assert_eq!(article(1, observer).await, Article { title: "late".to_owned(), version: 2, ..row });
    });
}

/// Only a tracked record remembers that its save was not answered.
#[test]
fn a_save_whose_reply_was_lost_is_a_conflict_with_itself() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let (url, held) = proxy::before(&database.url()).await;
        let conn = &mut AsyncConnection::establish(&url).await.unwrap();
        // Prepared, so that the save is one round trip.
        article(1, conn).await.save_concurrent(conn).await.unwrap();
        let row = article(1, conn).await;
        held.hold_replies();
        let mut plain = Article { title: "late".to_owned(), ..row.clone() };
        timeout(PATIENCE, plain.save_concurrent(conn)).await.unwrap_err();
        assert_eq!(plain, Article { title: "late".to_owned(), ..row.clone() });
        let written = Article { title: "late".to_owned(), version: 3, ..row.clone() };
        assert_eq!(article(1, observer).await, written);
        assert!(plain.save_concurrent(observer).await.unwrap_err().is_conflict());
        plain
            .save_resolving(observer, |conflict| {
                assert_eq!(conflict.theirs.as_ref(), Some(&written));
                Resolution::TakeTheirs
            })
            .await
            .unwrap();
        assert_eq!(plain, written);
    });
}

/// Article 1, whose second save was done without a reply; the first one prepared it, so that it is one round trip.
async fn saved_without_a_reply(database: &Database) -> Tracked<Article> {
    let (url, held) = proxy::before(&database.url()).await;
    let conn = &mut AsyncConnection::establish(&url).await.unwrap();
    let mut tracked = Tracked::new(article(1, conn).await);
    tracked.title = "on time".to_owned();
    tracked.save_concurrent(conn).await.unwrap();
    tracked.title = "late".to_owned();
    held.hold_replies();
    timeout(PATIENCE, tracked.save_concurrent(conn)).await.unwrap_err();
    tracked
}

#[test]
fn a_tracked_save_whose_reply_was_lost_is_resolved_without_a_question() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let mut tracked = saved_without_a_reply(database).await;
        assert_eq!((tracked.version, article(1, observer).await.version), (2, 3));

        tracked.save_resolving(observer, |_| unreachable!()).await.unwrap();
        assert_eq!((tracked.version, article(1, observer).await), (3, (*tracked).clone()));
    });
}

#[test]
fn a_tracked_save_whose_reply_was_lost_is_found_applied_and_not_written_again() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let mut tracked = saved_without_a_reply(database).await;
        assert_eq!(article(1, observer).await.version, 3);

        tracked.save_merging(observer).await.unwrap();
        assert_eq!(tracked.version, 3);
        assert_eq!(article(1, observer).await, *tracked);
    });
}

#[test]
fn a_transaction_that_is_not_answered_is_rolled_back_with_its_connection() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let (url, held) = proxy::before(&database.url()).await;
        let mut conn = AsyncConnection::establish(&url).await.unwrap();
        let row = article(1, &mut conn).await;
        let mut record = row.clone();
        let work = transaction_concurrent(&mut conn, &mut record, async |conn, record| {
            record.save_concurrent(conn).await?;
            held.hold_replies();
            record.touch_concurrent(conn).await
        });
        timeout(PATIENCE, work).await.unwrap_err();
        assert_eq!(record, row);
        assert!(conn.is_broken());
        drop(conn);
        // The row's lock ends with the connection.
        record.title = "after all".to_owned();
        timeout(Duration::from_secs(20), record.save_concurrent(observer)).await.unwrap().unwrap();
        assert_eq!(article(1, observer).await, record);
    });
}
