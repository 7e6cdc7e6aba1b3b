//! The connection is lost during COMMIT. No one learns whether the transaction is committed, and no edit may be lost or
//! made twice.

use crate::library::prelude::*;
use crate::library::{BulkError, MergeError, Resolution, RetryPolicy, Tracked};
use crate::library::{disable_increment, retry_on_conflict, transaction_concurrent};
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use super::super::DEFAULT_PORT;
use super::assert_lost;
use super::wire::{self, Cut, Scissors};
use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::{article, counter, insert_article, with_article};
use crate::suite::models::{Article, Counter};
use crate::suite::transactions::assert_nothing_open;

/// COMMIT got no answer, for which there is a separate message.
#[track_caller]
fn assert_unanswered(error: &ConcurrencyError) {
    let ConcurrencyError::OutcomeUnknown(cause) = error else { panic!("not OutcomeUnknown: {error:?}") };
    assert!(matches!(**cause, DieselError::RollbackErrorOnCommit { .. }), "{error:?}");
    assert!(error.to_string().starts_with("no answer came to COMMIT, so the transaction may be committed"), "{error}");
    assert!(!error.is_retryable() && !error.is_conflict());
}

/// A connection over a wire that can be cut.
pub fn over_a_wire(database: &Database) -> (TestConnection, Scissors) {
    let (url, scissors) = wire::lay(&database.url(), DEFAULT_PORT);
    (TestConnection::establish(&url).unwrap(), scissors)
}

/// Counter 1 after five more views, saved in a transaction that loses its connection during COMMIT.
fn counted_in_a_lost_transaction(database: &Database, cut: Cut) -> Tracked<Counter> {
    let (lost, scissors) = &mut over_a_wire(database);
    let mut record = counter(1, lost);
    record.views += 5;
    let result = transaction_concurrent(lost, &mut record, |lost, record| {
        record.save_concurrent(lost)?;
        scissors.cut(cut);
        Ok::<_, ConcurrencyError>(())
    });
    assert_unanswered(&result.unwrap_err());
    record
}

/// Whether the COMMIT arrives, and the place to cut the wire for that.
const CUTS: [(bool, Cut); 2] = [(false, Cut::Question("COMMIT")), (true, Cut::AnswerTo("COMMIT"))];

#[test]
fn the_record_is_as_it_was_and_the_row_all_or_nothing() {
    for (is_committed, cut) in CUTS {
        let (database, observer) = &mut with_article();
        let (lost, scissors) = &mut over_a_wire(database);
        let row = article(1, observer);
        let mut record = Article { title: "edited".to_owned(), ..row.clone() };
        let before = record.clone();
        let result = transaction_concurrent(lost, &mut record, |lost, record| {
            record.save_concurrent(lost)?;
            scissors.cut(cut);
            Ok::<_, ConcurrencyError>(())
        });
        assert_unanswered(&result.unwrap_err());
        assert_eq!(record, before);
        // Nothing brings the connection back, and no pool hands it on.
        let refused = record.save_concurrent(lost);
        assert!(
            matches!(refused, Err(ConcurrencyError::Database(DieselError::BrokenTransactionManager))),
            "{refused:?}"
        );
        assert_eq!(record, before);

        // Another connection shows the outcome. Nothing that was committed is overwritten unseen.
        let saved = record.save_concurrent(observer);
        if is_committed {
            let ConcurrencyError::RecordModified(error) = saved.unwrap_err() else { panic!("not RecordModified") };
            assert_eq!((error.expected.to_string(), error.found.to_string()), ("1".to_owned(), "2".to_owned()));
        } else {
            saved.unwrap();
        }
        assert_eq!(article(1, observer), Article { version: 2, ..before });
    }
}

#[test]
fn it_is_not_run_again_by_itself() {
    for (is_committed, cut) in CUTS {
        let (database, observer) = &mut with_article();
        let (lost, scissors) = &mut over_a_wire(database);
        let mut runs = 0;
        let result = retry_on_conflict(lost, &RetryPolicy::default(), |lost| {
            runs += 1;
            let mut record = article(1, lost);
            record.views += 1;
            record.save_concurrent(lost)?;
            scissors.cut(cut);
            Ok::<_, ConcurrencyError>(())
        });
        assert_unanswered(&result.unwrap_err());
        let row = article(1, observer);
        assert_eq!((runs, row.views, row.version), (1, i32::from(is_committed), 1 + i64::from(is_committed)));
    }
}

/// Merges a record whose sum is in doubt if the lost COMMIT was done, which the test knows.
fn merge_knowing(is_committed: bool, record: &mut Tracked<Counter>, conn: &mut TestConnection) {
    match record.save_merging(conn) {
        Err(MergeError::InDoubt { fields, theirs, .. }) if is_committed => {
            assert_eq!(fields, ["views"]);
            record.settle(Doubt::Written, theirs);
            record.save_merging(conn).unwrap();
        }
        merged => {
            assert!(!is_committed, "another may have written the same: {merged:?}");
            merged.unwrap();
        }
    }
}

#[test]
fn a_merge_after_it_adds_a_sum_once_and_keeps_what_was_edited_since() {
    for (is_committed, cut) in CUTS {
        let (database, observer) = &mut with_article();
        let record = counted_in_a_lost_transaction(database, cut);
        assert_eq!((record.version, record.base().views, record.changed_fields()), (1, 0, vec!["views"]));

        // Who waits for its user meanwhile knows it, too.
        let session = serde_json::to_string(&record).unwrap();
        let mut record: Tracked<Counter> = serde_json::from_str(&session).unwrap();
        record.title = "edited since".to_owned();
        record.views += 1;
        merge_knowing(is_committed, &mut record, observer);
        assert_eq!(*counter(1, observer), *record);
        assert_eq!((record.views, record.title.as_str()), (6, "edited since"));
    }
}

/// A record cannot distinguish its own write from an equal one of another writer. If that makes a difference, the
/// resolver decides.
#[test]
fn a_resolver_is_asked_only_about_what_others_may_have_done() {
    for (is_committed, cut) in CUTS {
        let (database, observer) = &mut with_article();
        let mut record = counted_in_a_lost_transaction(database, cut);
        let mut asked = 0;
        record
            .save_resolving(observer, |conflict| {
                asked += 1;
                Resolution::Save(conflict.mine)
            })
            .unwrap();
        assert_eq!(asked, i32::from(is_committed));
        assert_eq!((record.views, record.version, counter(1, observer).views), (5, 2, 5));
        assert_eq!(record.changed_fields(), [""; 0]);

        // Nothing is in doubt any more.
        let mut theirs = counter(1, observer);
        theirs.views += 5;
        theirs.save_concurrent(observer).unwrap();
        record.views += 5;
        let mut asked = 0;
        let resolved = record.save_resolving(observer, |conflict| {
            asked += 1;
            assert_eq!((conflict.mine.views, conflict.theirs.unwrap().views), (10, 10));
            Resolution::Fail
        });
        assert!(resolved.unwrap_err().is_conflict());
        assert_eq!((asked, record.views, record.version, counter(1, observer).views), (1, 10, 2, 10));
    }
}

/// The transaction was certainly rolled back, so a row with the same sum is another writer's.
#[test]
fn a_connection_lost_before_commit_leaves_no_doubt() {
    let (database, observer) = &mut with_article();
    let (lost, scissors) = &mut over_a_wire(database);
    let mut record = counter(1, observer);
    let mut theirs = record.clone();
    record.views += 5;
    let result = transaction_concurrent(lost, &mut record, |lost, record| {
        scissors.cut(Cut::AnswerTo("UPDATE"));
        record.save_concurrent(lost)
    });
    assert!(result.is_err());
    theirs.views += 5;
    theirs.save_concurrent(observer).unwrap();

    record.save_merging(observer).unwrap();
    assert_eq!((record.views, record.version, counter(1, observer).views), (10, 3, 10));
}

#[test]
fn a_batch_is_merged_after_it_without_adding_a_sum_twice() {
    for (is_committed, cut) in CUTS {
        let (database, observer) = &mut with_article();
        insert_article(2, 1, observer);
        let (lost, scissors) = &mut over_a_wire(database);
        let mut records = [1, 2].map(|id| counter(id, observer));
        for record in &mut records {
            record.views += 5;
        }
        scissors.cut(cut);
        let BulkError::Concurrency(error) = records.save_all_concurrent(lost).unwrap_err() else {
            panic!("no lost connection");
        };
        assert_unanswered(&error);
        for record in &mut records {
            assert_eq!((record.version, record.base().views), (1, 0));
            merge_knowing(is_committed, record, observer);
            assert_eq!((record.views, record.version, counter(record.id, observer).views), (5, 2, 5), "{is_committed}");
        }
    }
}

/// The merged record is not the record, and its save is known all the same.
#[test]
fn a_merge_whose_own_answer_is_lost_is_not_made_twice() {
    let (database, observer) = &mut with_article();
    let (lost, scissors) = &mut over_a_wire(database);
    let (mut record, mut theirs) = (counter(1, observer), counter(1, observer));
    theirs.title = "theirs".to_owned();
    theirs.views += 10;
    theirs.save_concurrent(observer).unwrap();
    record.views += 5;
    lose_the_answer_to_the_second_update(lost, scissors);
    match record.save_merging(lost).unwrap_err() {
        MergeError::Concurrency(error) => assert_lost(&error),
        error => panic!("not lost: {error:?}"),
    }
    assert_eq!((record.views, record.version, record.title.as_str()), (5, 1, "first"));
    assert_eq!((counter(1, observer).views, counter(1, observer).version), (15, 3));

    merge_knowing(true, &mut record, observer);
    assert_eq!((record.views, record.version, record.title.as_str()), (15, 3, "theirs"));
    record.views += 1;
    record.save_merging(observer).unwrap();
    assert_eq!((counter(1, observer).views, counter(1, observer).version), (16, 4));
}

fn lose_the_answer_to_the_second_update(conn: &mut TestConnection, scissors: &Scissors) {
    let scissors = scissors.clone();
    let mut updates = 0;
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        let InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        updates += i32::from(query.to_string().starts_with("UPDATE "));
        if updates == 2 {
            scissors.cut(Cut::NextAnswer);
        }
    });
}

/// The answer to the proof that the transaction exists is lost before the COMMIT is sent. So nothing is committed, and
/// there is no doubt.
#[test]
fn a_connection_lost_at_the_proof_before_commit_is_a_rollback() {
    for cut in [Cut::Question("RELEASE"), Cut::AnswerTo("RELEASE")] {
        let (database, observer) = &mut with_article();
        let (lost, scissors) = &mut over_a_wire(database);
        let mut record = counter(1, observer);
        record.views += 5;
        let result = transaction_concurrent(lost, &mut record, |lost, record| {
            record.save_concurrent(lost)?;
            scissors.cut(cut);
            // If COMMIT itself is the proof, a savepoint is released with the same word.
            if crate::engine::COMMIT.len() == 1 { lost.transaction(|_| Ok(())) } else { Ok(()) }
        });
        let error = result.unwrap_err();
        assert!(matches!(error, ConcurrencyError::Database(_)), "{error:?}");
        assert_lost(&error);
        assert_eq!((record.version, counter(1, observer).version), (1, 1));
        // An equal sum is another writer's.
        let mut theirs = counter(1, observer);
        theirs.views += 5;
        theirs.save_concurrent(observer).unwrap();
        record.save_merging(observer).unwrap();
        assert_eq!((record.views, counter(1, observer).views), (10, 10));
    }
}

/// Galera answers ROLLBACK with a deadlock, and takes the next one.
#[test]
fn a_rollback_that_is_refused_is_sent_again() {
    let (database, observer) = &mut with_article();
    let (conn, scissors) = &mut over_a_wire(database);
    let mut record = article(1, conn);
    let row = record.clone();
    let mut attempts = 0;
    retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
        attempts += 1;
        let mut fresh = article(1, conn);
        fresh.save_concurrent(conn)?;
        if attempts == 1 {
            scissors.refuse("ROLLBACK", 1);
            return Article { version: 0, ..row.clone() }.save_concurrent(conn);
        }
        Ok(())
    })
    .unwrap();
    assert_eq!((attempts, article(1, observer).version), (2, 2));

    record.version = 2;
    scissors.refuse("ROLLBACK", 1);
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        record.version = 0;
        record.save_concurrent(conn)
    });
    assert!(result.unwrap_err().is_conflict());
    assert_eq!((record.version, article(1, observer).version), (2, 2));
    assert_nothing_open(conn);
    record.save_concurrent(observer).unwrap();
    transaction_concurrent(conn, &mut record, |conn, record| record.save_concurrent(conn)).unwrap();
    assert_eq!(article(1, observer), record);
}

/// A transaction that may have begun is not left open: it is rolled back, or the connection is marked as broken.
#[test]
fn a_begin_that_is_refused_leaves_nothing_open() {
    let (database, observer) = &mut with_article();
    // BEGIN alone is refused, or ROLLBACK, too.
    for (word, refusals, is_usable) in [("BEGIN", 1, true), ("O", 2, crate::engine::COMMIT.len() == 1)] {
        let (conn, scissors) = &mut over_a_wire(database);
        let mut record = article(1, conn);
        // If BEGIN is a separate statement, no other comes after it.
        scissors.refuse(if is_usable { "BEGIN" } else { word }, refusals);
        let result = transaction_concurrent(conn, (), |_, ()| -> Result<(), ConcurrencyError> { unreachable!() });
        assert!(result.unwrap_err().to_string().contains("made up"));
        assert_eq!(article(1, observer), record);
        // Diesel itself gives a connection up whose state it does not know after the refusal.
        let is_given_up = AnsiTransactionManager::is_broken_transaction_manager(conn);
        assert!(is_usable || is_given_up);
        match record.save_concurrent(conn) {
            Ok(()) => assert!(!is_given_up),
            Err(ConcurrencyError::Database(DieselError::BrokenTransactionManager)) => assert!(is_given_up),
            refused => panic!("{refused:?}"),
        }
    }
}

/// The connection is marked as broken, and every save on it fails with that error.
#[test]
fn a_rollback_that_is_refused_twice_ends_the_connection() {
    let (database, observer) = &mut with_article();
    let (conn, scissors) = &mut over_a_wire(database);
    let mut record = article(1, conn);
    let row = record.clone();
    scissors.refuse("ROLLBACK", 2);
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        Err::<(), _>(ConcurrencyError::from(DieselError::NotFound))
    });
    let error = result.unwrap_err();
    assert!(error.to_string().contains("made up"), "what comes out is why the connection is of no more use: {error:?}");
    assert_eq!((&record, article(1, observer)), (&row, row.clone()));
    let refused = record.save_concurrent(conn);
    assert!(matches!(refused, Err(ConcurrencyError::Database(DieselError::BrokenTransactionManager))), "{refused:?}");
    assert!(AnsiTransactionManager::is_broken_transaction_manager(conn));
}

/// The record remembers the resolver's lost answer like its own save.
#[test]
fn the_second_round_of_a_resolver_is_in_doubt_like_the_first() {
    let (database, observer) = &mut with_article();
    let (lost, scissors) = &mut over_a_wire(database);
    let (mut record, mut theirs) = (counter(1, observer), counter(1, observer));
    theirs.views += 10;
    theirs.save_concurrent(observer).unwrap();
    record.views += 5;
    let before = record.clone();
    lose_the_answer_to_the_second_update(lost, scissors);
    let resolved = record.save_resolving(lost, |conflict| {
        let mut mine = conflict.mine;
        mine.views += conflict.theirs.unwrap().views;
        Resolution::Save(mine)
    });
    assert_lost(&resolved.unwrap_err());
    assert_eq!(record, before);
    assert_eq!((counter(1, observer).views, counter(1, observer).version), (15, 3));

    let MergeError::InDoubt { fields, theirs, .. } = record.save_merging(observer).unwrap_err() else {
        panic!("not InDoubt");
    };
    assert_eq!(fields, ["views"]);
    // The record says what was on its way: 15, of which 5 are its own.
    record.settle(Doubt::Written, theirs);
    assert_eq!((record.views, record.version), (15, 3));
    record.views += 1;
    record.save_merging(observer).unwrap();
    assert_eq!((record.views, counter(1, observer)), (16, record.clone()));
}

/// A connection that is lost again and again leaves no more than was edited meanwhile.
#[test]
fn a_record_does_not_grow_with_every_lost_answer() {
    let (database, observer) = &mut with_article();
    let mut record = counter(1, observer);
    let length = |record: &Tracked<Counter>| serde_json::to_string(record).unwrap().len();
    record.views += 5;
    let mut lengths = Vec::new();
    for edit in 0..30 {
        let (lost, scissors) = &mut over_a_wire(database);
        scissors.cut(Cut::Question("UPDATE"));
        if edit >= 10 {
            record.title = format!("edit {edit}");
        }
        assert_lost(&record.save_concurrent(lost).unwrap_err());
        lengths.push(length(&record));
    }
    assert_eq!(lengths[0], lengths[9], "the same write is remembered once");
    assert_eq!(lengths[20], lengths[29], "of too many the oldest are remembered by their columns");
    record.save_concurrent(observer).unwrap();
    assert_eq!((record.views, record.title.as_str(), record.version), (5, "edit 29", 2));
    assert_eq!(counter(1, observer), record);
}

/// The oldest of too many writes without an answer is remembered by its columns: its sum may have been counted.
#[test]
fn what_is_remembered_by_its_columns_is_in_doubt_all_the_same() {
    let (database, observer) = &mut with_article();
    let mut record = counter(1, observer);
    for edit in 0..10 {
        let (lost, scissors) = &mut over_a_wire(database);
        scissors.cut(Cut::Question("UPDATE"));
        record.views = if edit == 0 { 5 } else { 0 };
        record.title = if edit == 0 { "first".to_owned() } else { format!("edit {edit}") };
        assert_lost(&record.save_concurrent(lost).unwrap_err());
    }
    article(1, observer).touch_concurrent(observer).unwrap();
    record.views = 7;
    let MergeError::InDoubt { fields, .. } = record.save_merging(observer).unwrap_err() else {
        panic!("not InDoubt");
    };
    assert_eq!(fields, ["title", "views"]);
}

/// A way to add five views to counter 1 and to leave its version, without an answer.
type Keep = fn(&mut Tracked<Counter>, &mut TestConnection, &Scissors, bool) -> bool;

const KEEPS: [(&str, Keep); 4] = [
    ("save_without_increment", |record, conn, scissors, is_done| {
        prepared(conn, scissors, is_done, |other, conn| other.save_without_increment(conn));
        record.save_without_increment(conn).is_err()
    }),
    ("a save in a scope", |record, conn, scissors, is_done| {
        prepared(conn, scissors, is_done, |other, conn| disable_increment(|| other.save_concurrent(conn)));
        disable_increment(|| record.save_concurrent(conn)).is_err()
    }),
    ("a transaction", |record, conn, scissors, is_done| {
        let result = transaction_concurrent(conn, record, |conn, record: &mut &mut Tracked<Counter>| {
            record.save_without_increment(conn)?;
            scissors.cut(if is_done { Cut::AnswerTo("COMMIT") } else { Cut::Question("COMMIT") });
            Ok::<_, ConcurrencyError>(())
        });
        result.is_err()
    }),
    ("a batch in a scope", |record, conn, scissors, is_done| {
        scissors.cut(if is_done { Cut::AnswerTo("COMMIT") } else { Cut::Question("COMMIT") });
        disable_increment(|| std::slice::from_mut(record).save_all_concurrent(conn)).is_err()
    }),
];

/// The statement is prepared by a save of counter 2, so that the next question is to run it.
fn prepared(
    conn: &mut TestConnection,
    scissors: &Scissors,
    is_done: bool,
    save: fn(&mut Tracked<Counter>, &mut TestConnection) -> Result<(), ConcurrencyError>,
) {
    let mut other = counter(2, conn);
    other.views += 5;
    save(&mut other, conn).unwrap();
    scissors.cut(if is_done { Cut::NextAnswer } else { Cut::QuestionsAfter(0) });
}

/// The row still has the version that the write checked. That says nothing about a write that leaves the version.
#[test]
fn a_write_that_leaves_the_version_is_in_doubt_at_that_version() {
    for (name, keep) in KEEPS {
        for is_done in [false, true] {
            let (database, observer) = &mut with_article();
            insert_article(2, 1, observer);
            let (lost, scissors) = &mut over_a_wire(database);
            let mut record = counter(1, observer);
            record.views += 5;
            assert!(keep(&mut record, lost, scissors, is_done), "{name}");
            let row = counter(1, observer);
            assert_eq!((row.views, row.version), (if is_done { 5 } else { 0 }, 1), "{name}");
            let MergeError::InDoubt { fields, theirs, .. } = record.save_merging(observer).unwrap_err() else {
                panic!("{name}: not InDoubt");
            };
            assert_eq!(fields, ["views"], "{name}");
            record.settle(if is_done { Doubt::Written } else { Doubt::NotWritten }, theirs);
            record.save_merging(observer).unwrap();
            assert_eq!((record.views, counter(1, observer).views), (5, 5), "{name}");
        }
    }
}

/// Its row is not the one that the base says something of: the next save is as good a guard as this one.
#[test]
fn a_record_without_a_base_is_not_in_doubt() {
    let (database, observer) = &mut with_article();
    let (lost, scissors) = &mut over_a_wire(database);
    let mut record = counter(1, observer);
    article(1, observer).touch_concurrent(observer).unwrap();
    *record = Counter { views: 8, ..counter(1, observer).into_inner() };
    scissors.cut(Cut::Question("UPDATE"));
    assert_lost(&record.save_concurrent(lost).unwrap_err());
    // Back at its base it knows of nothing.
    record.revert();
    record.views += 5;
    let mut theirs = counter(1, observer);
    theirs.title = "theirs".to_owned();
    theirs.save_concurrent(observer).unwrap();
    record.save_merging(observer).unwrap();
    assert_eq!((record.views, record.title.as_str(), record.version), (5, "theirs", 4));
}
