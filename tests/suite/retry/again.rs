//! One closure, run again and again, on one connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::library::prelude::*;
use crate::library::{RetryPolicy, retry_on_conflict};
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::result::Error as DieselError;

use super::super::core::{assert_deleted, assert_modified};
use super::super::fixtures::{article, insert_article, with_article};
use super::super::isolation::deadlock::assert_restart;
use super::super::models::Article;
use super::super::statements::Log;
use super::super::transactions::assert_nothing_open;
use super::{conflicting, increment, pauses, recorded};
use crate::engine::{self, TestConnection};

#[test]
fn without_a_conflict_it_is_one_transaction() {
    let (_database, conn) = &mut with_article();
    let log = Log::attach(conn);
    let record = retry_on_conflict(conn, &recorded(), increment).unwrap();
    let sent = log.take_sent();
    assert_eq!((&sent[0][..], sent[1..3].len()), (engine::BEGIN, 2), "{sent:?}");
    assert_eq!(sent[3..], *engine::COMMIT);
    assert_eq!((record.views, record.version), (1, 2));
    assert_eq!(article(1, conn), record);
    assert!(pauses().is_empty());
    assert_nothing_open(conn);
}

#[test]
fn after_a_conflict_the_whole_transaction_is_run_again() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let log = Log::attach(conn);
    let mut attempts = 0;
    let record = retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        article(2, conn).save_concurrent(conn)?;
        if attempts < 4 { conflicting(conn) } else { increment(conn) }
    });
    assert_eq!((attempts, record.unwrap().version), (4, 2));
    assert_eq!(pauses(), [500, 1_000, 2_000]);
    // The first save of every attempt but the last was rolled back.
    assert_eq!((article(1, conn).views, article(2, conn).version), (1, 2));
    let sent = log.take_sent();
    let count = |text: &str| sent.iter().filter(|sql| *sql == text).count();
    let ends = engine::COMMIT.last().unwrap();
    assert_eq!((count(engine::BEGIN), count(engine::ROLLBACK), count(ends)), (4, 3, 1), "{sent:?}");
}

#[test]
fn whoever_saves_in_between_is_noticed_or_held_off() {
    let (database, conn) = &mut with_article();
    let other = &mut database.connect();
    other.batch_execute(engine::SHORT_LOCK_TIMEOUT).unwrap();
    let mut attempts = 0;
    let saved = retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        let mut record = article(1, conn);
        if attempts < 3 {
            let elsewhere = increment(other);
            // If the first writer locks everything, the closure begins with that.
            if engine::DEADLOCK.is_none() {
                assert_restart(&elsewhere.unwrap_err(), engine::LOCK_TIMEOUT);
            } else {
                elsewhere.unwrap();
            }
        }
        record.views += 1;
        record.save_concurrent(conn)
    });
    saved.unwrap();
    let (expected, pauses_made) = if engine::DEADLOCK.is_none() { (1, vec![]) } else { (3, vec![500, 1_000]) };
    assert_eq!((attempts, pauses()), (expected, pauses_made));
    assert_eq!((article(1, conn).views, article(1, conn).version), (expected, i64::from(expected) + 1));
}

#[test]
fn the_last_error_comes_out_unchanged_when_the_attempts_are_used_up() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    let mut stale = Article { version: 0, ..row.clone() };
    for allowed in [1, 2, 7] {
        let mut attempts = 0;
        let result = retry_on_conflict(conn, &recorded().max_attempts(allowed), |conn| {
            attempts += 1;
            stale.version = -i64::from(attempts);
            stale.save_concurrent(conn)
        });
        assert_modified(&result.unwrap_err(), -i64::from(allowed), 1);
        assert_eq!((attempts, pauses().len()), (allowed, usize::try_from(allowed).unwrap() - 1));
    }
    assert_eq!(article(1, conn), row);
    assert_nothing_open(conn);
}

#[test]
fn the_default_policy_gives_up_after_a_hundred_attempts_and_pauses_20_milliseconds_at_most() {
    let (_database, conn) = &mut with_article();
    let result = retry_on_conflict(conn, &recorded(), conflicting);
    assert_modified(&result.unwrap_err(), 0, 1);
    let pauses = pauses();
    assert_eq!(pauses.len(), 99);
    assert_eq!(pauses[..7], [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000]);
    assert!(pauses[7..].iter().all(|pause| *pause == 20_000));
}

#[test]
fn it_sleeps_if_it_is_not_told_otherwise() {
    let (_database, conn) = &mut with_article();
    let limit = Duration::from_millis(40);
    let policy = RetryPolicy::default().max_attempts(3).first_pause(limit).longest_pause(limit);
    let start = Instant::now();
    retry_on_conflict(conn, &policy.random_source(|| u64::MAX), conflicting).unwrap_err();
    assert!(start.elapsed() >= 2 * limit, "{:?}", start.elapsed());
}

#[test]
fn the_deadline_ends_it_too() {
    let (_database, conn) = &mut with_article();
    let mut attempts = 0;
    let policy = recorded().max_attempts(u32::MAX).deadline(Duration::from_millis(100));
    let start = Instant::now();
    let result = retry_on_conflict(conn, &policy, |conn| {
        attempts += 1;
        std::thread::sleep(Duration::from_millis(30));
        conflicting(conn)
    });
    assert_modified(&result.unwrap_err(), 0, 1);
    assert!((1..=4).contains(&attempts), "{attempts}");
    assert!(start.elapsed() < Duration::from_secs(20));

    let result = retry_on_conflict(conn, &recorded().deadline(Duration::ZERO), conflicting);
    assert_modified(&result.unwrap_err(), 0, 1);
    assert!(pauses().is_empty());
}

#[test]
fn what_is_no_conflict_or_cannot_be_mended_comes_out_at_once() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    let mut attempts = 0;
    let deleted = retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        let mut record = increment(conn)?;
        record.delete_concurrent(conn)?;
        record.save_concurrent(conn)
    });
    assert_deleted(&deleted.unwrap_err(), 2);
    let missing = retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        increment(conn)?;
        Err::<(), _>(ConcurrencyError::from(DieselError::NotFound))
    });
    assert!(matches!(missing, Err(ConcurrencyError::Database(DieselError::NotFound))), "{missing:?}");
    assert_eq!((attempts, pauses()), (2, vec![]));
    assert_eq!(article(1, conn), row);
}

#[test]
fn a_panic_rolls_back_and_is_not_tried_again() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    let mut attempts = 0;
    let panic = catch_unwind(AssertUnwindSafe(|| {
        retry_on_conflict(conn, &recorded(), |conn| -> Result<(), ConcurrencyError> {
            attempts += 1;
            increment(conn)?;
            panic!("once")
        })
    }));
    assert_eq!(*panic.unwrap_err().downcast_ref::<&str>().unwrap(), "once");
    assert_eq!((attempts, article(1, conn)), (1, row));
    assert_nothing_open(conn);
}

#[test]
fn a_connection_that_broke_is_not_tried_again() {
    let (_database, conn) = &mut with_article();
    let mut attempts = 0;
    let result = retry_on_conflict(conn, &recorded(), |conn| {
        attempts += 1;
        increment(conn)?;
        AnsiTransactionManager::transaction_manager_status_mut(conn).set_in_error();
        Ok::<_, ConcurrencyError>(())
    });
    let is_broken = matches!(result, Err(ConcurrencyError::Database(DieselError::BrokenTransactionManager)));
    assert!(is_broken, "{result:?}");
    assert_eq!(attempts, 1);
}

#[test]
fn a_pooled_connection_retries_like_any_other() {
    let (database, conn) = &mut with_article();
    let pool = Pool::builder().max_size(1).build(ConnectionManager::<TestConnection>::new(database.url())).unwrap();
    let mut attempts = 0;
    let record = retry_on_conflict(&mut pool.get().unwrap(), &recorded(), |conn| {
        attempts += 1;
        if attempts == 1 { conflicting(conn) } else { increment(conn) }
    });
    assert_eq!(article(1, conn), record.unwrap());
    assert_eq!(pauses(), [500]);
}
