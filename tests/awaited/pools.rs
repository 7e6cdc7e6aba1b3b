//! Saves on connections of the pools that diesel-async knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use concurrency_diesel::asynchronous::prelude::*;
use diesel::IntoSql as _;
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _};
use diesel::result::Error::BrokenTransactionManager;
use diesel::sql_types::BigInt;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection as _, RunQueryDsl as _};
use futures_util::FutureExt as _;

use super::dropped::poll_times;
use super::fixtures::{article, connect, with_articles};
use crate::AsyncConnection;
use crate::engine::Database;
use crate::library::run;
use crate::suite::models::articles;

/// Makes connections as the engine of the suite does.
fn manager(database: &Arc<Database>) -> AsyncDieselConnectionManager<AsyncConnection> {
    manager_with(RecyclingMethod::Verified, database)
}

fn manager_with(
    method: RecyclingMethod<AsyncConnection>,
    database: &Arc<Database>,
) -> AsyncDieselConnectionManager<AsyncConnection> {
    let database = Arc::clone(database);
    let mut config = ManagerConfig::default();
    config.recycling_method = method;
    config.custom_setup = Box::new(move |_url| {
        let database = Arc::clone(&database);
        // Connecting blocks, which the threads of tasks must not do.
        let connecting = tokio::task::spawn_blocking(move || connect(&database));
        async move { Ok(connecting.await.unwrap()) }.boxed()
    });
    AsyncDieselConnectionManager::new_with_config("", config)
}

/// Sends each connection its own query, as the page of `asynchronous` shows.
fn asking() -> RecyclingMethod<AsyncConnection> {
    static QUESTION: AtomicI64 = AtomicI64::new(0);
    RecyclingMethod::CustomFunction(Box::new(|conn| {
        async move {
            let question = QUESTION.fetch_add(1, Ordering::Relaxed);
            let answer: i64 = diesel::select(question.into_sql::<BigInt>()).get_result(conn).await?;
            if answer == question { Ok(()) } else { Err(BrokenTransactionManager) }
        }
        .boxed()
    }))
}

/// A plain statement of Diesel's is dropped at every await point in turn, kept prepared and not, and its connection goes back to the pool.
#[test]
fn a_pool_that_asks_hands_on_no_connection_whose_next_answer_is_anothers() {
    let (database, observer) = &mut with_articles(2);
    run(async {
        for (is_select, is_prepared) in [(false, false), (false, true), (true, false), (true, true)] {
            for times in 0.. {
                let manager = manager_with(asking(), database);
                let pool =
                    diesel_async::pooled_connection::deadpool::Pool::builder(manager).max_size(1).build().unwrap();
                let stale = article(2, observer).await;
                stale.clone().save_concurrent(observer).await.unwrap();

                let mut pooled = pool.get().await.unwrap();
                if is_prepared {
                    // The statement of the save that follows, and the one that is dropped.
                    stale.clone().save_concurrent(&mut pooled).await.unwrap_err();
                    articles::table.find(1).select(articles::views).first::<i32>(&mut pooled).await.unwrap();
                }
                let ended = if is_select {
                    let select = articles::table.find(1).select(articles::views).first::<i32>(&mut pooled);
                    poll_times(select, times).await.is_some()
                } else {
                    let update = diesel::update(articles::table.find(1)).set(articles::views.eq(7));
                    poll_times(update.execute(&mut pooled), times).await.is_some()
                };
                drop(pooled);

                let mut pooled = pool.get().await.unwrap();
                let mut saved = stale.clone();
                match saved.save_concurrent(&mut pooled).await {
                    Err(ConcurrencyError::RecordModified(error)) => assert_eq!(error.key, "id 2"),
                    other => panic!("after {times} polls: {other:?}"),
                }
                assert_eq!(saved, stale);
                if ended {
                    break;
                }
            }
        }
    });
}

/// Saves in a task, alone and in a transaction, on what this pool gives.
macro_rules! assert_saves {
    ($pool:ident, $conn:ident) => {
        let task = tokio::spawn(async move {
            let mut pooled = $pool.get().await.unwrap();
            let mut record = article(1, &mut pooled).await;
            record.save_concurrent(&mut pooled).await.unwrap();
            let stale = record.clone();
            record.touch_concurrent(&mut *pooled).await.unwrap();
            let refused = pooled.transaction(async |conn| stale.clone().save_concurrent(conn).await).await;
            assert!(refused.unwrap_err().is_conflict());
            pooled.transaction(async |conn| record.save_concurrent(conn).await).await.unwrap();
            record
        });
        let record = task.await.unwrap();
        assert_eq!(record.version, 4);
        assert_eq!(article(1, $conn).await, record);
    };
}

#[test]
fn saves_through_deadpool() {
    let (database, conn) = &mut with_articles(1);
    run(async {
        let pool =
            diesel_async::pooled_connection::deadpool::Pool::builder(manager(database)).max_size(2).build().unwrap();
        assert_saves!(pool, conn);
    });
}

#[test]
fn saves_through_bb8() {
    let (database, conn) = &mut with_articles(1);
    run(async {
        let pool =
            diesel_async::pooled_connection::bb8::Pool::builder().max_size(2).build(manager(database)).await.unwrap();
        assert_saves!(pool, conn);
    });
}

#[test]
fn saves_through_mobc() {
    let (database, conn) = &mut with_articles(1);
    run(async {
        let pool = diesel_async::pooled_connection::mobc::Pool::new(manager(database));
        assert_saves!(pool, conn);
    });
}
