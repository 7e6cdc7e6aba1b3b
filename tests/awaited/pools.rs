//! Saves on connections of the pools that diesel-async knows.

use std::sync::Arc;

use concurrency_diesel::asynchronous::prelude::*;
use diesel_async::AsyncConnection as _;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use futures_util::FutureExt as _;

use super::fixtures::{article, connect, with_articles};
use crate::AsyncConnection;
use crate::engine::Database;
use crate::library::run;

/// Makes connections as the engine of the suite does.
fn manager(database: &Arc<Database>) -> AsyncDieselConnectionManager<AsyncConnection> {
    let database = Arc::clone(database);
    let mut config = ManagerConfig::default();
    config.custom_setup = Box::new(move |_url| {
        let database = Arc::clone(&database);
        // To connect waits, which the threads of tasks must not.
        let connecting = tokio::task::spawn_blocking(move || connect(&database));
        async move { Ok(connecting.await.unwrap()) }.boxed()
    });
    AsyncDieselConnectionManager::new_with_config("", config)
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
