//! The measurement, if there is PostgreSQL.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use concurrency_benches::arguments::Arguments;
use concurrency_benches::record::{Article, articles};
use concurrency_benches::rows;
use concurrency_diesel::prelude::*;
use concurrency_diesel::{RetryPolicy, retry_on_conflict};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

const THREADS: usize = 16;

/// Loads article 1, edits it and saves it. Returns the number of attempts.
type Work = fn(&mut PgConnection) -> u32;

/// Ours, and the contenders that wait in line: by hand, and with our save, which is the faster one.
const CONTENDERS: [(&str, Work); 3] =
    [("retry_on_conflict", retrying), ("FOR UPDATE by hand", locking_by_hand), ("FOR UPDATE, then our save", locking)];

fn retrying(connection: &mut PgConnection) -> u32 {
    let mut attempts = 0;
    let saved = retry_on_conflict(connection, &RetryPolicy::default().max_attempts(1_000), |connection| {
        attempts += 1;
        let mut article: Article = articles::table.find(1).select(Article::as_select()).first(connection)?;
        article.edit();
        article.save_concurrent(connection)
    });
    saved.unwrap();
    attempts
}

fn locking(connection: &mut PgConnection) -> u32 {
    let saved = connection.transaction(|connection| {
        let mut article: Article =
            articles::table.find(1).select(Article::as_select()).for_update().first(connection)?;
        article.edit();
        article.save_concurrent(connection)
    });
    saved.unwrap();
    1
}

fn locking_by_hand(connection: &mut PgConnection) -> u32 {
    let saved = connection.transaction(|connection| {
        let mut article: Article =
            articles::table.find(1).select(Article::as_select()).for_update().first(connection)?;
        article.edit();
        article.version += 1;
        diesel::update(articles::table.find(1)).set(&article).execute(connection)
    });
    assert_eq!(saved, Ok(1));
    1
}

pub(super) fn main() {
    let Ok(url) = std::env::var("PG_URL") else {
        println!("NOT MEASURED: PG_URL names no server");
        return;
    };
    let (saves, rounds) = if Arguments::read().is_measured { (100, rounds()) } else { (2, 1) };
    let schema = format!("concurrency_bench_hot_row_{}", std::process::id());
    let mut observer = connect(&url);
    observer.batch_execute(&format!("CREATE SCHEMA {schema}; SET search_path TO {schema}")).unwrap();
    for sql in rows::create_and_insert("BIGINT", &rows::records(1)) {
        observer.batch_execute(&sql).unwrap();
    }

    let mut connections: Vec<PgConnection> = (0..THREADS).map(|_| connect(&url)).collect();
    for connection in &mut connections {
        connection.batch_execute(&format!("SET search_path TO {schema}")).unwrap();
    }
    let mut measured = CONTENDERS.map(|_| Vec::new());
    // The first round prepares statements and fills caches.
    for round in 0..=rounds {
        for turn in 0..CONTENDERS.len() {
            let index = (round + turn) % CONTENDERS.len();
            let result = measure(CONTENDERS[index].1, saves, &mut connections, &mut observer);
            if round > 0 {
                measured[index].push(result);
            }
        }
    }
    observer.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
    print(&measured, saves, rounds);
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").map_or(21, |rounds| rounds.parse().unwrap())
}

/// One round of one contender.
struct Round {
    time: Duration,
    attempts: u32,
}

fn measure(work: Work, saves: u32, connections: &mut [PgConnection], observer: &mut PgConnection) -> Round {
    observer.batch_execute("VACUUM articles").unwrap();
    let row = |observer: &mut PgConnection| -> (i32, i64) {
        articles::table.find(1).select((articles::views, articles::version)).first(observer).unwrap()
    };
    let (views, version) = row(observer);
    let attempts = AtomicU32::new(0);
    let start = Barrier::new(connections.len() + 1);
    let begun = thread::scope(|scope| {
        for connection in &mut *connections {
            scope.spawn(|| {
                start.wait();
                for _ in 0..saves {
                    attempts.fetch_add(work(connection), Ordering::Relaxed);
                }
            });
        }
        start.wait();
        Instant::now()
    });
    let time = begun.elapsed();
    let successes = i32::try_from(THREADS).unwrap() * i32::try_from(saves).unwrap();
    assert_eq!(row(observer), (views + successes, version + i64::from(successes)), "an update was lost");
    Round { time, attempts: attempts.into_inner() }
}

fn print(measured: &[Vec<Round>; 3], saves: u32, rounds: usize) {
    let successes = THREADS as f64 * f64::from(saves);
    println!(
        "| one row, {THREADS} threads, {saves} saves each, median of {rounds} rounds | lost | retries per success | saves per second | throughput of ours against it |"
    );
    println!("|---|---|---|---|---|");
    for ((name, _), times) in CONTENDERS.iter().zip(measured) {
        let retries = median(times.iter().map(|round| f64::from(round.attempts) / successes - 1.0));
        let rate = median(times.iter().map(|round| successes / round.time.as_secs_f64()));
        let pairs = times.iter().zip(&measured[0]);
        let ratio = median(pairs.map(|(other, ours)| other.time.as_secs_f64() / ours.time.as_secs_f64()));
        println!("| {name} | 0 | {retries:.2} | {rate:.0} | {ratio:.2} |");
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
