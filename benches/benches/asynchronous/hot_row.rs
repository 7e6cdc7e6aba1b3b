//! Many tasks that want one row, through few connections. No update may be lost, and no task may wait forever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use concurrency_benches::record::{Article, articles};
use concurrency_diesel::RetryPolicy;
use concurrency_diesel::asynchronous::{prelude::*, retry_on_conflict};
use diesel::{QueryDsl as _, SelectableHelper as _};
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};

use crate::postgres::{Amount, Server};

const TASKS: u32 = 64;
const CONNECTIONS: usize = 16;
/// Much longer than any of them takes.
const FOREVER: Duration = Duration::from_secs(120);

pub(super) async fn measure(server: &Server, amount: Amount) {
    let saves = amount.of(10_u32, 1);
    let (mut observer, records) = server.table(1).await;
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(server.url.clone());
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build().unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let start = Instant::now();
    let tasks = (0..TASKS).map(|_| tokio::spawn(task(pool.clone(), Arc::clone(&attempts), saves)));
    let mut slowest = Duration::ZERO;
    for task in tasks.collect::<Vec<_>>() {
        // Fails if the task has not ended.
        let ended = tokio::time::timeout(FOREVER, task).await.unwrap();
        slowest = slowest.max(ended.unwrap());
    }
    let time = start.elapsed();

    let successes = TASKS * saves;
    let row: Article = articles::table.find(1).select(Article::as_select()).first(&mut observer).await.unwrap();
    let moved = (row.views - records[0].views, row.version - records[0].version);
    assert_eq!(moved, (i32::try_from(successes).unwrap(), i64::from(successes)), "an update was lost");
    let retries = f64::from(AtomicU32::load(&attempts, Ordering::Relaxed)) / f64::from(successes) - 1.0;
    let rate = f64::from(successes) / time.as_secs_f64();
    println!(
        "\n| one row, {TASKS} tasks, {CONNECTIONS} connections, {saves} saves each | lost | retries per success | saves per second | slowest task |"
    );
    println!("|---|---|---|---|---|");
    println!("| retry_on_conflict | 0 | {retries:.2} | {rate:.0} | {} ms |", slowest.as_millis());
}

/// Edits the row this many times, and returns the time.
async fn task(pool: Pool<AsyncPgConnection>, attempts: Arc<AtomicU32>, saves: u32) -> Duration {
    let policy = RetryPolicy::default().max_attempts(1_000);
    let start = Instant::now();
    for _ in 0..saves {
        let mut conn = pool.get().await.unwrap();
        let saved = retry_on_conflict(&mut *conn, &policy, async |conn| {
            attempts.fetch_add(1, Ordering::Relaxed);
            let mut article: Article = articles::table.find(1).select(Article::as_select()).first(conn).await?;
            article.edit();
            article.save_concurrent(conn).await
        });
        saved.await.unwrap();
    }
    start.elapsed()
}
