//! Overlapping batches, saved at once: each row goes to one of them each time, nothing is lost, and nothing hangs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{Article, articles};
use super::super::threads::spawn;
use super::{rows, with_articles};
use crate::engine::TestConnection;

const THREADS: usize = 4;
const ROWS: usize = 60;

/// The rows of these numbers, in an order of the thread's own.
fn load(thread: usize, round: usize, conn: &mut TestConnection) -> Vec<Article> {
    let mut records = rows(conn);
    let count = records.len();
    records.rotate_left((thread * 17 + round * 5) % count);
    if thread % 2 == 1 {
        records.reverse();
    }
    records.truncate(count * 2 / 3);
    records
}

/// Lets every thread do this many rounds, and returns the number of steps that each row's version must have advanced.
fn race<W>(rounds: usize, write: W) -> (Vec<usize>, Vec<Article>)
where
    W: Fn(&mut [Article], &mut TestConnection, &dyn Fn(i64)) -> bool + Send + Sync + 'static,
{
    let (database, conn) = &mut with_articles(i64::try_from(ROWS).unwrap());
    let write = Arc::new(write);
    let start = Arc::new(Barrier::new(THREADS));
    let successes: Arc<Vec<AtomicUsize>> = Arc::new((0..ROWS).map(|_| AtomicUsize::new(0)).collect());
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let mut conn = database.connect();
            let (write, start, successes) = (Arc::clone(&write), Arc::clone(&start), Arc::clone(&successes));
            spawn(move || {
                start.wait();
                let mut done = 0;
                let mut attempts = 0;
                while done < rounds {
                    attempts += 1;
                    let mut records = load(thread, attempts, &mut conn);
                    records.iter_mut().for_each(|record| record.views += 1);
                    let succeeded = |id: i64| {
                        successes[usize::try_from(id - 1).unwrap()].fetch_add(1, Ordering::Relaxed);
                    };
                    if write(&mut records, &mut conn, &succeeded) {
                        done += 1;
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join());
    (successes.iter().map(|count| count.load(Ordering::Relaxed)).collect(), rows(conn))
}

#[track_caller]
fn assert_none_lost(successes: &[usize], rows: &[Article]) {
    for (count, row) in successes.iter().zip(rows) {
        let count = i64::try_from(*count).unwrap();
        assert_eq!((row.version, i64::from(row.views)), (1 + count, count), "row {}", row.id);
    }
}

/// The refusals of a race: a conflict that names its records, or an error that the transaction must start again.
#[track_caller]
fn assert_refusal(error: &BulkError) {
    match error {
        BulkError::Conflicts(conflicts) => assert!(conflicts.iter().all(|conflict| conflict.error.is_conflict())),
        BulkError::Concurrency(ConcurrencyError::Restart(_)) => {}
        error => panic!("{error:?}"),
    }
}

#[test]
fn overlapping_batches_win_all_their_rows_or_none() {
    let (successes, rows) = race(12, |records, conn, succeeded| match records.save_all_concurrent(conn) {
        Ok(()) => {
            records.iter().for_each(|record| succeeded(record.id));
            true
        }
        Err(error) => {
            assert_refusal(&error);
            false
        }
    });
    assert_eq!(successes.iter().sum::<usize>(), THREADS * 12 * (ROWS * 2 / 3));
    assert_none_lost(&successes, &rows);
}

#[test]
fn each_row_of_overlapping_batches_goes_to_one_writer() {
    let (successes, rows) = race(20, |records, conn, succeeded| {
        let before = records.to_vec();
        match records.save_each_concurrent(conn) {
            Ok(refused) => {
                for (index, record) in records.iter().enumerate() {
                    let is_refused = refused.iter().any(|conflict| conflict.index == index);
                    assert_eq!(record.version, before[index].version + i64::from(!is_refused));
                    if !is_refused {
                        succeeded(record.id);
                    }
                }
                assert!(refused.iter().all(|conflict| conflict.error.is_conflict()));
                true
            }
            Err(error) => {
                assert_refusal(&error);
                assert_eq!(records, before);
                false
            }
        }
    });
    assert_none_lost(&successes, &rows);
}

/// Rows are locked in the order of the key, so that no batch is a victim of the other: not one deadlock in many rounds.
#[test]
fn two_batches_in_opposite_orders_do_not_deadlock() {
    const ROUNDS: usize = 60;
    let (database, conn) = &mut with_articles(40);
    let start = Arc::new(Barrier::new(2));
    let threads: Vec<_> = [false, true]
        .into_iter()
        .map(|is_reversed| {
            let mut conn = database.connect();
            let start = Arc::clone(&start);
            spawn(move || {
                let mut wins = 0;
                for _ in 0..ROUNDS {
                    let mut records = rows(&mut conn);
                    records.iter_mut().for_each(|record| record.views += 1);
                    if is_reversed {
                        records.reverse();
                    }
                    start.wait();
                    match records.save_all_concurrent(&mut conn) {
                        Ok(()) => wins += 1,
                        Err(BulkError::Conflicts(conflicts)) => assert_eq!(conflicts.len(), 40),
                        Err(error) => panic!("{error:?}"),
                    }
                    start.wait();
                }
                wins
            })
        })
        .collect();
    let wins: i64 = threads.into_iter().map(|thread| thread.join()).sum();
    assert_eq!(wins, i64::try_from(ROUNDS).unwrap(), "exactly one of the two wins each round");
    let versions: Vec<i64> = articles::table.select(articles::version).load(conn).unwrap();
    assert!(versions.iter().all(|version| *version == 1 + wins), "{versions:?}");
}
