//! A transaction of ours whose work panics, wherever that is: it is rolled back, or its connection is not used again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::library::prelude::*;
use crate::library::{RetryPolicy, retry_on_conflict, transaction_concurrent};
use diesel::backend::Backend;
use diesel::connection::InstrumentationEvent;
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::result::Error::BrokenTransactionManager;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Text;

use super::super::fixtures::{article, insert_article};
use super::super::models::{Article, articles};
use super::assert_nothing_open;
use crate::engine::{Database, TestConnection};
use crate::library::ROLLS_BACK_AT_ONCE;

/// An article whose title panics when it is bound.
#[derive(Debug, Clone, Concurrent)]
#[diesel(table_name = articles)]
struct Bomb {
    id: i64,
    #[diesel(serialize_as = Fuse)]
    title: String,
    #[concurrent(version)]
    version: i64,
}

#[derive(Debug, AsExpression)]
#[diesel(sql_type = Text)]
struct Fuse(String);

impl From<String> for Fuse {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<DB: Backend> ToSql<Text, DB> for Fuse
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
        assert_ne!(self.0, "boom");
        self.0.to_sql(out)
    }
}

fn with_three() -> (Database, TestConnection) {
    let database = Database::new();
    let conn = three_anew(&database);
    (database, conn)
}

/// A connection to articles 1, 2 and 3, as they are to begin with.
fn three_anew(database: &Database) -> TestConnection {
    let mut conn = database.connect();
    diesel::delete(articles::table).execute(&mut conn).unwrap();
    for id in [1, 2, 3] {
        insert_article(id, 1, &mut conn);
    }
    conn
}

/// The next save is committed, or refused; it never only seems to be saved.
#[track_caller]
fn assert_honest(id: i64, database: &Database, conn: &mut TestConnection, rolls_back: bool) {
    let row = article(id, &mut database.connect());
    let mut record = Article { title: "after".to_owned(), ..row.clone() };
    let saved = catch_unwind(AssertUnwindSafe(|| record.save_concurrent(conn)));
    let now = article(id, &mut database.connect());
    let Ok(saved) = saved else {
        return assert_poisoned(&now, &row);
    };
    if rolls_back {
        saved.unwrap();
        assert_eq!(now, Article { title: "after".to_owned(), version: row.version + 1, ..row });
        assert_nothing_open(conn);
    } else {
        assert!(matches!(saved, Err(ConcurrencyError::Database(BrokenTransactionManager))), "{saved:?}");
        assert_eq!((now, record.version), (row.clone(), row.version));
        assert!(AnsiTransactionManager::is_broken_transaction_manager(conn), "a pool would hand it on");
    }
}

/// A panic poisons the lock in which diesel-async keeps a SQLite connection. The next use of the connection panics,
/// too.
#[track_caller]
fn assert_poisoned(now: &Article, row: &Article) {
    assert!(
        crate::engine::NAME == "SQLite" && !ROLLS_BACK_AT_ONCE,
        "only such a connection panics when it is used again"
    );
    assert_eq!(now, row);
}

#[test]
fn a_batch_whose_value_panics_leaves_nothing_open() {
    let bombs = |id| {
        let bomb = |id, title: &str| Bomb { id, title: title.to_owned(), version: 1 };
        [bomb(1, if id == 1 { "boom" } else { "one" }), bomb(2, if id == 2 { "boom" } else { "two" })]
    };
    for id in [1, 2] {
        for each in [false, true] {
            let (database, conn) = &mut with_three();
            let mut records = bombs(id);
            let panic = catch_unwind(AssertUnwindSafe(|| {
                if each {
                    let _ = records.save_each_concurrent(conn);
                } else {
                    let _ = records.save_all_concurrent(conn);
                }
            }));
            assert!(panic.is_err());
            assert_eq!([records[0].version, records[1].version], [1, 1]);
            assert_eq!(article(1, &mut database.connect()).title, "first");
            assert_honest(3, database, conn, ROLLS_BACK_AT_ONCE);
        }
    }
}

/// The caller's transaction is none of ours: only the savepoint is rolled back.
#[test]
fn a_batch_that_panics_in_the_callers_transaction_takes_back_its_own_writes() {
    if !ROLLS_BACK_AT_ONCE {
        return a_batch_whose_value_panics_leaves_nothing_open();
    }
    let (database, conn) = &mut with_three();
    conn.transaction(|conn| {
        let mut kept = article(3, conn);
        kept.save_concurrent(conn)?;
        let mut records = ["one", "boom"].map(|title| Bomb { id: 1, title: title.to_owned(), version: 1 });
        records[1].id = 2;
        assert!(catch_unwind(AssertUnwindSafe(|| records.save_all_concurrent(conn).is_ok())).is_err());
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    let rows = [1, 2, 3].map(|id| article(id, &mut database.connect()).version);
    assert_eq!(rows, [1, 1, 2]);
    assert_nothing_open(conn);
}

/// Panics at this number of statements.
pub fn panic_at(statement: usize, conn: &mut TestConnection) -> Arc<AtomicUsize> {
    let told = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&told);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            let number = counter.fetch_add(1, Ordering::SeqCst);
            assert_ne!(number, statement, "the observer panics");
        }
    });
    told
}

/// Whether it ended well.
type Work = fn(&mut [Article], &mut TestConnection) -> bool;

/// What is done to two records, and how many statements that takes at least.
const WORK: [(&str, usize, Work); 9] = [
    ("transaction_concurrent", 3, |records, conn| {
        transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| save_both(records, conn)).is_ok()
    }),
    ("a savepoint of ours", 5, |records, conn| {
        let saved = transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| {
            records[0].save_concurrent(conn)?;
            transaction_concurrent(conn, &mut records[1], |conn, record: &mut &mut Article| {
                record.save_concurrent(conn)
            })
        });
        saved.is_ok()
    }),
    ("a savepoint of Diesel's", 5, |records, conn| {
        let saved = transaction_concurrent(conn, records, |conn, records: &mut &mut [Article]| {
            conn.transaction(|conn| save_both(records, conn))
        });
        saved.is_ok()
    }),
    ("retry_on_conflict", 3, |records, conn| {
        retry_on_conflict(conn, &RetryPolicy::default(), |conn| save_both(&mut records.to_vec(), conn)).is_ok()
    }),
    ("save_all", 3, |records, conn| records.save_all_concurrent(conn).is_ok()),
    ("save_each", 3, |records, conn| records.save_each_concurrent(conn).is_ok()),
    ("check_all", 1, |records, conn| records.check_all_concurrent(conn).is_ok()),
    ("delete_all", 3, |records, conn| records.delete_all_concurrent(conn).is_ok()),
    ("delete_each", 3, |records, conn| records.delete_each_concurrent(conn).is_ok()),
];

fn save_both(records: &mut [Article], conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
    records.iter_mut().try_for_each(|record| record.save_concurrent(conn))
}

/// An observer that panics at BEGIN, at a write, at COMMIT: every statement of a transaction and of a batch.
#[test]
fn an_observer_that_panics_at_any_statement_leaves_nothing_open() {
    for (name, at_least, work) in WORK {
        let database = &Database::new();
        for statement in 0.. {
            let name = format!("{name}, a panic at {statement}");
            let conn = &mut three_anew(database);
            let rows = [1, 2].map(|id| article(id, conn));
            let mut records = rows.clone();
            let told = panic_at(statement, conn);
            let ended = catch_unwind(AssertUnwindSafe(|| work(&mut records, conn)));
            if told.load(Ordering::SeqCst) <= statement {
                assert!(ended.unwrap(), "{name}");
                assert!(statement >= at_least, "{name}: it sends more");
                break;
            }
            let _ = catch_unwind(AssertUnwindSafe(|| conn.set_instrumentation(|_: InstrumentationEvent<'_>| {})));
            assert!(!matches!(ended, Ok(true)), "{name}");
            assert_eq!(records, rows, "{name}");
            assert_eq!([1, 2].map(|id| article(id, &mut database.connect())), rows, "{name}");
            if ROLLS_BACK_AT_ONCE {
                assert_honest(3, database, conn, true);
            } else {
                let mut third = article(3, &mut database.connect());
                let saved = catch_unwind(AssertUnwindSafe(|| third.save_concurrent(conn).is_ok())).unwrap_or(false);
                assert_eq!(article(3, &mut database.connect()).version, 1 + i64::from(saved), "{name}");
            }
        }
    }
}

/// What asks a resolver that panics, about article 1, which someone else has saved.
type Ask = fn(&mut Article, &mut TestConnection);

const ASKS: [(&str, Ask); 3] = [
    ("alone", ask),
    ("in a transaction", |record, conn| {
        let _ = transaction_concurrent(conn, record, |conn, record: &mut &mut Article| {
            article(2, conn).save_concurrent(conn)?;
            ask(record, conn);
            Ok::<_, ConcurrencyError>(())
        });
    }),
    ("in a retry", |record, conn| {
        let _ = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
            article(2, conn).save_concurrent(conn)?;
            ask(&mut record.clone(), conn);
            Ok::<_, ConcurrencyError>(())
        });
    }),
];

fn ask(record: &mut Article, conn: &mut TestConnection) {
    let _ = record.save_resolving(conn, |_| panic!("undecided"));
}

/// The next save is done, or refused where the panic has left a statement of the awaited connection without its end.
#[test]
fn a_resolver_that_panics_leaves_nothing_open() {
    for (name, ask) in ASKS {
        let (database, conn) = &mut with_three();
        let observer = &mut database.connect();
        let row = article(1, observer);
        article(1, observer).save_concurrent(observer).unwrap();
        let mut record = Article { title: "edited".to_owned(), ..row };
        let before = record.clone();
        let panic = catch_unwind(AssertUnwindSafe(|| ask(&mut record, conn)));
        assert_eq!(*panic.unwrap_err().downcast_ref::<&str>().unwrap(), "undecided", "{name}");
        assert_eq!(record, before, "{name}");
        assert_eq!([1, 2].map(|id| article(id, observer).version), [2, 1], "{name}");
        assert_honest(3, database, conn, ROLLS_BACK_AT_ONCE || crate::engine::NAME != "MariaDB or MySQL");
    }
}
