//! Transactions that the engine does not have any more when the closure fails, by a statement that commits or by a refusal that was
//! swallowed: what the closure saved is committed, its error says nothing of that, and there is nothing left to roll back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::library::prelude::*;
use crate::library::{RetryPolicy, Retryable, retry_if, retry_on_conflict, transaction_concurrent};
use diesel::prelude::*;

use super::super::fixtures::{article, with_article};
use super::super::models::{Article, articles};
use super::assert_nothing_open;
use crate::engine::{LOSSES, TestConnection};

/// How a transaction is lost around or before a save, which is committed.
pub type Loss = fn(&mut TestConnection, &mut dyn FnMut(&mut TestConnection));

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Counter {
    id: i64,
    title: String,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version)]
    version: i64,
}

/// An application's own error.
#[derive(Debug)]
enum AppError {
    Own,
    Save(ConcurrencyError),
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Save(error.into())
    }
}

impl From<ConcurrencyError> for AppError {
    fn from(error: ConcurrencyError) -> Self {
        Self::Save(error)
    }
}

impl Retryable for AppError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Save(error) if error.is_retryable())
    }
}

#[track_caller]
fn assert_lost(name: &str, result: Result<(), AppError>) {
    let Err(AppError::Save(ConcurrencyError::TransactionLost(_))) = result else { panic!("{name}: {result:?}") };
}

fn counter(conn: &mut TestConnection) -> Tracked<Counter> {
    articles::table.find(1).select(Tracked::<Counter>::as_select()).first(conn).unwrap()
}

/// The save is committed, the record keeps its old version and the doubt: it is not counted twice.
#[track_caller]
fn assert_in_doubt(name: &str, record: &mut Tracked<Counter>, conn: &mut TestConnection) {
    assert_nothing_open(conn);
    let row = article(1, conn);
    assert_eq!((record.version, row.version, row.views), (1, 2, 1), "{name}");
    let merged = record.save_merging(conn);
    let Err(MergeError::InDoubt { fields, .. }) = merged else { panic!("{name}: {merged:?}") };
    assert_eq!(fields, ["views"], "{name}");
    assert_eq!(article(1, conn), row, "{name}");
}

fn lose(loss: Loss, record: &mut Tracked<Counter>, conn: &mut TestConnection) {
    loss(conn, &mut |conn| record.save_concurrent(conn).unwrap());
}

type Fail = fn(&mut TestConnection) -> Result<(), AppError>;
const FAILURES: [(&str, Fail); 3] = [
    ("its own error", |_| Err(AppError::Own)),
    ("a conflict", |conn| Ok(Article { version: 0, ..article(1, conn) }.save_concurrent(conn)?)),
    ("an error of Diesel's", |_| Err(diesel::result::Error::RollbackTransaction.into())),
];

#[test]
fn what_was_saved_before_the_closure_failed_is_in_doubt() {
    for (name, loss) in LOSSES {
        for (failure, fail) in FAILURES {
            let name = format!("{name}, {failure}");
            let (_database, conn) = &mut with_article();
            let mut record = counter(conn);
            record.views += 1;
            let result = transaction_concurrent(conn, &mut record, |conn, record| {
                lose(*loss, record, conn);
                fail(conn)
            });
            assert_lost(&name, result);
            assert_in_doubt(&name, &mut record, conn);
        }
    }
}

/// Whichever transaction lists the record, and whichever is around it.
#[test]
fn a_loss_inside_of_a_savepoint_is_told_at_the_outermost_end() {
    for (name, loss) in LOSSES {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 1;
        let result = transaction_concurrent(conn, &mut record, |conn, record| {
            transaction_concurrent(conn, &mut **record, |conn, record| {
                lose(*loss, record, conn);
                Err(AppError::Own)
            })
        });
        assert_lost(name, result);
        assert_in_doubt(name, &mut record, conn);

        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 1;
        let result = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
            transaction_concurrent(conn, &mut record, |conn, record| {
                lose(*loss, record, conn);
                Err(AppError::Own)
            })
        });
        assert_lost(name, result);
        assert_in_doubt(name, &mut record, conn);
    }
}

/// Diesel leaves a savepoint that it cannot release open, and takes no notice of one that it cannot roll back to.
#[test]
fn a_loss_inside_of_a_transaction_of_diesels_that_is_swallowed_is_told() {
    for (name, loss) in LOSSES {
        for fails in [false, true] {
            let name = format!("{name}, {fails}");
            let (_database, conn) = &mut with_article();
            let mut record = counter(conn);
            record.views += 1;
            let result = transaction_concurrent(conn, &mut record, |conn, record| {
                lose_inside_of_diesels(*loss, fails, record, conn);
                Ok(())
            });
            assert_lost(&name, result);
            assert_in_doubt(&name, &mut record, conn);
        }
    }
}

/// The record is listed in a savepoint alone, whose end is the one that must notice.
#[test]
fn a_savepoint_that_lists_the_record_notices_such_a_loss() {
    for (name, loss) in LOSSES {
        for (fails, ends_well) in [(false, false), (false, true), (true, false), (true, true)] {
            let name = format!("{name}, {fails}, {ends_well}");
            let (_database, conn) = &mut with_article();
            let mut record = counter(conn);
            record.views += 1;
            let result = transaction_concurrent(conn, (), |conn, ()| {
                transaction_concurrent(conn, &mut record, |conn, record| {
                    lose_inside_of_diesels(*loss, fails, record, conn);
                    if ends_well { Ok(()) } else { Err(AppError::Own) }
                })
            });
            assert_lost(&name, result);
            assert_in_doubt(&name, &mut record, conn);
        }
    }
}

/// Loses the transaction in a savepoint of Diesel, which then cannot be released or rolled back to, and ignores that
/// error.
fn lose_inside_of_diesels(loss: Loss, fails: bool, record: &mut Tracked<Counter>, conn: &mut TestConnection) {
    let swallowed = conn.transaction(|conn| {
        lose(loss, record, conn);
        if fails { Err(AppError::Own) } else { Ok(()) }
    });
    assert!(matches!(swallowed, Err(AppError::Save(_))), "{swallowed:?}");
}

#[test]
fn a_panic_goes_on_and_leaves_the_doubt() {
    for (name, loss) in LOSSES {
        let (_database, conn) = &mut with_article();
        let mut record = counter(conn);
        record.views += 1;
        let panic = catch_unwind(AssertUnwindSafe(|| {
            transaction_concurrent(conn, &mut record, |conn, record| -> Result<(), AppError> {
                lose(*loss, record, conn);
                panic!("of the closure")
            })
        }));
        assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"of the closure"), "{name}");
        assert_in_doubt(name, &mut record, conn);
    }
}

/// It keeps an older version than its row.
#[test]
fn a_record_that_is_not_tracked_conflicts() {
    for (name, loss) in LOSSES {
        let (_database, conn) = &mut with_article();
        let mut record = article(1, conn);
        let result = transaction_concurrent(conn, &mut record, |conn, record| {
            loss(conn, &mut |conn| record.save_concurrent(conn).unwrap());
            Err(AppError::Own)
        });
        assert_lost(name, result);
        assert_eq!((record.version, article(1, conn).version), (1, 2), "{name}");
        assert!(record.save_concurrent(conn).unwrap_err().is_conflict(), "{name}");
    }
}

/// With any error, and whatever a predicate returns for it.
#[test]
fn it_is_told_and_not_run_again() {
    for (name, loss) in LOSSES {
        for (failure, fail) in FAILURES {
            for always in [false, true] {
                let name = format!("{name}, {failure}, {always}");
                let (_database, conn) = &mut with_article();
                let mut runs = 0;
                let is_retryable = |error: &AppError| always || error.is_retryable();
                let result = retry_if(conn, &RetryPolicy::default(), is_retryable, |conn| {
                    runs += 1;
                    let mut record = counter(conn);
                    record.views += 1;
                    lose(*loss, &mut record, conn);
                    fail(conn)
                });
                assert_lost(&name, result);
                assert_eq!((runs, article(1, conn).views), (1, 1), "{name}");
                assert_nothing_open(conn);
            }
        }
    }
}
