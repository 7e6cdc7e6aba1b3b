//! Places where a save can be awaited: in transactions, in tasks on other threads, in generic code, among other
//! futures.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use concurrency_diesel::ConcurrencyBackend;
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::asynchronous::{ConcurrentOn, LoadableOn, transaction_concurrent};
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::{AsyncConnection, RunQueryDsl as _};
use futures_util::future::BoxFuture;

use super::fixtures::{article, connect, with_articles};
use crate::library::run;
use crate::suite::core::assert_modified;
use crate::suite::models::{Article, articles};

#[test]
fn saves_are_awaited_in_a_transaction_and_in_a_savepoint() {
    let (_database, conn) = &mut with_articles(2);
    run(async {
        let (mut first, mut second) = (article(1, conn).await, article(2, conn).await);
        let stale = first.clone();
        let refused = conn
            .transaction(async |conn| {
                first.save_concurrent(conn).await?;
                let refused = conn.transaction(async |conn| {
                    second.save_concurrent(conn).await?;
                    stale.clone().save_concurrent(conn).await
                });
                let refused = refused.await.unwrap_err();
                first.touch_concurrent(conn).await?;
                Ok::<_, ConcurrencyError>(refused)
            })
            .await
            .unwrap();
        assert_modified(&refused, 1, 2);
        assert_eq!((first.version, article(1, conn).await.version), (3, 3));
        // The savepoint was rolled back, and Diesel's transaction knows no records.
        assert_eq!((second.version, article(2, conn).await.version), (2, 1));
    });
}

/// Every method, in one transaction, in its own task: all their futures are `Send` and fit into the closure.
#[test]
fn every_method_is_awaited_in_a_transaction_in_a_task() {
    let (database, conn) = &mut with_articles(2);
    let mut other = connect(database);
    run(async {
        let task = tokio::spawn(async move {
            let mut record = article(1, &mut other).await;
            let gone = article(2, &mut other).await;
            other
                .transaction(async |conn| {
                    record.save_concurrent(conn).await?;
                    record.save_unchecked(conn).await?;
                    record.save_without_increment(conn).await?;
                    record.touch_concurrent(conn).await?;
                    record.check_concurrent(conn).await?;
                    record.lock_concurrent(conn).await?;
                    assert!(!record.is_changed(conn).await?);
                    let version = record.update_concurrent(articles::views.eq(articles::views + 1), conn).await?;
                    assert_eq!(record.at_version(version, conn).await?.map(|record| record.views), Some(1));
                    assert_eq!(record.current(conn).await?.map(|record| record.version), Some(version));
                    record.reload_concurrent(conn).await?;
                    gone.delete_concurrent(conn).await?;
                    assert!(!gone.delete_if_exists(conn).await?);
                    Ok::<_, ConcurrencyError>(record)
                })
                .await
        });
        let record = task.await.unwrap().unwrap();
        assert_eq!((record.version, record.views), (5, 1));
        assert_eq!(article(1, conn).await, record);
    });
}

#[test]
fn a_boxed_future_goes_to_another_thread_with_its_record() {
    let (database, conn) = &mut with_articles(1);
    let mut other = connect(database);
    run(async {
        let mut record = article(1, conn).await;
        let saving: Pin<Box<dyn Future<Output = Result<Article, ConcurrencyError>> + Send>> = Box::pin(async move {
            record.save_concurrent(&mut other).await?;
            Ok(record)
        });
        let record = tokio::spawn(saving).await.unwrap().unwrap();
        assert_eq!(article(1, conn).await, record);
    });
}

/// With only the bounds, in a task: a generic transaction returns a boxed future, as `transaction_concurrent` does.
#[test]
fn generic_code_saves_any_record_on_any_connection() {
    fn save_anew<'a, T, C>(record: &'a mut T, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend> + LoadableOn<C>,
        T::Version: Clone,
    {
        transaction_concurrent(conn, record, async |conn, record| {
            record.reload_concurrent(conn).await?;
            record.save_concurrent(conn).await
        })
    }

    let (database, conn) = &mut with_articles(1);
    let mut other = connect(database);
    run(async {
        let mut stale = article(1, conn).await;
        article(1, conn).await.save_concurrent(conn).await.unwrap();
        let task = tokio::spawn(async move {
            save_anew(&mut stale, &mut other).await.unwrap();
            stale
        });
        let record = task.await.unwrap();
        assert_eq!(record.version, 3);
        assert_eq!(article(1, conn).await, record);
    });
}

/// The future of one save waits beside that of another, as `join!` and `select!` have it.
#[test]
fn saves_on_two_connections_are_awaited_together() {
    let (database, conn) = &mut with_articles(2);
    let other = &mut connect(database);
    run(async {
        let (mut first, mut second) = (article(1, conn).await, article(2, other).await);
        let (one, two) = tokio::join!(first.save_concurrent(conn), second.save_concurrent(other));
        one.unwrap();
        two.unwrap();
        tokio::select! {
            saved = first.save_concurrent(conn) => saved.unwrap(),
            () = std::future::pending() => unreachable!(),
        }
        assert_eq!(article(1, conn).await.version, 3);
        assert_eq!(article(2, conn).await.version, 2);
    });
}

/// A record behind a lock of the application's.
#[test]
fn a_record_behind_a_mutex_is_saved_by_tasks_in_turn() {
    let (database, conn) = &mut with_articles(1);
    run(async {
        let record = Arc::new(tokio::sync::Mutex::new(article(1, conn).await));
        let tasks = (0..4).map(|_| {
            let (mut conn, record) = (connect(database), Arc::clone(&record));
            tokio::spawn(async move { record.lock().await.save_concurrent(&mut conn).await })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        assert_eq!(record.lock().await.version, 5);
    });
}

/// A future that is never polled sends nothing.
#[test]
fn a_future_that_is_never_polled_sends_nothing() {
    let (_database, conn) = &mut with_articles(1);
    run(async {
        let mut record = article(1, conn).await;
        drop(record.save_concurrent(conn));
        assert_eq!(record.version, 1);
        assert_eq!(articles::table.select(Article::as_select()).load(conn).await.unwrap(), [record]);
    });
}
