//! What InnoDB leaves of a transaction that it refused: after a deadlock (1213) or a write over an older snapshot (1020)
//! nothing, and the connection is out of the transaction; after a lock wait timeout (1205) everything but the statement.

use std::sync::mpsc;

use crate::library::prelude::*;
use crate::library::transaction_concurrent;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::TestConnection;
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::isolation::deadlock::assert_restart;
use crate::suite::models::{Article, Author, authors};
use crate::suite::threads::{DEADLINE, spawn};

/// How a transaction is brought to be refused when it saves article 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Deadlock,
    OldSnapshot,
}

impl Way {
    /// Error 1020 exists only where `innodb_snapshot_isolation` does: in newer MariaDB, not in MySQL.
    fn all() -> Vec<Self> {
        let (_database, conn) = &mut with_article();
        let is_known = conn.batch_execute("SET innodb_snapshot_isolation = ON").is_ok();
        if is_known { vec![Self::Deadlock, Self::OldSnapshot] } else { vec![Self::Deadlock] }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Deadlock => "Deadlock found when trying to get lock",
            Self::OldSnapshot => "Record has changed since last read in table",
        }
    }
}

/// Runs a transaction that saves article 2, then loses article 1 to another one, and then does what `end` says, where the
/// save of article 1 is refused. Returns its result and the versions of articles 1, 2 and 3.
fn lose(
    way: Way,
    end: impl FnOnce(&mut TestConnection, &mut Article) -> Result<(), ConcurrencyError>,
) -> (Result<(), ConcurrencyError>, [i64; 3]) {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    insert_article(3, 1, conn);
    if way == Way::OldSnapshot {
        conn.batch_execute("SET innodb_snapshot_isolation = ON").unwrap();
    }
    let (mut refused, mut saved) = (article(1, conn), article(2, conn));
    let mut theirs = refused.clone();
    let mut other = database.connect();
    let mut winner = None;

    let result = conn.transaction(|conn| {
        saved.save_concurrent(conn)?;
        match way {
            Way::OldSnapshot => {
                article(1, conn);
                theirs.save_concurrent(&mut other).unwrap();
            }
            Way::Deadlock => {
                // Both have a shared lock and want an exclusive one; InnoDB refuses the one that has written less.
                let (has_lock, other_has_lock) = mpsc::channel();
                refused.check_concurrent(conn)?;
                winner = Some(spawn(move || {
                    let many = |id| Author { id, name: format!("author {id}"), version: 1 };
                    let many: Vec<_> = (1..100).map(many).collect();
                    other.transaction(|other| {
                        diesel::insert_into(authors::table).values(many).execute(other)?;
                        theirs.check_concurrent(other)?;
                        has_lock.send(()).unwrap();
                        theirs.save_concurrent(other)
                    })
                }));
                other_has_lock.recv_timeout(DEADLINE).unwrap();
            }
        }
        end(conn, &mut refused)
    });
    if let Some(winner) = winner {
        winner.join().unwrap();
    }
    assert_eq!(refused.version, 1, "what was refused is not reported as saved");
    (result, [1, 2, 3].map(|id| article(id, conn).version))
}

#[test]
fn nothing_of_a_transaction_remains_after_a_restart() {
    for way in Way::all() {
        let (result, versions) = lose(way, |conn, refused| refused.save_concurrent(conn));
        assert_restart(&result.unwrap_err(), way.message());
        assert_eq!(versions, [2, 1, 1], "{way:?}");
    }
}

#[test]
fn a_restart_in_a_nested_transaction_of_ours_comes_out_as_one() {
    for way in Way::all() {
        let (result, versions) = lose(way, |conn, refused| {
            transaction_concurrent(conn, refused, |conn, refused| refused.save_concurrent(conn))
        });
        assert_restart(&result.unwrap_err(), way.message());
        assert_eq!(versions, [2, 1, 1], "{way:?}");
    }
}

/// The savepoint is gone with the transaction: after 1020 that is all Diesel's own says, as it takes only 1213 for the end;
/// diesel-async's does not know 1213 either.
#[test]
fn a_restart_in_a_nested_transaction_of_diesels_comes_out_as_one() {
    for way in Way::all() {
        let (result, versions) = lose(way, |conn, refused| conn.transaction(|conn| refused.save_concurrent(conn)));
        let message = match way {
            Way::Deadlock if crate::library::KNOWS_DEADLOCKS => way.message(),
            _ => "SAVEPOINT diesel_savepoint_1 does not exist",
        };
        assert_restart(&result.unwrap_err(), message);
        assert_eq!(versions, [2, 1, 1], "{way:?}");
    }
}

/// Why an application must not swallow a Restart: `transaction` then says Ok, what came before is lost, what follows is
/// committed by itself.
#[test]
fn a_swallowed_restart_loses_what_was_saved_before() {
    for way in Way::all() {
        let (result, versions) = lose(way, |conn, refused| {
            assert_restart(&refused.save_concurrent(conn).unwrap_err(), way.message());
            article(3, conn).save_concurrent(conn)
        });
        result.unwrap();
        assert_eq!(versions, [2, 1, 2], "{way:?}");
    }
}

#[test]
fn after_a_lock_wait_timeout_the_rest_of_the_transaction_stands() {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let holder = &mut database.connect();
    let (mut refused, mut saved) = (article(1, conn), article(2, conn));
    conn.batch_execute(super::SHORT_LOCK_TIMEOUT).unwrap();

    holder
        .transaction(|holder| {
            article(1, holder).save_concurrent(holder)?;
            conn.transaction(|conn| {
                saved.save_concurrent(conn)?;
                assert_restart(&refused.save_concurrent(conn).unwrap_err(), super::LOCK_TIMEOUT);
                assert_eq!(refused.version, 1);
                Ok::<_, ConcurrencyError>(())
            })
        })
        .unwrap();
    assert_eq!((article(1, conn).version, article(2, conn).version), (2, 2));
}
