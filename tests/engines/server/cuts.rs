//! The wire cut after each byte of the exchange of a write, on either side. Its outcome is known, and then the row is written, or it
//! is said to be unknown; nothing hangs, and no change is counted twice or lost.

use crate::library::prelude::*;
use crate::library::{BulkError, MergeError, Tracked, transaction_concurrent};
use diesel::prelude::*;

use super::commit::over_a_wire;
use super::wire::{Cut, Scissors};
use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::{article, counter, insert_article, with_article};
use crate::suite::models::{Article, Counter, articles};
use crate::suite::threads::spawn;

/// Longer than any exchange is.
const LONGEST: usize = 10_000;

/// A way to write article `id`, which is at version 1: the wire may be cut from then on.
type Write = fn(i64, &mut TestConnection, &Scissors, Cut) -> Result<(), ConcurrencyError>;

/// An article whose version the database computes.
#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = articles)]
struct Conditional {
    id: i64,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// An article that differs from its row.
fn edited(id: i64) -> Article {
    Article { id, title: "first".to_owned(), body: Some("text".to_owned()), views: 5, version: 1 }
}

/// The ways to write, each a name, how often the wire is cut (at every byte, at every third), and the write.
const WRITES: [(&str, usize, Write); 10] = [
    ("save", 1, |id, conn, scissors, cut| {
        scissors.cut(cut);
        edited(id).save_concurrent(conn)
    }),
    ("COMMIT", 1, |id, conn, scissors, cut| {
        transaction_concurrent(conn, &mut edited(id), |conn, record: &mut &mut Article| {
            record.save_concurrent(conn)?;
            scissors.cut(cut);
            Ok(())
        })
    }),
    ("conditional save", 3, |id, conn, scissors, cut| {
        scissors.cut(cut);
        Conditional { id, views: 5, version: 1 }.save_concurrent(conn)
    }),
    ("save_unchecked", 3, |id, conn, scissors, cut| {
        scissors.cut(cut);
        edited(id).save_unchecked(conn)
    }),
    ("save_without_increment", 3, |id, conn, scissors, cut| {
        scissors.cut(cut);
        edited(id).save_without_increment(conn)
    }),
    ("touch", 3, |id, conn, scissors, cut| {
        scissors.cut(cut);
        edited(id).touch_concurrent(conn)
    }),
    ("update", 3, |id, conn, scissors, cut| {
        scissors.cut(cut);
        edited(id).update_concurrent(articles::views.eq(5), conn).map(drop)
    }),
    ("delete", 3, |id, conn, scissors, cut| {
        scissors.cut(cut);
        edited(id).delete_concurrent(conn)
    }),
    // Long exchanges, with what the catalog says of the table: fewer positions.
    ("save_all", 7, |id, conn, scissors, cut| {
        scissors.cut(cut);
        told([edited(id)].save_all_concurrent(conn))
    }),
    ("delete_all", 7, |id, conn, scissors, cut| {
        scissors.cut(cut);
        told([edited(id)].delete_all_concurrent(conn))
    }),
];

fn told(result: Result<(), BulkError>) -> Result<(), ConcurrencyError> {
    result.map_err(|error| match error {
        BulkError::Concurrency(error) => error,
        error => panic!("no lost connection: {error:?}"),
    })
}

/// A connection over a wire on which this write is prepared already, or not.
fn prepared(write: Option<Write>, id: i64, database: &Database) -> (TestConnection, Scissors) {
    let (mut conn, scissors) = over_a_wire(database);
    if let Some(write) = write {
        write(id, &mut conn, &Scissors::default(), Cut::QuestionsAfter(LONGEST)).unwrap();
    }
    (conn, scissors)
}

/// The positions to cut at, until the write gets through.
fn at_each_position(step: usize, mut gets_through: impl FnMut(Cut) -> bool) -> usize {
    const SIDES: [fn(usize) -> Cut; 2] = [Cut::QuestionsAfter, Cut::AnswersAfter];
    let cuts = |side: fn(usize) -> Cut| {
        (0..LONGEST).step_by(step).take_while(|position| !gets_through(side(*position))).count()
    };
    SIDES.map(cuts).iter().sum()
}

#[test]
fn a_write_is_done_and_told_or_its_outcome_is_unknown() {
    for (name, step, write) in WRITES {
        let (database, observer) = with_article();
        let tried = spawn(move || each_outcome(name, step, write, &database, &mut { observer }));
        assert!(tried.join() > 10, "{name}");
    }
}

fn each_outcome(name: &str, step: usize, write: Write, database: &Database, observer: &mut TestConnection) -> usize {
    let mut id = 1;
    at_each_position(step, |cut| {
        insert_article(id + 1, 1, observer);
        insert_article(id + 2, 1, observer);
        id += 2;
        let row = article(id, observer);
        let (mut conn, scissors) = prepared(Some(write), id - 1, database);
        match write(id, &mut conn, &scissors, cut) {
            Ok(()) => {
                let found = articles::table.find(id).select(Article::as_select()).first(observer).optional().unwrap();
                assert_ne!(found, Some(row), "{name} says that it is done, cut at {cut:?}");
                true
            }
            Err(ConcurrencyError::OutcomeUnknown(_)) => false,
            // A write that is lost before its COMMIT is sent is certainly rolled back.
            Err(ConcurrencyError::Database(_)) if name.ends_with("_all") || name == "COMMIT" => {
                assert_eq!(article(id, observer), row, "{name} says that it is not done, cut at {cut:?}");
                false
            }
            Err(other) => panic!("{name}, cut at {cut:?}: {other:?}"),
        }
    })
}

/// A tracked counter after five more views, and how it was saved when the wire was cut.
type Count = fn(&mut Tracked<Counter>, &mut TestConnection, &Scissors, Cut) -> Result<(), ConcurrencyError>;

const COUNTS: [(&str, bool, Count); 3] = [
    ("save", true, |record, conn, scissors, cut| {
        scissors.cut(cut);
        record.save_concurrent(conn)
    }),
    ("first save", false, |record, conn, scissors, cut| {
        scissors.cut(cut);
        record.save_concurrent(conn)
    }),
    ("COMMIT", true, |record, conn, scissors, cut| {
        transaction_concurrent(conn, record, |conn, record: &mut &mut Tracked<Counter>| {
            record.save_concurrent(conn)?;
            scissors.cut(cut);
            Ok(())
        })
    }),
];

#[test]
fn a_sum_counts_once_wherever_the_wire_is_cut() {
    for (name, is_prepared, count) in COUNTS {
        let (database, observer) = with_article();
        let tried = spawn(move || count_each(name, is_prepared, count, &database, &mut { observer }));
        assert!(tried.join() > 10, "{name}");
    }
}

fn count_each(
    name: &str,
    is_prepared: bool,
    count: Count,
    database: &Database,
    observer: &mut TestConnection,
) -> usize {
    let mut id = 1;
    at_each_position(1, |cut| {
        insert_article(id + 1, 1, observer);
        insert_article(id + 2, 1, observer);
        id += 2;
        let (mut conn, scissors) = prepared(None, id - 1, database);
        if is_prepared {
            let mut other = counter(id - 1, &mut conn);
            other.views += 5;
            other.save_concurrent(&mut conn).unwrap();
        }
        let mut record = counter(id, &mut conn);
        record.views += 5;
        let done = count(&mut record, &mut conn, &scissors, cut);
        match &done {
            Ok(()) | Err(ConcurrencyError::OutcomeUnknown(_)) => {}
            // Before a COMMIT is sent it is known that nothing is done.
            Err(ConcurrencyError::Database(_)) if name == "COMMIT" => {}
            other => panic!("{name}, cut at {cut:?}: {other:?}"),
        }
        // Either another writer also counts, or no one does and the record finds its own write.
        let others = i32::from(id % 4 == 1) * 5;
        if others > 0 {
            count_by_others(id, observer);
        }
        let merged = record.save_merging(observer);
        let row = counter(id, observer);
        match merged {
            Ok(()) => {
                assert_eq!(row.views, 5 + others, "{name}, cut at {cut:?}");
                // A write that is known to be saved, and was not changed since, is not merged.
                if done.is_err() {
                    assert_eq!(row, record, "{name}, cut at {cut:?}");
                }
            }
            Err(MergeError::Fields { .. } | MergeError::Concurrency(_)) => panic!("{name}, cut at {cut:?}: {merged:?}"),
            // It is unknown whose change the row has, and the record says so.
            Err(_) => {
                assert!(done.is_err(), "{name}, cut at {cut:?}: {merged:?}");
                assert!([others, 5 + others].contains(&row.views), "{name}, cut at {cut:?}: {row:?}");
            }
        }
        done.is_ok()
    })
}

/// Other people, who save again if another one was faster.
fn count_by_others(id: i64, observer: &mut TestConnection) {
    loop {
        let mut theirs = article(id, observer);
        theirs.views += 5;
        match theirs.save_concurrent(observer) {
            Ok(()) => return,
            Err(error) => assert!(error.is_conflict(), "{error:?}"),
        }
    }
}
