//! Errors that only a server can cause: the connection is lost in the middle of a save.

#[path = "server/commit.rs"]
mod commit;
#[path = "server/cuts.rs"]
mod cuts;
#[path = "server/lock_order.rs"]
mod lock_order;
#[path = "server/proofs.rs"]
mod proofs;
#[path = "server/refused_rollback.rs"]
pub mod refused_rollback;
#[path = "server/wire.rs"]
pub mod wire;

use crate::library::prelude::*;
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::{BEGIN_READ_ONLY, CONNECTION_LOST, READ_ONLY, connection_id, kill};
use crate::suite::bad_input::{WRITES, assert_database, edited};
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::models::Article;
use crate::suite::threads::{spawn, until_waiting};

/// A lost connection with an unknown outcome. It is not a conflict, and must not be repeated without a look at the row.
#[track_caller]
fn assert_lost(error: &ConcurrencyError) {
    let cause = match error {
        ConcurrencyError::OutcomeUnknown(cause) => &**cause,
        ConcurrencyError::Database(cause) => cause,
        _ => panic!("neither unknown nor said by a database: {error:?}"),
    };
    // If COMMIT gets no answer, ROLLBACK gets none, either.
    let cause = match cause {
        DieselError::RollbackErrorOnCommit { commit_error, .. } => commit_error,
        cause => cause,
    };
    let DieselError::DatabaseError(kind, said) = cause else {
        panic!("not said by a database: {error:?}");
    };
    let is_lost = |(lost, message): &(_, &str)| lost == kind && said.message().contains(message);
    assert!(CONNECTION_LOST.iter().any(is_lost), "{error:?}");
    assert!(!error.is_retryable() && !error.is_conflict());
}

#[test]
fn a_connection_lost_in_the_middle_of_a_write_is_no_conflict_and_leaves_the_record() {
    for (name, write) in WRITES {
        let (database, observer) = &mut with_article();
        let row = article(1, observer);
        let record = edited(&row);
        let holder = &mut database.connect();
        AnsiTransactionManager::begin_transaction(holder).unwrap();
        article(1, holder).save_concurrent(holder).unwrap();

        let mut lost = database.connect();
        let id = connection_id(&mut lost);
        let mut written = record.clone();
        let waiting = spawn(move || {
            let first = write(&mut written, &mut lost);
            // Nothing brings the connection back.
            (first, write(&mut written, &mut lost), written)
        });
        until_waiting(id, observer);
        kill(id, observer);
        let (first, second, mut written) = waiting.join();
        let first = first.unwrap_err();
        assert!(matches!(first, ConcurrencyError::OutcomeUnknown(_)), "{name}: {first:?}");
        assert_lost(&first);
        match second.unwrap_err() {
            // Nothing was sent.
            ConcurrencyError::Database(DieselError::BrokenTransactionManager) => {}
            second => assert_lost(&second),
        }
        assert_eq!(written, record, "{name}");

        AnsiTransactionManager::rollback_transaction(holder).unwrap();
        assert_eq!(article(1, observer), row, "{name}");
        written.save_concurrent(observer).unwrap();
        assert_eq!(article(1, observer), Article { version: 2, ..record });
    }
}

#[test]
fn a_connection_lost_in_a_transaction_undoes_it() {
    let (database, observer) = &mut with_article();
    insert_article(2, 1, observer);
    let rows = [1, 2].map(|id| article(id, observer));
    let holder = &mut database.connect();
    AnsiTransactionManager::begin_transaction(holder).unwrap();
    article(2, holder).save_concurrent(holder).unwrap();

    let mut lost = database.connect();
    let id = connection_id(&mut lost);
    let [mut saved, mut waited] = rows.clone();
    let waiting = spawn(move || {
        let result = lost.transaction(|lost| {
            saved.save_concurrent(lost)?;
            waited.save_concurrent(lost)
        });
        (result, waited.version)
    });
    until_waiting(id, observer);
    kill(id, observer);
    let (result, version) = waiting.join();
    assert_lost(&result.unwrap_err());
    assert_eq!(version, 1);

    AnsiTransactionManager::rollback_transaction(holder).unwrap();
    assert_eq!([1, 2].map(|id| article(id, observer)), rows);
}

#[test]
fn a_transaction_that_may_only_read_refuses_every_write() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    let record = edited(&row);
    let (kind, message) = READ_ONLY;
    for (name, write) in WRITES {
        let mut written = record.clone();
        AnsiTransactionManager::begin_transaction_sql(conn, BEGIN_READ_ONLY).unwrap();
        assert_database(&write(&mut written, conn).unwrap_err(), kind, message);
        AnsiTransactionManager::rollback_transaction(conn).unwrap();
        assert_eq!(written, record, "{name}");
    }
    assert_eq!(article(1, conn), row);
    let mut written = record;
    written.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), written);
}
