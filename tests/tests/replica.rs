//! A PostgreSQL with a streaming replica, which `tests/run --cluster replica` starts. The tests run one at a time: each has the replica's
//! replay in its hand.

use std::thread::sleep;
use std::time::{Duration, Instant};

use concurrency_diesel::prelude::*;
use concurrency_diesel::{RetryPolicy, retry_on_conflict};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

diesel::table! {
    replicated (id) {
        id -> BigInt,
        amount -> BigInt,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = replicated)]
struct Record {
    id: i64,
    amount: i64,
    #[concurrent(version)]
    version: i64,
}

fn connect(variable: &str) -> PgConnection {
    let url = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} names a server; tests/run --cluster replica starts it"));
    PgConnection::establish(&url).unwrap()
}

fn load(conn: &mut PgConnection) -> QueryResult<Record> {
    replicated::table.find(1).select(Record::as_select()).first(conn)
}

/// The primary and the replica, with one record on both.
fn machines() -> (PgConnection, PgConnection) {
    let (mut primary, mut replica) = (connect("PRIMARY_URL"), connect("REPLICA_URL"));
    let sql = "SET synchronous_commit = local; DROP TABLE IF EXISTS replicated;
        CREATE TABLE replicated (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL, version BIGINT NOT NULL);
        INSERT INTO replicated VALUES (1, 0, 1)";
    primary.batch_execute(sql).unwrap();
    let expected = load(&mut primary).unwrap();
    until(|| load(&mut replica).is_ok_and(|record| record == expected));
    (primary, replica)
}

fn until(mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(60), "the replica does not follow");
        sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn assert_read_only(error: &ConcurrencyError) {
    let ConcurrencyError::Database(DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, said)) = error
    else {
        panic!("not refused as a write on a replica: {error:?}");
    };
    assert!(said.message().contains("in a read-only transaction"), "{error:?}");
    assert!(!error.is_retryable() && !error.is_conflict());
}

#[test]
fn a_write_on_a_replica_is_refused_and_never_tried_again() {
    let (mut primary, mut replica) = machines();
    let mut record = load(&mut replica).unwrap();
    record.amount = 1;
    let edited = record.clone();
    assert_read_only(&record.save_concurrent(&mut replica).unwrap_err());
    assert_read_only(&record.save_unchecked(&mut replica).unwrap_err());
    assert_read_only(&record.touch_concurrent(&mut replica).unwrap_err());
    assert_read_only(&record.delete_concurrent(&mut replica).unwrap_err());
    assert_eq!(record, edited);

    let mut attempts = 0;
    let refused = retry_on_conflict(&mut replica, &RetryPolicy::default(), |replica| {
        attempts += 1;
        record.save_concurrent(replica)
    });
    assert_read_only(&refused.unwrap_err());
    assert_eq!((attempts, record), (1, edited));
    assert_eq!(load(&mut primary).unwrap(), Record { id: 1, amount: 0, version: 1 });
}

#[test]
fn what_a_replica_that_lags_behind_shows_conflicts_and_a_reload_from_the_primary_is_saved() {
    let (mut primary, mut replica) = machines();
    replica.batch_execute("SELECT pg_wal_replay_pause()").unwrap();
    let mut others = load(&mut primary).unwrap();
    others.amount = 10;
    others.save_concurrent(&mut primary).unwrap();

    let mut record = load(&mut replica).unwrap();
    assert_eq!(record.version, 1);
    record.amount = 1;
    let ConcurrencyError::RecordModified(conflict) = record.save_concurrent(&mut primary).unwrap_err() else {
        panic!("a stale copy conflicts");
    };
    assert_eq!((conflict.expected.to_string(), conflict.found.to_string()), ("1".to_owned(), "2".to_owned()));
    // Loaded from the replica again it is as stale as before.
    assert_eq!(load(&mut replica).unwrap().version, 1);

    let mut attempts = 0;
    retry_on_conflict(&mut primary, &RetryPolicy::default(), |primary| {
        attempts += 1;
        if attempts > 1 {
            record.reload_concurrent(primary)?;
        }
        record.amount += 1;
        record.save_concurrent(primary)
    })
    .unwrap();
    assert_eq!((attempts, &record), (2, &Record { id: 1, amount: 11, version: 3 }));
    assert_eq!(load(&mut primary).unwrap(), record);

    replica.batch_execute("SELECT pg_wal_replay_resume()").unwrap();
    until(|| load(&mut replica).unwrap() == record);
}

#[test]
fn with_remote_apply_a_replica_shows_every_save_that_said_ok() {
    let (mut primary, mut replica) = machines();
    primary.batch_execute("SET synchronous_commit = remote_apply").unwrap();
    let mut record = load(&mut primary).unwrap();
    for amount in 1..=200 {
        record.amount = amount;
        record.save_concurrent(&mut primary).unwrap();
        assert_eq!(load(&mut replica).unwrap(), record);
    }
    assert_eq!(record.version, 201);
}
