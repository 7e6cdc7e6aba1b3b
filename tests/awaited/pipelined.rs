//! Saves that are sent through a shared connection before the earlier ones are answered.

use std::time::Duration;

use concurrency_diesel::asynchronous::prelude::*;
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::{join_all, try_join_all};
use tokio::time::timeout;

use super::awaited::fixtures::{article, connect, with_articles};
use crate::library::run;

#[test]
fn many_saves_share_one_connection() {
    let (_database, conn) = &mut with_articles(50);
    run(async {
        let mut records = Vec::new();
        for id in 1..=50 {
            records.push(article(id, conn).await);
        }
        let shared = &*conn;
        try_join_all(records.iter_mut().map(async |record| record.save_concurrent(&mut &*shared).await)).await.unwrap();
        for record in &records {
            assert_eq!(record.version, 2);
            assert_eq!(article(record.id, conn).await, *record);
        }
    });
}

/// Each answer finds its own save.
#[test]
fn of_many_saves_just_the_stale_ones_are_refused() {
    let (_database, conn) = &mut with_articles(50);
    run(async {
        let mut records = Vec::new();
        for id in 1..=50 {
            records.push(article(id, conn).await);
        }
        for record in records.iter().filter(|record| record.id % 7 == 0) {
            record.clone().save_concurrent(conn).await.unwrap();
        }
        let shared = &*conn;
        let saved = join_all(records.iter_mut().map(async |record| record.save_concurrent(&mut &*shared).await)).await;
        for (record, saved) in records.iter().zip(saved) {
            let is_stale = record.id % 7 == 0;
            assert_eq!(saved.is_err_and(|error| error.is_conflict()), is_stale);
            assert_eq!((record.version, article(record.id, conn).await.version), (if is_stale { 1 } else { 2 }, 2));
        }
    });
}

#[test]
fn saves_in_tasks_share_one_connection() {
    let (_database, conn) = with_articles(8);
    run(async {
        let conn = std::sync::Arc::new(conn);
        let tasks = (1..=8).map(|id| {
            let conn = std::sync::Arc::clone(&conn);
            tokio::spawn(async move {
                use diesel::prelude::{QueryDsl as _, SelectableHelper as _};
                use diesel_async::RunQueryDsl as _;

                use crate::suite::models::{Article, articles};

                let row = articles::table.find(id).select(Article::as_select());
                let mut record: Article = row.first(&mut &*conn).await.unwrap();
                record.save_concurrent(&mut &*conn).await.unwrap();
                record.version
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            assert_eq!(task.await.unwrap(), 2);
        }
    });
}

/// A connection that is shared cannot see that it is marked as broken: what is saved on it is saved outside of the transaction
/// that was dropped.
#[test]
fn a_save_on_a_shared_connection_after_a_dropped_batch_is_committed() {
    let (database, observer) = &mut with_articles(3);
    run(async {
        let mut conn = connect(database);
        let mut batch = [article(1, &mut conn).await, article(2, &mut conn).await];
        let holder = &mut connect(database);
        holder.batch_execute("BEGIN; UPDATE articles SET views = 1 WHERE id = 1").await.unwrap();
        let dropped = timeout(Duration::from_millis(200), batch.save_all_concurrent(&mut conn)).await;
        assert!(dropped.is_err(), "{dropped:?}");
        holder.batch_execute("ROLLBACK").await.unwrap();

        let mut record = article(3, observer).await;
        record.save_concurrent(&mut &conn).await.unwrap();
        assert_eq!(article(3, observer).await, record);
        assert_eq!([article(1, observer).await.version, article(2, observer).await.version], [1, 1]);
        batch[0].save_concurrent(observer).await.unwrap();
    });
}
