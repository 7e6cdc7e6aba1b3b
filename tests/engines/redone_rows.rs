//! A trigger that writes the row by itself and leaves the UPDATE out: the statement counts no row, and what it finds is
//! its own doing.

use crate::library::prelude::*;
use crate::library::{
    BulkError, MergeError, RetryPolicy, Tracked, client_wins, disable_concurrency, retry_on_conflict,
};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Database, HARMLESS, REDOINGS, TestConnection};

/// How the engine is brought to write the rows of `counts` by a trigger.
pub struct Redoing {
    pub redo: &'static str,
    /// Whether the trigger deletes the row.
    pub deletes: bool,
}

/// Each test and each trigger has its own model, because the library remembers for a type what is between a table and
/// its writes.
macro_rules! count {
    () => {
        diesel::table! { counts (id) { id -> BigInt, title -> Text, views -> BigInt, version -> BigInt, } }

        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
        #[diesel(table_name = counts)]
        struct Count {
            id: i64,
            title: String,
            #[concurrent(merge = "sum")]
            views: i64,
            #[concurrent(version)]
            version: i64,
        }

        #[allow(dead_code)]
        fn count(id: i64, conn: &mut TestConnection) -> Count {
            counts::table.find(id).select(Count::as_select()).first(conn).unwrap()
        }
    };
}

fn with_rows(sql: &str) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE counts (id BIGINT PRIMARY KEY, title TEXT NOT NULL, views BIGINT NOT NULL, version BIGINT NOT NULL);
         INSERT INTO counts VALUES (1, 'one', 9, 1), (2, 'two', 9, 1), (3, 'three', 9, 1), (4, 'four', 9, 1)",
    )
    .unwrap();
    conn.batch_execute(sql).unwrap();
    (database, conn)
}

/// The triggers that leave the row there.
fn keeping() -> impl Iterator<Item = &'static str> {
    REDOINGS.iter().filter(|redoing| !redoing.deletes).map(|redoing| redoing.redo)
}

#[track_caller]
fn assert_unproven(error: &ConcurrencyError, id: i64) {
    assert!(matches!(error, ConcurrencyError::OutcomeUnknown(_)), "{error:?}");
    assert!(!error.is_conflict() && !error.is_retryable());
    let text = error.to_string();
    let cause = "a trigger or a rule stands between counts and its updates";
    let row = format!("counts with id {id} is at version 2, not 1: that may be its doing or another writer's");
    assert!(text.contains(cause) && text.contains(&row), "{text}");
}

#[track_caller]
fn assert_modified(error: &ConcurrencyError) {
    let ConcurrencyError::RecordModified(error) = error else { panic!("{error:?}") };
    assert_eq!((&error.expected, &error.found), (&1_i64.into(), &2_i64.into()));
}

#[test]
fn a_row_that_a_trigger_wrote_is_nobody_elses_edit() {
    count!();
    for redo in keeping() {
        let (_database, conn) = &mut with_rows(redo);
        let mut mine = count(1, conn);
        mine.views = 10;
        assert_unproven(&mine.save_concurrent(conn).unwrap_err(), 1);
        assert_eq!((mine.version, count(1, conn)), (1, Count { version: 2, ..mine }), "{redo}");

        assert_unproven(&count(2, conn).update_concurrent(counts::views.eq(10), conn).unwrap_err(), 2);
        assert_eq!((count(2, conn).version, count(2, conn).views), (2, 10), "once: {redo}");

        // Another writer's edit is still reported as such.
        let mut stale = count(3, conn);
        diesel::update(counts::table.find(3)).set((counts::views.eq(10), counts::version.eq(2))).execute(conn).unwrap();
        assert_modified(&stale.save_concurrent(conn).unwrap_err());
        assert_modified(&stale.touch_concurrent(conn).unwrap_err());
        assert_modified(&stale.update_concurrent(counts::views.eq(11), conn).unwrap_err());
        let mut asked = 0;
        let resolved = stale.save_resolving(conn, |conflict| {
            asked += 1;
            client_wins(conflict)
        });
        assert!(matches!(resolved.unwrap_err(), ConcurrencyError::OutcomeUnknown(_)));
        assert_eq!((asked, count(3, conn).version, count(3, conn).views), (1, 3, 9), "{redo}");
    }
}

#[test]
fn nothing_is_done_again_after_a_write_of_a_trigger() {
    count!();
    for redo in keeping() {
        let (_database, conn) = &mut with_rows(redo);
        let mut tracked = Tracked::new(count(1, conn));
        tracked.views += 1;
        match tracked.save_merging(conn).unwrap_err() {
            MergeError::Concurrency(error) => assert_unproven(&error, 1),
            error => panic!("{error:?}"),
        }
        assert_eq!((count(1, conn).views, count(1, conn).version), (10, 2), "{redo}");
        let error = tracked.save_merging(conn).unwrap_err();
        assert!(matches!(&error, MergeError::InDoubt { fields, .. } if fields == &["views"]), "{error:?}");
        assert_eq!((count(1, conn).views, count(1, conn).version), (10, 2), "{redo}");

        let mut mine = count(2, conn);
        mine.views = 10;
        let error = mine.save_resolving(conn, |_| panic!("there is nothing to resolve")).unwrap_err();
        assert_unproven(&error, 2);
        assert_eq!((count(2, conn).views, count(2, conn).version), (10, 2), "{redo}");

        let mut mine = count(3, conn);
        mine.views = 10;
        assert_unproven(&mine.save_unchecked(conn).unwrap_err(), 3);
        assert_eq!((count(3, conn).views, count(3, conn).version), (10, 2), "{redo}");

        let mut attempts = 0;
        let retried = retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
            attempts += 1;
            let mut mine = count(4, conn);
            mine.views = 10;
            mine.save_concurrent(conn)
        });
        assert_unproven(&retried.unwrap_err(), 4);
        assert_eq!((attempts, count(4, conn).version), (1, 1), "rolled back: {redo}");
        let mine = count(4, conn);
        let changed = disable_concurrency(|| mine.update_concurrent(counts::views.eq(10), conn));
        assert_unproven(&changed.unwrap_err(), 4);
        assert_eq!((count(4, conn).views, count(4, conn).version), (10, 2), "{redo}");
    }
}

/// The first unchecked write of a type knows nothing of the trigger yet.
#[test]
fn an_unchecked_save_is_sent_once_from_the_start() {
    count!();
    let (_database, conn) = &mut with_rows(REDOINGS[0].redo);
    let mut mine = count(1, conn);
    mine.views = 10;
    assert_unproven(&mine.save_unchecked(conn).unwrap_err(), 1);
    assert_eq!((count(1, conn).views, count(1, conn).version), (10, 2));
}

#[test]
fn a_batch_over_rows_that_a_trigger_writes_is_rolled_back() {
    count!();
    for redo in keeping() {
        let (_database, conn) = &mut with_rows(redo);
        let mut all = [1, 2].map(|id| count(id, conn));
        all.iter_mut().for_each(|count| count.views = 10);
        let refused = [all.save_all_concurrent(conn), all.save_each_concurrent(conn).map(drop)];
        for error in refused.map(Result::unwrap_err) {
            let BulkError::Concurrency(error) = error else { panic!("{error:?}") };
            assert_unproven(&error, 1);
        }
        for id in [1, 2] {
            assert_eq!((count(id, conn).views, count(id, conn).version), (9, 1), "{redo}");
        }

        diesel::update(counts::table.find(1)).set(counts::version.eq(2)).execute(conn).unwrap();
        let refused = all[..1].save_each_concurrent(conn).unwrap();
        assert_eq!((refused.len(), refused[0].index), (1, 0));
        assert_modified(&refused[0].error);
    }
}

/// A trigger that moves the row away.
#[test]
fn a_row_that_a_trigger_deleted_is_not_told_as_deleted_by_another_writer() {
    count!();
    for Redoing { redo, .. } in REDOINGS.iter().filter(|redoing| redoing.deletes) {
        let (_database, conn) = &mut with_rows(redo);
        let mut mine = count(1, conn);
        let text = mine.save_concurrent(conn).unwrap_err().to_string();
        assert!(text.contains("counts with id 1 is gone: that may be its doing or another writer's"), "{text}");
        let mut stale = count(2, conn);
        diesel::delete(counts::table.find(2)).execute(conn).unwrap();
        let error = stale.save_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::RecordDeleted(_)), "{error:?}");
        assert!(!stale.delete_if_exists(conn).unwrap());
        count(3, conn).save_unchecked(conn).unwrap_err();
        assert_eq!(counts::table.count().get_result(conn), Ok(1_i64));
    }
}

/// The first conflict of a type is a conflict, with any ordinary trigger.
#[test]
fn an_ordinary_trigger_leaves_a_conflict_a_conflict() {
    count!();
    for trigger in HARMLESS {
        let (_database, conn) = &mut with_rows(trigger);
        let mut mine = count(1, conn);
        let mut stale = mine.clone();
        mine.save_concurrent(conn).unwrap();
        assert_modified(&stale.save_concurrent(conn).unwrap_err());
        assert_modified(&stale.delete_concurrent(conn).unwrap_err());
        let mut tracked = Tracked::new(count(2, conn));
        tracked.views += 1;
        let mut other = count(2, conn);
        other.views += 1;
        other.save_concurrent(conn).unwrap();
        tracked.save_merging(conn).unwrap();
        assert_eq!((count(2, conn).views, count(2, conn).version), (11, 3), "{trigger}");
        stale.id = 5;
        let error = stale.save_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::RecordDeleted(_)), "{error:?}");
    }
}

/// On PostgreSQL the catalog is asked after the first write that counts no row; from then on the row is read before it
/// is written.
#[test]
fn the_first_conflict_of_a_type_tells_that_a_trigger_may_write_rows() {
    count!();
    let (_database, conn) = &mut with_rows(REDOINGS[0].redo);
    let mut stale = count(1, conn);
    diesel::update(counts::table.find(1)).set((counts::views.eq(10), counts::version.eq(2))).execute(conn).unwrap();
    let error = stale.save_concurrent(conn).unwrap_err();
    if crate::engine::ASKS_BEFORE_THE_FIRST_WRITE {
        assert_modified(&error);
    } else {
        assert_unproven(&error, 1);
    }
    assert_modified(&stale.save_concurrent(conn).unwrap_err());
    assert_modified(&stale.touch_concurrent(conn).unwrap_err());
}
