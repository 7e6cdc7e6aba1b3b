//! Real threads that retry: nothing is lost, and all of them succeed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use crate::library::prelude::*;
use crate::library::{RetryPolicy, retry_on_conflict};
use diesel::RunQueryDsl as _;
use diesel::r2d2::{ConnectionManager, Pool};

use super::super::fixtures::{article, insert_article, with_article};
use super::super::models::articles;
use super::super::threads::spawn;
use super::{increment, load};
use crate::engine::{TestConnection, settings};

const THREADS: usize = 8;

/// Lets every thread do `share` times the work, and returns all results.
fn race<T, C, W>(connect: impl Fn() -> C, share: usize, work: W) -> Vec<T>
where
    T: Send + 'static,
    C: Send + 'static,
    W: Fn(usize, &mut C) -> T + Send + Sync + 'static,
{
    let (work, start) = (Arc::new(work), Arc::new(Barrier::new(THREADS)));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let mut connection = connect();
            let (work, start) = (Arc::clone(&work), Arc::clone(&start));
            spawn(move || {
                start.wait();
                (0..share).map(|_| work(number, &mut connection)).collect::<Vec<_>>()
            })
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join()).collect()
}

/// Each success has moved the version once, and no two report the same.
#[track_caller]
fn assert_all_there(mut versions: Vec<i64>, conn: &mut TestConnection) {
    versions.sort_unstable();
    assert_eq!(versions, (2..).take(versions.len()).collect::<Vec<i64>>());
    let row = article(1, conn);
    assert_eq!(usize::try_from(row.views).unwrap(), versions.len());
    assert_eq!(row.version, versions.last().unwrap().to_owned());
}

#[test]
fn eight_threads_times_fifty_increments_are_four_hundred() {
    let (database, conn) = &mut with_article();
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let versions = race(
        || database.connect(),
        50,
        move |_, conn| {
            let saved = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
                counted.fetch_add(1, Ordering::Relaxed);
                increment(conn)
            });
            saved.unwrap().version
        },
    );
    assert_eq!(versions.len(), 400);
    assert_all_there(versions, conn);
    assert!(attempts.load(Ordering::Relaxed) >= 400);
}

/// On SQLite these connections do not wait for each other: they are refused at BEGIN, and try again.
#[test]
fn pooled_connections_lose_nothing_either() {
    let (database, conn) = &mut with_article();
    let manager = ConnectionManager::<TestConnection>::new(database.url());
    let pool = Pool::builder().max_size(3).build(manager).unwrap();
    let versions = race(
        || pool.clone(),
        10,
        |_, pool| {
            let policy = RetryPolicy::default().max_attempts(1_000);
            retry_on_conflict(&mut pool.get().unwrap(), &policy, |conn| increment(conn)).unwrap().version
        },
    );
    assert_eq!(versions.len(), 80);
    assert_all_there(versions, conn);
}

#[test]
fn at_every_isolation_level_everybody_gets_through() {
    let (database, conn) = &mut with_article();
    for setting in settings(conn) {
        diesel::delete(articles::table).execute(conn).unwrap();
        insert_article(1, 1, conn);
        setting.apply(conn);
        let versions = race(
            || setting.connect(database),
            5,
            |_, conn| {
                let policy = RetryPolicy::default().max_attempts(1_000);
                retry_on_conflict(conn, &policy, increment).unwrap().version
            },
        );
        assert_eq!(versions.len(), 40, "{}", setting.name);
        assert_all_there(versions, conn);
    }
}

#[test]
fn transactions_that_cross_each_other_all_get_through() {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let successes = race(
        || database.connect(),
        10,
        |number, conn| {
            let ids = if number % 2 == 0 { [1, 2] } else { [2, 1] };
            let policy = RetryPolicy::default().max_attempts(1_000);
            let moved = retry_on_conflict(conn, &policy, |conn| {
                for id in ids {
                    let mut record = load(id, conn)?;
                    record.views += 1;
                    record.save_concurrent(conn)?;
                }
                Ok::<_, ConcurrencyError>(())
            });
            moved.unwrap();
        },
    );
    assert_eq!(successes.len(), 80);
    for id in [1, 2] {
        let row = article(id, conn);
        assert_eq!((row.views, row.version), (80, 81));
    }
}
