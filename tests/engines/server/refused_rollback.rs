//! The server refuses ROLLBACK or ROLLBACK TO SAVEPOINT, as Galera does. The library sends it again. If that is refused,
//! too, it gives the connection up.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::library::prelude::*;
use crate::library::transaction_concurrent;
use diesel::prelude::*;
use diesel::result::Error::BrokenTransactionManager;

use super::commit::over_a_wire;
use super::wire::Scissors;
use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::models::Article;
use crate::suite::transactions::assert_nothing_open;

/// What it says of itself, after its ROLLBACK was refused.
type Work = fn(&mut [Article], &mut TestConnection, &(dyn Fn() + Sync)) -> String;

/// Work on articles 1 and 2 that ends in a ROLLBACK, because the second one is stale, and what its error says.
const WORK: [(&str, &str, Work); 6] = [
    ("save_all", "the whole batch was refused: record 1", |records, conn, refuse| {
        refuse();
        records.save_all_concurrent(conn).unwrap_err().to_string()
    }),
    ("delete_all", "the whole batch was refused: record 1", |records, conn, refuse| {
        refuse();
        records.delete_all_concurrent(conn).unwrap_err().to_string()
    }),
    ("a batch in a transaction", "the whole batch was refused: record 1", |records, conn, refuse| {
        let refused = transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| {
            records.save_all_concurrent(conn).inspect_err(|_| refuse())
        });
        refused.unwrap_err().to_string()
    }),
    ("a conflict", "was modified by", |records, conn, refuse| {
        let refused = transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| {
            records[0].save_concurrent(conn)?;
            refuse();
            records[1].save_concurrent(conn)
        });
        refused.unwrap_err().to_string()
    }),
    ("a panic", "undecided", |records, conn, refuse| {
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let _ = transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| {
                records[0].save_concurrent(conn)?;
                refuse();
                undecided()
            });
        }));
        (*panic.unwrap_err().downcast_ref::<&str>().unwrap()).to_owned()
    }),
    ("a panic in a savepoint", "undecided", |records, conn, refuse| {
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let _ = transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| {
                records[0].save_concurrent(conn)?;
                conn.transaction(|conn| {
                    records[0].save_concurrent(conn)?;
                    refuse();
                    undecided()
                })
            });
        }));
        (*panic.unwrap_err().downcast_ref::<&str>().unwrap()).to_owned()
    }),
];

fn undecided() -> Result<(), ConcurrencyError> {
    panic!("undecided")
}

/// Copies of articles 1 and 2, of which the second is stale.
pub fn with_a_stale_one() -> (Database, TestConnection, Scissors, [Article; 2]) {
    let (database, mut observer) = with_article();
    insert_article(2, 1, &mut observer);
    let (mut conn, scissors) = over_a_wire(&database);
    let records = [1, 2].map(|id| article(id, &mut conn));
    article(2, &mut observer).save_concurrent(&mut observer).unwrap();
    (database, conn, scissors, records)
}

#[test]
fn a_refused_rollback_is_sent_again_whatever_it_ends() {
    for (name, says, work) in WORK {
        let (database, conn, scissors, records) = &mut with_a_stale_one();
        let observer = &mut database.connect();
        let (before, rows) = (records.clone(), [1, 2].map(|id| article(id, observer)));
        let said = work(records, conn, &|| scissors.refuse("ROLLBACK", 1));
        assert!(said.contains(says), "{name}: {said}");
        assert_eq!(*records, before, "{name}");
        assert_eq!([1, 2].map(|id| article(id, observer)), rows, "{name}");
        assert_nothing_open(conn);
        transaction_concurrent(conn, &mut records[0], |conn, record: &mut &mut Article| record.save_concurrent(conn))
            .unwrap_or_else(|error| panic!("{name}: the connection goes on: {error:?}"));
        assert_eq!(article(1, observer), records[0], "{name}");
    }
}

#[test]
fn a_connection_whose_rollback_is_refused_again_is_given_up() {
    for (name, _, work) in WORK {
        let (database, conn, scissors, records) = &mut with_a_stale_one();
        let observer = &mut database.connect();
        let (before, rows) = (records.clone(), [1, 2].map(|id| article(id, observer)));
        let said = work(records, conn, &|| scissors.refuse("ROLLBACK", 9));
        assert!(said.contains("made up") || said == "undecided", "{name}: {said}");
        assert_eq!(*records, before, "{name}");
        assert!(AnsiTransactionManager::is_broken_transaction_manager(conn), "{name}: a pool would hand it on");
        let refused = records[0].save_concurrent(conn);
        assert!(matches!(refused, Err(ConcurrencyError::Database(BrokenTransactionManager))), "{name}: {refused:?}");
        assert_eq!([1, 2].map(|id| article(id, observer)), rows, "{name}");
    }
}

/// The second attempt rolls the savepoint back. The error is that of the first, because an engine that refuses it may have
/// rolled back the whole transaction.
#[test]
fn a_refused_rollback_to_a_savepoint_is_sent_again() {
    let (database, conn, scissors, [first, second]) = &mut with_a_stale_one();
    let observer = &mut database.connect();
    transaction_concurrent(conn, &mut *first, |conn, first: &mut &mut Article| {
        first.save_concurrent(conn)?;
        let nested = transaction_concurrent(conn, &mut **first, |conn, first: &mut &mut Article| {
            first.save_concurrent(conn)?;
            scissors.refuse("ROLLBACK TO SAVEPOINT", 1);
            second.clone().save_concurrent(conn)
        });
        let ConcurrencyError::Restart(cause) = nested.unwrap_err() else { panic!("not Restart") };
        assert!(cause.to_string().contains("made up"), "{cause}");
        assert_eq!(first.version, 2, "its version before the savepoint");
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!((first.version, article(1, observer)), (2, first.clone()));
    assert_nothing_open(conn);
}
