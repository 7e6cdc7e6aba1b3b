//! How transactions of our own look on MySQL and MariaDB, and how they break.

use std::sync::mpsc;

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::result::DatabaseErrorKind;

use super::{Database, TestConnection, connection_id};
use crate::suite::fixtures::article;
use crate::suite::threads::{DEADLINE, spawn, until_waiting};
use crate::suite::transactions::dropped::Dropping;

pub const BEGIN: &str = "BEGIN; SAVEPOINT diesel_savepoint_0";
pub const COMMIT: &str = "RELEASE SAVEPOINT diesel_savepoint_0; COMMIT";

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
        is_retryable: true,
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

/// InnoDB refuses whoever has written less; the other one waits for article 1.
fn deadlock(database: &Database, connection: &mut TestConnection) {
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
    let refused = connection.batch_execute(LOCK).unwrap_err().to_string();
    assert!(refused.starts_with("Deadlock found"), "{refused}");
    waiting.join();
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
