//! How transactions of our own look on MySQL and MariaDB, and how they break.

use std::sync::mpsc;

use crate::library::prelude::*;
use crate::library::{RetryPolicy, Retryable, retry_if, retry_on_conflict, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;

use super::{Database, TestConnection, connection_id};
use crate::suite::fixtures::{article, counter, insert_article, with_article};
use crate::suite::models::{Article, articles};
use crate::suite::statements::Log;
use crate::suite::threads::{DEADLINE, spawn, until_waiting};
use crate::suite::transactions::assert_nothing_open;
use crate::suite::transactions::dropped::Dropping;
use crate::suite::transactions::ended::assert_counted_in_doubt;
use crate::suite::transactions::lost::Loss;

pub const BEGIN: &str = "BEGIN; SAVEPOINT diesel_savepoint_0";
/// A separate request before COMMIT proves that the transaction still exists.
pub const COMMIT: &[&str] = &["RELEASE SAVEPOINT diesel_savepoint_0", "COMMIT"];
pub const ROLLBACK: &str = "ROLLBACK TO SAVEPOINT diesel_savepoint_0; ROLLBACK";

/// Nothing is checked only at COMMIT: it fails when there is no connection any more.
pub const PREPARE_FAILING_COMMIT: &str = "SELECT 1";
pub const MAKE_COMMIT_FAIL: &str = "KILL CONNECTION_ID()";
pub const FAILED_COMMIT: &[(DatabaseErrorKind, &str)] = super::CONNECTION_LOST;
pub const FAILED_COMMIT_ENDS_CONNECTION: bool = true;

/// Deadlocks everywhere; where MariaDB has it, the refusal to write over an older snapshot.
pub fn droppings(connection: &mut TestConnection) -> Vec<Dropping> {
    const DEADLOCK: Dropping = Dropping {
        name: "a deadlock",
        session: &[],
        provoke: deadlock,
        told: "SAVEPOINT diesel_savepoint_",
        is_retryable: false,
        commits_the_rest: true,
        deceives_diesel: true,
    };
    const OLDER_SNAPSHOT: Dropping = Dropping {
        name: "a write over an older snapshot",
        session: &["SET innodb_snapshot_isolation = ON"],
        provoke: write_over_older_snapshot,
        ..DEADLOCK
    };
    let has_snapshot_isolation = connection.batch_execute("SET @ignored = @@innodb_snapshot_isolation").is_ok();
    if has_snapshot_isolation { vec![DEADLOCK, OLDER_SNAPSHOT] } else { vec![DEADLOCK] }
}

fn deadlock(database: &Database, connection: &mut TestConnection) {
    let refused = refused_by_deadlock(database, connection).to_string();
    assert!(refused.contains("Deadlock found"), "{refused}");
}

/// InnoDB refuses the transaction that has written less. The other one waits for article 1.
fn refused_by_deadlock(database: &Database, connection: &mut TestConnection) -> ConcurrencyError {
    const LOCK: &str = "INSERT INTO clocks (id, value, version) VALUES (1, 0, 0)";
    let mut other = database.connect();
    let id = connection_id(&mut other);
    let (tell, told) = mpsc::channel();
    let waiting = spawn(move || {
        other.batch_execute("BEGIN").unwrap();
        other.batch_execute(LOCK).unwrap();
        for value in 2..100 {
            other.batch_execute(&format!("INSERT INTO clocks (id, value, version) VALUES ({value}, 0, 0)")).unwrap();
        }
        tell.send(()).unwrap();
        other.batch_execute("UPDATE articles SET views = views + 1 WHERE id = 1").unwrap();
        other.batch_execute("ROLLBACK").unwrap();
    });
    told.recv_timeout(DEADLINE).unwrap();
    until_waiting(id, &mut database.connect());
    let refused = connection.batch_execute(LOCK).unwrap_err();
    waiting.join();
    refused.into()
}

fn write_over_older_snapshot(database: &Database, connection: &mut TestConnection) {
    let mut record = article(3, connection);
    article(3, &mut database.connect()).save_concurrent(&mut database.connect()).unwrap();
    let refused = record.save_concurrent(connection).unwrap_err();
    assert!(
        refused.is_retryable() && refused.to_string().contains("Record has changed since last read"),
        "{refused:?}"
    );
}

/// A statement that commits, and what InnoDB does at a deadlock whose error the closure then swallows.
pub const LOSSES: &[(&str, Loss)] = &[
    ("a statement that commits", |conn, save| {
        save(conn);
        conn.batch_execute(COMMITS).unwrap();
    }),
    ("a rollback", |conn, save| {
        conn.batch_execute("ROLLBACK").unwrap();
        save(conn);
    }),
];

/// A statement that commits its own transaction.
const COMMITS: &str = "CREATE TABLE IF NOT EXISTS log (id INT)";

#[track_caller]
fn assert_lost<T: std::fmt::Debug>(result: Result<T, ConcurrencyError>) {
    let error = result.unwrap_err();
    assert!(matches!(error, ConcurrencyError::TransactionLost(_)), "{error:?}");
    assert!(!error.is_retryable() && !error.is_conflict());
    let told = error.to_string();
    assert!(told.contains("commits by itself") && told.contains("was ignored"), "{told}");
}

fn increment(conn: &mut TestConnection) -> Result<Article, ConcurrencyError> {
    let mut record = article(1, conn);
    record.views += 1;
    record.save_concurrent(conn)?;
    Ok(record)
}

/// How a closure goes on after its own statement committed it.
type After = fn(&mut TestConnection) -> Result<(), ConcurrencyError>;
const AFTER: [(&str, After); 5] = [
    ("success", |_| Ok(())),
    ("a conflict", |conn| Article { version: 0, ..article(1, conn) }.save_concurrent(conn)),
    ("its own error", |_| Err(ConcurrencyError::from(diesel::result::Error::RollbackTransaction))),
    ("Diesel's savepoint", |conn| {
        conn.transaction(|conn| Article { version: 0, ..article(1, conn) }.save_concurrent(conn))
    }),
    ("a savepoint of ours", |conn| {
        transaction_concurrent(conn, (), |conn, ()| Article { version: 0, ..article(1, conn) }.save_concurrent(conn))
    }),
];

#[test]
fn a_closure_that_was_committed_by_its_own_statement_is_not_run_again() {
    for (name, after) in AFTER {
        let (_database, conn) = &mut with_article();
        let mut runs = 0;
        let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
            runs += 1;
            increment(conn)?;
            conn.batch_execute(COMMITS)?;
            after(conn)
        });
        assert_lost(result);
        let row = article(1, conn);
        assert_eq!((runs, row.views, row.version), (1, 1, 2), "{name}");
        assert_nothing_open(conn);
    }
}

#[test]
fn a_savepoint_that_was_committed_by_a_statement_in_it_is_lost() {
    type Nest = fn(&mut TestConnection) -> Result<(), ConcurrencyError>;
    fn work(conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
        increment(conn)?;
        Ok(conn.batch_execute(COMMITS)?)
    }
    let nests: [Nest; 2] =
        [|conn| conn.transaction(work), |conn| transaction_concurrent(conn, (), |conn, ()| work(conn))];
    for nest in nests {
        let (_database, conn) = &mut with_article();
        let mut runs = 0;
        let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
            runs += 1;
            nest(conn)
        });
        assert_lost(result);
        assert_eq!((runs, article(1, conn).views), (1, 1));
        assert_nothing_open(conn);
    }
}

/// A program that begins the transaction with Diesel, and runs it again after an error of ours, would commit again.
#[test]
fn a_savepoint_of_ours_that_is_gone_says_so_itself() {
    let (_database, conn) = &mut with_article();
    let result = conn.transaction(|conn| {
        assert_lost(transaction_concurrent(conn, (), |conn, ()| {
            increment(conn)?;
            Ok(conn.batch_execute(COMMITS)?)
        }));
        Err::<(), _>(ConcurrencyError::from(diesel::result::Error::RollbackTransaction))
    });
    assert!(result.is_err());
    assert_eq!(article(1, conn).views, 1);
}

/// A lock wait timeout undoes only the statement, so it does not explain where the transaction went.
#[test]
fn a_lock_wait_timeout_after_such_a_statement_is_not_run_again() {
    type Save = fn(Article, &mut TestConnection) -> Result<(), ConcurrencyError>;
    let saves: [Save; 2] = [
        |mut record, conn| record.save_concurrent(conn),
        |record, conn| match [record].save_all_concurrent(conn) {
            Err(crate::library::BulkError::Concurrency(error)) => Err(error),
            other => panic!("{other:?}"),
        },
    ];
    for save in saves {
        let (database, conn) = &mut with_article();
        insert_article(2, 1, conn);
        conn.batch_execute(super::SHORT_LOCK_TIMEOUT).unwrap();
        let holder = &mut database.connect();
        AnsiTransactionManager::begin_transaction(holder).unwrap();
        article(2, holder).save_concurrent(holder).unwrap();
        let mut runs = 0;
        let result = retry_on_conflict(conn, &RetryPolicy::default().max_attempts(3), |conn| {
            runs += 1;
            let record = article(2, conn);
            increment(conn)?;
            conn.batch_execute(COMMITS)?;
            save(record, conn)
        });
        assert_lost(result);
        assert_eq!((runs, article(1, conn).views), (1, 1));
        AnsiTransactionManager::rollback_transaction(holder).unwrap();
    }
}

/// The record keeps an older version than its row, so that nothing is written over unseen.
#[test]
fn a_record_of_a_transaction_that_is_lost_conflicts() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        Ok(conn.batch_execute("CREATE TABLE log (id INT)")?)
    });
    assert_lost(result);
    assert_eq!((record.version, article(1, conn).version), (1, 2));
    assert!(record.save_concurrent(conn).unwrap_err().is_conflict());
}

/// What was saved before the statement is committed, whatever the closure returns. A sum is not added again.
#[test]
fn a_tracked_record_of_a_transaction_that_is_lost_is_in_doubt() {
    for fails in [false, true] {
        let (_database, conn) = &mut with_article();
        let mut record = counter(1, conn);
        record.views += 5;
        let result = transaction_concurrent(conn, &mut record, |conn, record| {
            record.save_concurrent(conn)?;
            conn.batch_execute("CREATE TABLE log (id INT)")?;
            if fails { Err(ConcurrencyError::from(diesel::result::Error::RollbackTransaction)) } else { Ok(()) }
        });
        assert!(result.is_err());
        assert_counted_in_doubt(record, conn);
    }
}

/// "Nothing was written" is not known of a batch whose transaction was committed by a statement before it.
#[test]
fn a_batch_after_such_a_statement_does_not_say_that_nothing_was_written() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let mut records = [article(1, conn), Article { version: 0, ..article(2, conn) }];
    let result: Result<(), _> = transaction_concurrent(conn, (), |conn, ()| {
        conn.batch_execute(COMMITS)?;
        match records.save_all_concurrent(conn) {
            Err(crate::library::BulkError::Concurrency(error)) => Err(error),
            other => panic!("{other:?}"),
        }
    });
    assert_lost(result);
    assert_eq!(records.each_ref().map(|record| record.version), [1, 0]);
}

/// An application's own error.
#[derive(Debug)]
struct AppError(ConcurrencyError);

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

impl Retryable for AppError {
    fn is_retryable(&self) -> bool {
        self.0.is_retryable()
    }
}

/// After a deadlock the transaction is also gone, and the remedy is to run it again, whatever error the closure
/// returns.
#[test]
fn a_deadlock_is_told_from_a_statement_that_commits() {
    let (database, conn) = &mut with_article();
    for id in [2, 3] {
        insert_article(id, 1, conn);
    }
    let mut runs = 0;
    retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        runs += 1;
        increment(conn).map_err(AppError)?;
        if runs == 1 {
            return Err(AppError(refused_by_deadlock(database, conn)));
        }
        Ok(())
    })
    .unwrap();
    assert_eq!((runs, article(1, conn).views), (2, 1));

    let mut runs = 0;
    let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        runs += 1;
        increment(conn).map_err(AppError)?;
        conn.batch_execute(COMMITS)?;
        Article { version: 0, ..article(1, conn) }.save_concurrent(conn).map_err(AppError)
    });
    assert_lost(result.map_err(|AppError(error)| error));
    assert_eq!((runs, article(1, conn).views), (1, 2));
}

/// The deadlock explains everything: nothing is committed, and nothing is in doubt.
#[test]
fn a_deadlock_that_comes_out_explains_that_the_transaction_is_gone() {
    for nested in [false, true] {
        let (database, conn) = &mut with_article();
        let mut record: Tracked<Article> = articles::table.find(1).select(Tracked::as_select()).first(conn).unwrap();
        record.views += 1;
        let result = transaction_concurrent(conn, &mut record, |conn, record| {
            record.save_concurrent(conn).map_err(AppError)?;
            let refused = |conn: &mut TestConnection| Err::<(), _>(AppError(refused_by_deadlock(database, conn)));
            if nested { transaction_concurrent(conn, (), |conn, ()| refused(conn)) } else { refused(conn) }
        });
        let Err(AppError(ConcurrencyError::Restart(_))) = result else { panic!("{result:?}") };
        assert_eq!((record.version, article(1, conn).version), (1, 1));
        // A record in doubt asks for its row first.
        let log = Log::attach(conn);
        record.save_concurrent(conn).unwrap();
        assert_eq!(log.take_sent().len(), 1);
    }
}

/// A closure that ignores the error and goes on commits each statement by itself. Its own error then explains nothing.
#[test]
fn a_deadlock_that_was_swallowed_explains_nothing() {
    let (database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let mut runs = 0;
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        increment(conn)?;
        drop(refused_by_deadlock(database, conn));
        record.save_concurrent(conn)?;
        Err::<(), _>(ConcurrencyError::from(diesel::result::Error::RollbackTransaction))
    });
    assert_lost(result);
    assert_eq!((record.version, article(1, conn).version), (1, 2));

    // Not even if it is another deadlock.
    let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        runs += 1;
        increment(conn)?;
        drop(refused_by_deadlock(database, conn));
        increment(conn)?;
        conn.batch_execute("BEGIN")?;
        increment(conn)?;
        Err::<(), _>(refused_by_deadlock(database, conn))
    });
    assert_lost(result);
    assert_eq!((runs, article(1, conn).views), (1, 1));
}

/// The predicate of a foreign error may inspect it instead of asking our error, as long as the error contains ours. If
/// it contains a Diesel error that this library never saw, and no one asks for it, it explains nothing.
#[test]
fn a_predicate_that_does_not_ask_the_error_tells_a_deadlock_all_the_same() {
    let (database, conn) = &mut with_article();
    let mut runs = 0;
    let is_restart = |AppError(error): &AppError| matches!(error, ConcurrencyError::Restart(_));
    retry_if(conn, &RetryPolicy::default(), is_restart, |conn| {
        runs += 1;
        increment(conn).map_err(AppError)?;
        if runs == 1 { Err(AppError(refused_by_deadlock(database, conn))) } else { Ok(()) }
    })
    .unwrap();
    assert_eq!((runs, article(1, conn).views), (2, 1));

    let mut runs = 0;
    let result = retry_if(
        conn,
        &RetryPolicy::default(),
        |error: &diesel::result::Error| error.to_string().contains("Deadlock found"),
        |conn| {
            runs += 1;
            conn.batch_execute("ROLLBACK")?;
            let refused = Box::new("Deadlock found when trying to get lock".to_owned());
            Err::<(), _>(diesel::result::Error::DatabaseError(DatabaseErrorKind::SerializationFailure, refused))
        },
    );
    assert_lost(result.map_err(ConcurrencyError::from));
    assert_eq!(runs, 1);
}
