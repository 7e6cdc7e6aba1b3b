//! A panic or a dropped future ends `create` or `drop` early. No half of a trigger is left, and the session has its own
//! limit for locks or is not used again.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::library::prelude::*;
use crate::library::triggers::{self, Error};
use crate::library::{ROLLS_BACK_AT_ONCE, impatient};
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

use super::{Draft, insert, number, versions, with_table};
use crate::engine::{self, Database, TestConnection};
use crate::suite::transactions::assert_nothing_open;
use crate::suite::transactions::owned::panic_at;

diesel::table! {
    others (id) {
        id -> BigInt,
        version -> BigInt,
    }
}

#[derive(Concurrent)]
#[diesel(table_name = others)]
struct Other {
    #[allow(dead_code)]
    id: i64,
    #[concurrent(version = TriggerVersionField)]
    version: i64,
}

type Models = (Draft, Other);

/// A database with both tables.
fn with_tables() -> Database {
    let (database, mut conn) = with_table();
    conn.batch_execute("CREATE TABLE others (id BIGINT PRIMARY KEY, version BIGINT NOT NULL DEFAULT 1)").unwrap();
    database
}

/// A connection to them, without rows, and with their triggers or without.
fn anew(database: &Database, has_triggers: bool) -> TestConnection {
    let mut conn = database.connect();
    conn.batch_execute("DELETE FROM drafts").unwrap();
    if has_triggers { create(&mut conn) } else { drop_both(&mut conn) }.unwrap();
    conn.batch_execute(engine::LIMIT_LOCKS).unwrap();
    conn
}

/// How many triggers there are, and everything else that they consist of.
fn objects(conn: &mut TestConnection) -> usize {
    engine::all_triggers(conn).len()
}

fn create(conn: &mut TestConnection) -> Result<(), Error> {
    triggers::create::<Models, _>(conn)
}

fn drop_both(conn: &mut TestConnection) -> Result<(), Error> {
    triggers::drop::<Models, _>(conn)
}

type Work = fn(&mut TestConnection) -> Result<(), Error>;
/// What is done, and whether there are triggers before it.
const WORK: [(&str, Work, bool); 2] = [("create", create, false), ("drop", drop_both, true)];

/// The session has its own limit, and nothing open; or it is not used again. Whether it is.
#[track_caller]
fn assert_put_back(name: &str, conn: &mut TestConnection) -> bool {
    let is_used_again = !AnsiTransactionManager::is_broken_transaction_manager(conn);
    if is_used_again {
        assert_eq!(number(engine::LOCK_LIMIT, conn), 1234, "{name}: the limit of the session is not put back");
        assert_nothing_open(conn);
    }
    is_used_again
}

/// What is there works, and what is not there can be created.
#[track_caller]
fn assert_whole(name: &str, found: usize, whole: [usize; 2], conn: &mut TestConnection) {
    let is_whole =
        if engine::TRANSACTIONAL_DDL { whole.contains(&found) } else { (whole[0]..=whole[1]).contains(&found) };
    assert!(is_whole, "{name}: {found} of {whole:?}");
    create(conn).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(objects(conn), whole[1], "{name}");
    assert_eq!(triggers::check::<Models, _>(conn).unwrap(), [], "{name}");
    insert(1, 1, conn);
    conn.batch_execute("UPDATE drafts SET text = 'x'").unwrap();
    assert_eq!(versions(conn), [2], "{name}");
    drop_both(conn).unwrap();
    assert_eq!(objects(conn), whole[0], "{name}");
}

fn whole(database: &Database) -> [usize; 2] {
    [false, true].map(|has_triggers| objects(&mut anew(database, has_triggers)))
}

#[test]
fn an_observer_that_panics_at_any_statement_leaves_no_half_of_a_trigger() {
    let database = &with_tables();
    let whole = whole(database);
    for (name, work, has_triggers) in WORK {
        for statement in 0.. {
            let conn = &mut anew(database, has_triggers);
            let told = panic_at(statement, conn);
            let ended = catch_unwind(AssertUnwindSafe(|| work(conn)));
            if told.load(Ordering::SeqCst) <= statement {
                ended.unwrap().unwrap();
                assert!(statement > 3, "it sends more than a question and a statement for each");
                break;
            }
            let _ = catch_unwind(AssertUnwindSafe(|| conn.set_instrumentation(|_: InstrumentationEvent<'_>| {})));
            // A panic on another thread comes back as an error, after which it is tried again.
            let is_done = matches!(ended, Ok(Ok(())));
            assert!(!is_done || (engine::NAME == "SQLite" && !ROLLS_BACK_AT_ONCE), "{name} at {statement}");
            let name = format!("{name}, a panic at {statement}");
            let used = catch_unwind(AssertUnwindSafe(|| assert_put_back(&name, conn)));
            // diesel-async keeps a SQLite connection in a lock, which a panic poisons.
            let is_used_again = match used {
                Ok(is_used_again) => is_used_again,
                Err(_) if engine::NAME == "SQLite" && !ROLLS_BACK_AT_ONCE => false,
                Err(panic) => resume_unwind(panic),
            };
            if !is_used_again {
                // What is open on it ends with it.
                *conn = database.connect();
            }
            let found = objects(&mut database.connect());
            if engine::TRANSACTIONAL_DDL {
                assert_eq!(found, whole[usize::from(has_triggers != is_done)], "{name}: all of it or nothing");
            }
            assert_whole(&name, found, whole, &mut database.connect());
        }
    }
}

/// Dropped after so many polls; what does not await is never dropped.
#[test]
fn a_future_that_is_dropped_leaves_no_half_of_a_trigger() {
    let database = &with_tables();
    let whole = whole(database);
    for (name, work, has_triggers) in WORK {
        for polls in 0.. {
            let conn = &mut anew(database, has_triggers);
            let ended = catch_unwind(AssertUnwindSafe(|| impatient(polls, || work(conn))));
            if let Ok(ended) = ended {
                ended.unwrap();
                break;
            }
            let name = format!("{name} dropped after {polls} polls");
            assert_put_back(&name, conn);
            // The connection's end is the end of its statements.
            let observer = &mut database.connect();
            *conn = database.connect();
            std::thread::sleep(Duration::from_millis(20));
            assert_whole(&name, objects(observer), whole, observer);
        }
    }
}

/// In the caller's transaction only what was begun here is taken back.
#[test]
fn a_panic_in_the_callers_transaction_takes_back_what_was_created() {
    if !(engine::TRANSACTIONAL_DDL && ROLLS_BACK_AT_ONCE) {
        return;
    }
    let database = &with_tables();
    let whole = whole(database);
    for statement in 0.. {
        let conn = &mut anew(database, false);
        let mut is_over = false;
        conn.transaction(|conn| {
            insert(7, 1, conn);
            let told = panic_at(statement, conn);
            let ended = catch_unwind(AssertUnwindSafe(|| create(conn)));
            is_over = told.load(Ordering::SeqCst) <= statement;
            assert_eq!(is_over, ended.is_ok(), "at {statement}");
            conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            assert_eq!(number(engine::LOCK_LIMIT, conn), 1234, "at {statement}");
            QueryResult::Ok(())
        })
        .unwrap();
        assert_eq!(objects(&mut database.connect()), whole[usize::from(is_over)], "at {statement}");
        assert_eq!(versions(conn), [1], "at {statement}");
        assert_eq!(number(engine::LOCK_LIMIT, conn), 1234, "at {statement}");
        if is_over {
            break;
        }
    }
}
