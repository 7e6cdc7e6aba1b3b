//! The result of one transaction: everything if it commits, only the edits if it rolls back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::library::prelude::*;
use crate::library::transaction_concurrent;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::super::core::{assert_deleted, assert_modified};
use super::super::fixtures::{article, author, insert_article, insert_author, two_copies, with_article};
use super::super::models::{Article, articles};
use super::super::statements::Log;
use super::assert_nothing_open;
use crate::engine::{self, TestConnection};

#[test]
fn a_transaction_that_commits_keeps_both_saves() {
    let (_database, conn) = &mut with_article();
    let mut author_record = insert_author(1, "Ada", conn);
    let mut record = article(1, conn);
    let log = Log::attach(conn);
    let answer = transaction_concurrent(conn, (&mut record, &mut author_record), |conn, (record, author)| {
        record.title = "both".to_owned();
        author.name = "Augusta".to_owned();
        record.save_concurrent(conn)?;
        author.save_concurrent(conn)?;
        Ok::<_, ConcurrencyError>(7)
    });
    assert_eq!(answer.unwrap(), 7);

    let sent = log.take_sent();
    assert_eq!((&sent[0][..], sent[1..3].len()), (engine::BEGIN, 2), "{sent:?}");
    assert_eq!(sent[3..], *engine::COMMIT);
    assert_eq!((record.version, author_record.version), (2, 2));
    assert_eq!((article(1, conn), author(1, conn)), (record, author_record));
    assert_nothing_open(conn);
}

#[test]
fn a_conflict_restores_the_version_of_what_was_saved_before_it_and_nothing_else() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let mut saved = article(2, conn);
    let (mut theirs, mut mine) = two_copies(conn);
    theirs.save_concurrent(conn).unwrap();
    let rows = [article(1, conn), article(2, conn)];

    saved.views = 5;
    mine.views = 6;
    let edited = (saved.clone(), mine.clone());
    let log = Log::attach(conn);
    let result = transaction_concurrent(conn, (&mut saved, &mut mine), |conn, (saved, mine)| {
        saved.title = "edited inside".to_owned();
        saved.save_concurrent(conn)?;
        assert_eq!(saved.version, 2);
        mine.save_concurrent(conn)
    });
    assert_modified(&result.unwrap_err(), 1, 2);
    let sent = log.take_sent();
    assert_eq!(sent.len(), 5, "{sent:?}");
    assert_eq!([&sent[0], &sent[4]], [engine::BEGIN, engine::ROLLBACK]);

    assert_eq!(saved, Article { title: "edited inside".to_owned(), ..edited.0 });
    assert_eq!(mine, edited.1);
    assert_eq!([article(1, conn), article(2, conn)], rows);
    assert_nothing_open(conn);

    // The next save succeeds: the version is the row's again.
    saved.save_concurrent(conn).unwrap();
    assert_eq!((saved.version, article(2, conn)), (2, saved.clone()));
}

/// The same with Diesel's own transaction, so that the test above is known to be able to fail.
#[test]
fn diesels_own_transaction_leaves_the_version_ahead_of_the_row() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let result = conn.transaction(|conn| {
        record.save_concurrent(conn)?;
        Err::<(), _>(ConcurrencyError::from(DieselError::RollbackTransaction))
    });
    assert!(result.is_err());
    assert_eq!((record.version, article(1, conn).version), (2, 1));
    assert_modified(&record.save_concurrent(conn).unwrap_err(), 2, 1);
}

#[test]
fn a_panic_restores_the_version_rolls_back_and_goes_on() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        transaction_concurrent(conn, &mut record, |conn, record| {
            record.save_concurrent(conn)?;
            if record.version == 2 {
                panic!("after version {}", record.version);
            }
            Ok::<_, ConcurrencyError>(())
        })
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<String>().unwrap(), "after version 2");
    assert_eq!(record, row);
    assert_eq!(article(1, conn), row);
    assert_nothing_open(conn);

    transaction_concurrent(conn, &mut record, |conn, record| record.save_concurrent(conn)).unwrap();
    assert_eq!((record.version, article(1, conn)), (2, record.clone()));
}

#[test]
fn a_commit_that_fails_restores_the_versions() {
    let (database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    conn.batch_execute(engine::PREPARE_FAILING_COMMIT).unwrap();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        assert_eq!(record.version, 2);
        // A failed COMMIT must not look like a success, either.
        let _ = conn.batch_execute(engine::MAKE_COMMIT_FAIL);
        Ok::<_, ConcurrencyError>(())
    });
    let error = result.unwrap_err();
    let (kind, said) = match &error {
        ConcurrencyError::Database(DieselError::DatabaseError(kind, said)) => (kind, said),
        // If the connection is lost, ROLLBACK fails, too.
        ConcurrencyError::Database(DieselError::RollbackErrorOnCommit { commit_error, .. }) => match &**commit_error {
            DieselError::DatabaseError(kind, said) => (kind, said),
            other => panic!("not the engine's: {other:?}"),
        },
        other => panic!("not the engine's: {other:?}"),
    };
    let is_this =
        |(expected, message): &(DatabaseErrorKind, &str)| expected == kind && said.message().contains(message);
    assert!(engine::FAILED_COMMIT.iter().any(is_this), "{error:?}");
    assert_eq!(record, row);

    let conn = &mut database.connect();
    assert_eq!(article(1, conn), row);
    record.save_concurrent(conn).unwrap();
    assert_eq!((record.version, article(1, conn)), (2, record.clone()));
}

#[test]
fn the_connection_is_as_good_as_new_after_a_commit_that_failed() {
    let (_database, conn) = &mut with_article();
    conn.batch_execute(engine::PREPARE_FAILING_COMMIT).unwrap();
    let result = transaction_concurrent(conn, (), |conn, ()| conn.batch_execute(engine::MAKE_COMMIT_FAIL));
    assert!(result.is_err());
    if engine::FAILED_COMMIT_ENDS_CONNECTION {
        let again = transaction_concurrent(conn, (), |_, ()| Ok::<_, DieselError>(()));
        assert!(again.is_err(), "nothing can be committed on it");
    } else {
        assert_nothing_open(conn);
        let mut record = article(1, conn);
        transaction_concurrent(conn, &mut record, |conn, record| record.save_concurrent(conn)).unwrap();
        assert_eq!(article(1, conn), record);
    }
}

#[test]
fn a_deleted_record_is_as_before_when_the_delete_is_rolled_back() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let row = record.clone();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        record.delete_concurrent(conn)?;
        record.save_concurrent(conn)
    });
    assert_deleted(&result.unwrap_err(), 2);
    assert_eq!((&record, article(1, conn)), (&row, row.clone()));
    record.save_concurrent(conn).unwrap();
}

#[test]
fn a_record_reloaded_inside_conflicts_if_the_row_that_it_showed_was_rolled_back() {
    let (_database, conn) = &mut with_article();
    let (mut record, mut copy) = two_copies(conn);
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        copy.title = "rolled back".to_owned();
        copy.save_concurrent(conn)?;
        record.reload_concurrent(conn)?;
        assert_eq!(record.version, 2);
        Err::<(), _>(ConcurrencyError::from(DieselError::RollbackTransaction))
    });
    assert!(result.is_err());
    assert_eq!((record.title.as_str(), record.version), ("rolled back", 1));
    // Not listed, not restored.
    assert_eq!(copy.version, 2);
}

/// 0 rows are not an error for the engine. The transaction goes on, and a program that handles the conflict may commit.
#[test]
fn a_conflict_that_the_closure_handles_does_not_end_the_transaction() {
    let (_database, conn) = &mut with_article();
    let (mut theirs, mut record) = two_copies(conn);
    theirs.title = "theirs".to_owned();
    theirs.save_concurrent(conn).unwrap();
    record.views = 9;
    transaction_concurrent(conn, &mut record, |conn, record| {
        let before = (**record).clone();
        assert_modified(&record.save_concurrent(conn).unwrap_err(), 1, 2);
        assert_eq!(**record, before);
        record.reload_concurrent(conn)?;
        record.views = 9;
        record.save_concurrent(conn)
    })
    .unwrap();
    assert_eq!(article(1, conn), Article { views: 9, version: 3, ..theirs });
    assert_eq!(article(1, conn), record);
}

#[test]
fn every_error_type_that_takes_diesels_can_be_the_closures() {
    let (_database, conn) = &mut with_article();
    let mut record = article(1, conn);
    let diesels = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn).unwrap();
        articles::table.find(99).select(Article::as_select()).first(conn)
    });
    assert_eq!(diesels.unwrap_err(), DieselError::NotFound);
    let boxed = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        let number: i32 = "no number".parse()?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(number)
    });
    assert!(boxed.unwrap_err().is::<std::num::ParseIntError>());
    assert_eq!(article(1, conn), record);
}

#[test]
fn a_pooled_connection_goes_back_to_its_pool_without_the_transaction() {
    let (database, observer) = &mut with_article();
    let pool = Pool::builder().max_size(1).build(ConnectionManager::<TestConnection>::new(database.url())).unwrap();
    let mut record = article(1, observer);
    transaction_concurrent(&mut pool.get().unwrap(), &mut record, |conn, record| record.save_concurrent(conn)).unwrap();
    assert_eq!((record.version, article(1, observer)), (2, record.clone()));

    let connection = engine::connection_id(&mut pool.get().unwrap());
    let row = record.clone();
    for panics in [false, true] {
        let mut pooled = pool.get().unwrap();
        let ended = catch_unwind(AssertUnwindSafe(|| {
            transaction_concurrent(&mut pooled, &mut record, |conn, record| {
                record.save_concurrent(conn)?;
                assert!(!panics);
                Err::<(), _>(ConcurrencyError::from(DieselError::RollbackTransaction))
            })
        }));
        assert_eq!(ended.is_err(), panics);
        assert_eq!((&record, article(1, observer)), (&row, row.clone()));
        drop(pooled);
        // It is the same connection, because the pool discards those that are in a transaction.
        let mut again = pool.get().unwrap();
        assert_eq!(engine::connection_id(&mut again), connection);
        transaction_concurrent(&mut again, (), |_, ()| Ok::<_, DieselError>(())).unwrap();
    }
}
