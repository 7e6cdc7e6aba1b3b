//! Real threads write one row as fast as they can: every success has moved the version once, and none is lost.

use std::sync::{Arc, Barrier};

use crate::library::prelude::*;
use diesel::prelude::*;

use super::begin::transaction_sql;
use super::core::assert_modified;
use super::fixtures::{article, insert_article, with_article};
use super::models::{Article, articles};
use super::threads::spawn;
use crate::engine::{self, TestConnection, settings};

const THREADS: usize = 8;

/// Lets every thread do its share of the `writes`, each thread on two connections by turns, and returns the versions that
/// were reported as written, in order.
///
/// A refused write is tried again, including the load. `write` gets the number of writes that its thread has done.
fn race<W>(connect: impl Fn() -> TestConnection, writes: usize, write: W) -> Vec<i64>
where
    W: Fn(usize, &mut TestConnection) -> Result<i64, ConcurrencyError> + Send + Sync + 'static,
{
    let write = Arc::new(write);
    let start = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let mut connections = [connect(), connect()];
            let (write, start) = (Arc::clone(&write), Arc::clone(&start));
            spawn(move || {
                start.wait();
                let share = writes / THREADS;
                let mut versions = Vec::with_capacity(share);
                let mut attempts = number;
                while versions.len() < share {
                    attempts += 1;
                    match write(number + versions.len(), &mut connections[attempts % 2]) {
                        Ok(version) => versions.push(version),
                        Err(error) if error.is_retryable() => {}
                        Err(error) => panic!("a race refuses or restarts, it does not fail: {error:?}"),
                    }
                }
                versions
            })
        })
        .collect();
    let mut versions: Vec<i64> = threads.into_iter().flat_map(|thread| thread.join()).collect();
    versions.sort_unstable();
    versions
}

/// Each version was reported by exactly one writer, and the row has the last.
#[track_caller]
fn assert_none_lost(versions: &[i64], conn: &mut TestConnection) -> Article {
    let row = article(1, conn);
    let expected: Vec<i64> = (2..).take(versions.len()).collect();
    assert_eq!(versions, expected);
    assert_eq!(row.version, 1 + i64::try_from(versions.len()).unwrap());
    row
}

fn load_and_save(conn: &mut TestConnection) -> Result<i64, ConcurrencyError> {
    let mut record: Article = articles::table.find(1).select(Article::as_select()).first(conn)?;
    let loaded = record.clone();
    record.views += 1;
    let edited = record.clone();
    match record.save_concurrent(conn) {
        Ok(()) => {
            assert_eq!(record, Article { version: loaded.version + 1, ..edited });
            Ok(record.version)
        }
        Err(error) => {
            assert_eq!(record, edited, "a refused record is as it was");
            Err(error)
        }
    }
}

#[test]
fn two_thousand_saves_of_one_row_are_two_thousand_versions() {
    let (database, conn) = &mut with_article();
    let versions = race(|| database.connect(), 2_000, |_, conn| load_and_save(conn));
    assert_eq!(versions.len(), 2_000);
    assert_eq!(assert_none_lost(&versions, conn).views, 2_000);
}

#[test]
fn a_race_of_transactions_that_read_and_save_loses_nothing() {
    let (database, conn) = &mut with_article();
    let versions = race(|| database.connect(), 800, |_, conn| engine::write_transaction(conn, load_and_save));
    assert_eq!(assert_none_lost(&versions, conn).views, 800);
}

#[test]
fn no_isolation_level_loses_a_save_in_a_race() {
    let (database, conn) = &mut with_article();
    for setting in settings(conn) {
        diesel::delete(articles::table).execute(conn).unwrap();
        insert_article(1, 1, conn);
        setting.apply(conn);
        let versions =
            race(|| setting.connect(database), 160, move |_, conn| transaction_sql(setting.begin, conn, load_and_save));
        assert_eq!(assert_none_lost(&versions, conn).views, 160, "{}", setting.name);
    }
}

/// An unchecked save writes over what it did not see, so no column adds up; the versions do.
#[test]
fn every_kind_of_write_moves_the_version_once_and_learns_which_it_wrote() {
    let (database, conn) = &mut with_article();
    let versions = race(
        || database.connect(),
        800,
        |done, conn| {
            let mut record: Article = articles::table.find(1).select(Article::as_select()).first(conn)?;
            record.title = format!("write {done}");
            match done % 4 {
                0 => record.save_concurrent(conn)?,
                1 => return record.update_concurrent(articles::views.eq(articles::views + 1), conn),
                2 => record.touch_concurrent(conn)?,
                _ => record.save_unchecked(conn)?,
            }
            Ok(record.version)
        },
    );
    assert_none_lost(&versions, conn);
}

#[test]
fn of_eight_that_loaded_one_version_exactly_one_saves() {
    const ROUNDS: i64 = 25;
    let (database, conn) = &mut with_article();
    let together = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let mut connection = database.connect();
            let together = Arc::clone(&together);
            spawn(move || {
                let mut wins = 0_i64;
                for round in 1..=ROUNDS {
                    let mut record = article(1, &mut connection);
                    record.title = format!("thread {number}");
                    together.wait();
                    match until_decided(|| record.save_concurrent(&mut connection)) {
                        Ok(()) => wins += 1,
                        Err(error) => assert_modified(&error, round, round + 1),
                    }
                    together.wait();
                }
                wins
            })
        })
        .collect();
    let wins: i64 = threads.into_iter().map(|thread| thread.join()).sum();
    assert_eq!(wins, ROUNDS);
    assert_eq!(article(1, conn).version, 1 + ROUNDS);
}

#[test]
fn either_the_save_or_the_delete_of_one_version_wins() {
    const ROUNDS: i64 = 200;
    let (database, conn) = &mut with_article();
    for id in 2..=ROUNDS {
        insert_article(id, 1, conn);
    }
    let together = Arc::new(Barrier::new(2));
    let mut sides = [true, false].map(|deletes| {
        let mut connections = [database.connect(), database.connect()];
        let together = Arc::clone(&together);
        Some(spawn(move || {
            let outcomes = (1..=ROUNDS).map(|id| {
                let connection = &mut connections[usize::from(id % 2 == 0)];
                let mut record = article(id, connection);
                record.views = 1;
                together.wait();
                until_decided(|| match deletes {
                    true => record.delete_concurrent(connection),
                    false => record.save_concurrent(connection),
                })
            });
            outcomes.collect::<Vec<_>>()
        }))
    });
    let mut join = |side: usize| sides[side].take().unwrap().join();
    let (deletes, saves) = (join(0), join(1));

    for (id, outcome) in (1..).zip(deletes.into_iter().zip(saves)) {
        let row = articles::table.find(id).select((articles::views, articles::version)).first(conn).optional().unwrap();
        match outcome {
            (Ok(()), Err(ConcurrencyError::RecordDeleted(error))) => {
                assert_eq!((error.key, row), (format!("id {id}"), None::<(i32, i64)>));
            }
            (Err(ConcurrencyError::RecordModified(error)), Ok(())) => {
                assert_eq!((error.key, row), (format!("id {id}"), Some((1, 2))));
            }
            both => panic!("exactly one of the two must win row {id}: {both:?}"),
        }
    }
}

/// Sends the same write again while the engine only asks for that.
fn until_decided(mut write: impl FnMut() -> Result<(), ConcurrencyError>) -> Result<(), ConcurrencyError> {
    loop {
        match write() {
            Err(ConcurrencyError::Restart(_)) => {}
            decided => return decided,
        }
    }
}
