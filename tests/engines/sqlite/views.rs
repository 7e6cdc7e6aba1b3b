//! A record behind a view whose INSTEAD OF triggers write a table of another form: SQLite counts nothing of what they write.

use std::thread;

use crate::library::prelude::*;
use crate::library::{BulkError, RetryPolicy, Tracked, client_wins, disable_concurrency, retry_on_conflict};
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

use super::{Database, TestConnection};

/// Each test has its own model, because the library checks only once for a type whether its table is a view.
macro_rules! doc {
    () => {
        diesel::table! { docs (id) { id -> BigInt, body -> Text, version -> BigInt, } }

        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
        #[diesel(table_name = docs)]
        struct Doc {
            id: i64,
            body: String,
            #[concurrent(version)]
            version: i64,
        }

        #[allow(dead_code)]
        fn doc(id: i64, conn: &mut TestConnection) -> Doc {
            docs::table.find(id).first(conn).unwrap()
        }
    };
}

const VIEW: &str = "CREATE TABLE packed (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, version BIGINT NOT NULL);
    CREATE VIEW docs AS SELECT id, CAST(bytes AS TEXT) AS body, version FROM packed;
    CREATE TRIGGER docs_update INSTEAD OF UPDATE ON docs BEGIN
        UPDATE packed SET bytes = CAST(NEW.body AS BLOB), version = NEW.version WHERE id = OLD.id;
    END;
    CREATE TRIGGER docs_delete INSTEAD OF DELETE ON docs BEGIN DELETE FROM packed WHERE id = OLD.id; END;
    INSERT INTO packed VALUES (1, CAST('one' AS BLOB), 1), (2, CAST('two' AS BLOB), 1), (3, CAST('three' AS BLOB), 1)";

fn with_view() -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(VIEW).unwrap();
    (database, conn)
}

#[track_caller]
fn assert_modified(error: &ConcurrencyError, expected: i64, found: i64) {
    let ConcurrencyError::RecordModified(error) = error else { panic!("{error:?}") };
    assert_eq!((error.table, &error.expected, &error.found), ("docs", &expected.into(), &found.into()));
}

#[track_caller]
fn assert_deleted(error: &ConcurrencyError, expected: i64) {
    let ConcurrencyError::RecordDeleted(error) = error else { panic!("{error:?}") };
    assert_eq!((error.table, &error.expected), ("docs", &expected.into()));
}

#[test]
fn a_view_without_a_trigger_for_the_write_is_refused() {
    doc!();
    let update = "UPDATE packed SET bytes = CAST(NEW.body AS BLOB), version = NEW.version WHERE id = OLD.id";
    let delete = "DELETE FROM packed WHERE id = OLD.id";
    let (_database, conn) = &mut with_view();
    conn.batch_execute("DROP TRIGGER docs_delete").unwrap();
    let mut mine = doc(1, conn);
    mine.save_concurrent(conn).unwrap();
    assert_unwritable(&mine.delete_concurrent(conn).unwrap_err(), "DELETE");
    assert_unwritable(&disable_concurrency(|| mine.delete_concurrent(conn)).unwrap_err(), "DELETE");
    assert_unwritable(&mine.delete_if_exists(conn).unwrap_err(), "DELETE");
    assert_eq!(doc(1, conn), mine);

    // Once the trigger is there the same type can be written so.
    conn.batch_execute(&format!(
        "DROP TRIGGER docs_update; CREATE TRIGGER docs_delete INSTEAD OF DELETE ON docs BEGIN {delete}; END"
    ))
    .unwrap();
    doc(2, conn).delete_concurrent(conn).unwrap();
    let mut other = doc(3, conn);
    other.body = "edited".to_owned();
    mine.delete_concurrent(conn).unwrap();
    // If a write counts no row, the facts of a type are read again.
    conn.batch_execute(&format!("CREATE TRIGGER docs_update INSTEAD OF UPDATE ON docs BEGIN {update}; END")).unwrap();
    other.save_concurrent(conn).unwrap();
    assert_eq!((other.version, doc(3, conn)), (2, other.clone()));
}

#[test]
fn nothing_is_updated_through_a_view_that_can_only_be_inserted_into() {
    doc!();
    let (_database, conn) = &mut with_view();
    conn.batch_execute(
        "DROP TRIGGER docs_update; DROP TRIGGER docs_delete;
         CREATE TRIGGER docs_insert INSTEAD OF INSERT ON docs BEGIN
             INSERT INTO packed VALUES (NEW.id, CAST(NEW.body AS BLOB), NEW.version);
         END",
    )
    .unwrap();
    let mut mine = doc(1, conn);
    let before = mine.clone();
    assert_unwritable(&mine.save_concurrent(conn).unwrap_err(), "UPDATE");
    assert_unwritable(&mine.save_unchecked(conn).unwrap_err(), "UPDATE");
    assert_unwritable(&mine.touch_concurrent(conn).unwrap_err(), "UPDATE");
    assert_unwritable(&mine.update_concurrent(docs::body.eq("edited"), conn).unwrap_err(), "UPDATE");
    assert_unwritable(&mine.delete_concurrent(conn).unwrap_err(), "DELETE");
    let mut all = [mine.clone()];
    match all.save_all_concurrent(conn).unwrap_err() {
        BulkError::Record(conflict) => assert_unwritable(&conflict.error, "UPDATE"),
        error => panic!("{error:?}"),
    }
    assert_eq!((&mine, &all[0], doc(1, conn)), (&before, &before, before.clone()));
}

#[track_caller]
fn assert_unwritable(error: &ConcurrencyError, keyword: &str) {
    let text = error.to_string();
    let expected = format!("docs is a view without an INSTEAD OF {keyword} trigger");
    assert!(matches!(error, ConcurrencyError::Database(_)) && text.contains(&expected), "{text}");
}

#[test]
fn every_write_through_a_view_is_told_as_what_it_was() {
    doc!();
    let (_database, conn) = &mut with_view();
    let mut mine = doc(1, conn);
    let stale = mine.clone();

    mine.body = "edited".to_owned();
    mine.save_concurrent(conn).unwrap();
    assert_eq!((mine.version, doc(1, conn)), (2, mine.clone()));
    mine.body = "again".to_owned();
    mine.save_without_increment(conn).unwrap();
    mine.touch_concurrent(conn).unwrap();
    assert_eq!((mine.version, doc(1, conn)), (3, mine.clone()));
    mine.version = mine.update_concurrent(docs::body.eq("changed"), conn).unwrap();
    mine.reload_concurrent(conn).unwrap();
    mine.save_unchecked(conn).unwrap();
    assert_eq!((mine.version, mine.body.as_str(), doc(1, conn)), (5, "changed", mine.clone()));

    assert_modified(&stale.clone().save_concurrent(conn).unwrap_err(), 1, 5);
    assert_modified(&stale.clone().touch_concurrent(conn).unwrap_err(), 1, 5);
    assert_modified(&stale.delete_concurrent(conn).unwrap_err(), 1, 5);
    mine.delete_concurrent(conn).unwrap();
    assert_deleted(&mine.delete_concurrent(conn).unwrap_err(), 5);
    assert!(!mine.delete_if_exists(conn).unwrap());
    assert_deleted(&mine.save_concurrent(conn).unwrap_err(), 5);
}

#[test]
fn a_delete_may_be_the_first_write() {
    doc!();
    let (_database, conn) = &mut with_view();
    assert!(doc(2, conn).delete_if_exists(conn).unwrap());
    assert_eq!(docs::table.count().get_result(conn), Ok(2_i64));
    disable_concurrency(|| doc(3, conn).delete_concurrent(conn)).unwrap();
    assert_eq!(docs::table.count().get_result(conn), Ok(1_i64));
}

#[test]
fn batches_resolvers_and_retries_write_a_view_once() {
    doc!();
    let (_database, conn) = &mut with_view();
    let mut all = [3, 1, 2].map(|id| doc(id, conn));
    let stale = all.clone();
    for (number, doc) in all.iter_mut().enumerate() {
        doc.body = format!("batch {number}");
    }
    all.save_all_concurrent(conn).unwrap();
    assert_eq!(all.clone(), [3, 1, 2].map(|id| doc(id, conn)));
    assert!(all.iter().all(|doc| doc.version == 2));
    match stale.clone().save_all_concurrent(conn).unwrap_err() {
        BulkError::Conflicts(conflicts) => assert_eq!(conflicts.len(), 3),
        error => panic!("{error:?}"),
    }

    let mut mine = stale[1].clone();
    mine.body = "mine".to_owned();
    mine.save_resolving(conn, client_wins).unwrap();
    assert_eq!((mine.version, doc(1, conn)), (3, mine));

    let mut attempts = 0;
    let policy = RetryPolicy::default().max_attempts(3);
    retry_on_conflict(conn, &policy, |conn| {
        attempts += 1;
        let mut record = doc(2, conn);
        record.body.push('!');
        record.save_concurrent(conn)
    })
    .unwrap();
    assert_eq!((attempts, doc(2, conn).version), (1, 3));

    let mut tracked = Tracked::new(doc(3, conn));
    tracked.body = "tracked".to_owned();
    tracked.save_concurrent(conn).unwrap();
    assert_eq!((tracked.version, doc(3, conn).body.as_str()), (3, "tracked"));

    let refused = stale.delete_each_concurrent(conn).unwrap();
    assert_eq!(refused.len(), 3);
    [1, 2, 3].map(|id| doc(id, conn)).delete_all_concurrent(conn).unwrap();
    assert_eq!(docs::table.count().get_result(conn), Ok(0_i64));
}

/// A trigger that writes nothing is not taken for one that does.
#[test]
fn a_view_that_leaves_a_write_out_is_told_so() {
    doc!();
    let (_database, conn) = &mut with_view();
    conn.batch_execute(
        "DROP TRIGGER docs_update; CREATE TRIGGER docs_update INSTEAD OF UPDATE ON docs BEGIN SELECT RAISE(IGNORE); END",
    )
    .unwrap();
    let mut mine = doc(1, conn);
    mine.body = "lost".to_owned();
    let error = mine.save_concurrent(conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::WriteSuppressed(_)), "{error:?}");
    assert_eq!((mine.version, doc(1, conn).body.as_str()), (1, "one"));
}

/// Nor is one that writes and then skips the write: RETURNING returns no row.
#[test]
fn a_view_that_writes_and_leaves_the_write_out_is_unproven() {
    doc!();
    let (_database, conn) = &mut with_view();
    conn.batch_execute(
        "DROP TRIGGER docs_update; CREATE TRIGGER docs_update INSTEAD OF UPDATE ON docs BEGIN
             UPDATE packed SET bytes = CAST(NEW.body AS BLOB), version = NEW.version WHERE id = OLD.id; SELECT RAISE(IGNORE);
         END",
    )
    .unwrap();
    let mut stale = doc(2, conn);
    diesel::update(docs::table.find(2)).set(docs::version.eq(2)).execute(conn).unwrap();
    assert_modified(&stale.save_concurrent(conn).unwrap_err(), 1, 2);
    let mut mine = doc(1, conn);
    mine.body = "mine".to_owned();
    let error = mine.save_concurrent(conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::OutcomeUnknown(_)), "{error:?}");
    assert_eq!((mine.version, doc(1, conn).version, doc(1, conn).body.as_str()), (1, 2, "mine"));
}

/// Many clients that write one row through a view. Each success advanced the version once, even if another one wrote
/// the same version before.
#[test]
fn racing_writes_through_a_view_are_each_their_own() {
    doc!();
    let (database, conn) = &mut with_view();
    let successes: i64 = thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let mut conn = database.connect();
                scope.spawn(move || {
                    let mut successes = 0;
                    for _ in 0..100 {
                        let mut record = doc(1, &mut conn);
                        record.body.push('x');
                        match record.save_concurrent(&mut conn) {
                            Ok(()) => successes += 1,
                            Err(error) => assert!(error.is_retryable(), "{error:?}"),
                        }
                    }
                    successes
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    let row = doc(1, conn);
    assert_eq!(row.version, 1 + successes);
    assert_eq!(row.body.matches('x').count(), usize::try_from(successes).unwrap());
}

/// The type was saved in a database where its table is a table.
#[test]
fn a_table_that_became_a_view_is_never_told_as_somebody_elses_write() {
    doc!();
    let (_tables, conn) = &mut with_view();
    conn.batch_execute("DROP VIEW docs; CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT NOT NULL, version BIGINT NOT NULL); INSERT INTO docs VALUES (1, 'one', 1)").unwrap();
    doc(1, conn).save_concurrent(conn).unwrap();

    let (_views, conn) = &mut with_view();
    let mut mine = doc(1, conn);
    mine.body = "mine".to_owned();
    let error = mine.save_concurrent(conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::OutcomeUnknown(_)), "{error:?}");
    assert!(!error.is_conflict() && !error.is_retryable());
    let text = error.to_string();
    assert!(
        text.contains("docs was a table and is a view now") && text.contains("docs with id 1 may have been written"),
        "{text}"
    );
    assert_eq!((mine.version, doc(1, conn).version), (1, 2));

    // From now on it is known.
    mine.reload_concurrent(conn).unwrap();
    mine.body = "mine again".to_owned();
    mine.save_concurrent(conn).unwrap();
    assert_eq!((mine.version, doc(1, conn)), (3, mine));
}

/// Once before the first write, and at conflicts.
#[test]
fn whether_a_table_is_a_view_is_asked_once() {
    doc!();
    let (_database, conn) = &mut with_view();
    conn.batch_execute("DROP VIEW docs; CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT NOT NULL, version BIGINT NOT NULL); INSERT INTO docs VALUES (1, 'one', 1)").unwrap();
    let mut mine = doc(1, conn);
    let mut stale = mine.clone();
    let (sent, statements) = std::sync::mpsc::channel();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let query = query.to_string();
            let query = query.split("(SELECT coalesce(").next().unwrap();
            sent.send(query.split(" -- binds").next().unwrap().to_owned()).unwrap();
        }
    });
    let ask = "SELECT 0 + 1 * ((SELECT count(*) FROM pragma_table_list('docs') WHERE type = 'view') > 0) + 2 * (";
    let update = "UPDATE `docs` SET `version` = ?, `body` = ? WHERE `id` = ? AND `version` = ?";
    for expected in [vec![ask, update], vec![update], vec![update]] {
        mine.save_concurrent(conn).unwrap();
        assert_eq!(statements.try_iter().collect::<Vec<_>>(), expected);
    }
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
    let read = "SELECT ";
    assert_eq!(statements.try_iter().collect::<Vec<_>>(), [update, ask, read]);
}
