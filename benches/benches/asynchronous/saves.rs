//! Saves of many rows in one transaction: ours and by hand, one after the other and all at once.

use std::time::{Duration, Instant};

use concurrency_benches::record::{Article, articles};
use concurrency_benches::spread::Spread;
use concurrency_diesel::asynchronous::prelude::*;
use diesel::result::Error;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::future::try_join_all;

use crate::postgres::{Amount, Server};

/// A way to save each record once.
#[derive(Clone, Copy)]
enum Way {
    InSequence,
    ByHandInSequence,
    AtOnce,
    ByHandAtOnce,
    InBulk,
}

impl Way {
    async fn save(self, records: &mut [Article], conn: &mut AsyncPgConnection) -> Result<(), ConcurrencyError> {
        match self {
            Self::InSequence => {
                for record in records {
                    record.save_concurrent(conn).await?;
                }
            }
            Self::ByHandInSequence => {
                for record in records {
                    save_by_hand(record, &mut &*conn).await?;
                }
            }
            Self::AtOnce => {
                let shared = &*conn;
                try_join_all(records.iter_mut().map(async |record| record.save_concurrent(&mut &*shared).await))
                    .await?;
            }
            Self::ByHandAtOnce => {
                let shared = &*conn;
                try_join_all(records.iter_mut().map(async |record| save_by_hand(record, &mut &*shared).await)).await?;
            }
            Self::InBulk => records.save_all_concurrent(conn).await.unwrap(),
        }
        Ok(())
    }
}

async fn save_by_hand(record: &mut Article, conn: &mut &AsyncPgConnection) -> Result<(), Error> {
    let next = record.version + 1;
    let row = articles::table.filter(articles::id.eq(record.id)).filter(articles::version.eq(record.version));
    let rows = diesel::update(row)
        .set((
            articles::title.eq(&record.title),
            articles::body.eq(&record.body),
            articles::views.eq(record.views),
            articles::version.eq(next),
        ))
        .execute(conn)
        .await?;
    assert_eq!(rows, 1);
    record.version = next;
    Ok(())
}

pub(super) async fn measure(server: &Server, amount: Amount) {
    println!("| saves in one transaction | saves | times as fast, median of {} rounds (quartiles) |", amount.rounds);
    println!("|---|---|---|");
    let pairs = [
        ("ours against hand-written", 2_000, Way::InSequence, Way::ByHandInSequence),
        ("ours at once against in sequence", 1_000, Way::AtOnce, Way::InSequence),
        ("at once, ours against hand-written", 1_000, Way::AtOnce, Way::ByHandAtOnce),
        ("in bulk, ours against hand-written in sequence", 1_000, Way::InBulk, Way::ByHandInSequence),
    ];
    for (name, count, way, other) in pairs {
        let count = amount.of(count, 20);
        let ratio = ratio(way, other, count, server, amount.rounds).await;
        println!("| {name} | {count} | {ratio} |");
    }
}

/// The factor by which the first way is faster.
async fn ratio(way: Way, other: Way, count: i64, server: &Server, rounds: usize) -> Spread {
    let (mut conn, mut records) = server.table(count).await;
    let mut ratios = Vec::new();
    // The first round prepares statements and fills caches.
    for round in 0..=rounds {
        let mut times = [Duration::ZERO; 2];
        for turn in 0..2 {
            let index = (round + turn) % 2;
            times[index] = time([way, other][index], &mut records, &mut conn).await;
        }
        if round > 0 {
            ratios.push(times[1].as_secs_f64() / times[0].as_secs_f64());
        }
    }
    Spread::of(ratios.into_iter())
}

async fn time(way: Way, records: &mut [Article], conn: &mut AsyncPgConnection) -> Duration {
    records.iter_mut().for_each(Article::edit);
    let versions: Vec<i64> = records.iter().map(|record| record.version + 1).collect();
    conn.batch_execute("VACUUM articles").await.unwrap();
    let start = Instant::now();
    conn.transaction(async |conn| way.save(records, conn).await).await.unwrap();
    let time = start.elapsed();
    assert!(records.iter().map(|record| record.version).eq(versions), "a version did not move by one");
    let rows: Vec<Article> = articles::table.order(articles::id).select(Article::as_select()).load(conn).await.unwrap();
    assert_eq!(rows, records);
    time
}
