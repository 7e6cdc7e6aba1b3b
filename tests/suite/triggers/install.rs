//! Creating and dropping at run time: as often as one likes, all or none, and by several programs at once.

use crate::library::prelude::*;
use crate::library::triggers::{self, Error, Problem, TriggerSpec};
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::prelude::*;
use std::sync::{Arc, Barrier};

use super::{Backend, DRAFTS_TRIGGER, Draft, draft, drafts, foreign, insert, versions, with_draft, with_table};
use crate::engine::{self, TestConnection};
use crate::suite::threads::{Running, spawn};

/// The triggers of these tests: the migrations have brought others.
fn ours(connection: &mut TestConnection) -> Vec<(String, String, bool)> {
    triggers::list(connection)
        .unwrap()
        .into_iter()
        .map(|found| (found.table_name.unwrap(), found.trigger_name, found.is_enabled))
        .filter(|(table, ..)| table != "entries")
        .collect()
}

fn the_trigger_of_drafts() -> (String, String, bool) {
    ("drafts".to_owned(), DRAFTS_TRIGGER.to_owned(), true)
}

#[test]
fn what_is_there_is_not_created_again_and_what_is_gone_not_dropped_again() {
    let (_database, conn) = &mut with_table();
    assert_eq!(ours(conn), []);
    for _ in 0..3 {
        triggers::create::<Draft, _>(conn).unwrap();
        assert_eq!(ours(conn), [the_trigger_of_drafts()]);
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    }
    insert(1, 1, conn);
    foreign("UPDATE drafts SET text = 'once'", conn);
    assert_eq!(versions(conn), [2]);
    for _ in 0..3 {
        triggers::drop::<Draft, _>(conn).unwrap();
        assert_eq!(ours(conn), []);
    }
    foreign("UPDATE drafts SET text = 'unnoticed'", conn);
    assert_eq!(versions(conn), [2]);
    triggers::create::<(Draft,), _>(conn).unwrap();
    assert_eq!(ours(conn), [the_trigger_of_drafts()]);
}

diesel::table! {
    others (id) {
        id -> BigInt,
        version -> Integer,
    }
}

/// Its trigger has its own name.
#[derive(Concurrent)]
#[diesel(table_name = others)]
#[concurrent(trigger_name = "others advance")]
struct Other {
    #[allow(dead_code)]
    id: i64,
    #[concurrent(version = TriggerVersionField)]
    version: i32,
}

#[test]
fn a_tuple_is_all_its_models_and_a_name_of_ones_own_is_kept() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE TABLE others (id BIGINT PRIMARY KEY, version INTEGER NOT NULL)").unwrap();
    triggers::create::<(Draft, Other), _>(conn).unwrap();
    let other = ("others".to_owned(), "others advance".to_owned(), true);
    assert_eq!(ours(conn), [the_trigger_of_drafts(), other.clone()]);
    foreign("INSERT INTO others VALUES (1, 1)", conn);
    foreign("UPDATE others SET id = 2", conn);
    assert_eq!(others::table.select(others::version).load::<i32>(conn).unwrap(), [2]);
    triggers::drop::<(Draft,), _>(conn).unwrap();
    assert_eq!(ours(conn), [other]);
    triggers::drop::<(Other, Draft), _>(conn).unwrap();
    assert_eq!(ours(conn), []);
}

/// Two models of one table, one of them a form: one trigger is enough.
#[test]
fn two_models_of_one_table_share_its_trigger() {
    #[derive(Concurrent)]
    #[diesel(table_name = drafts)]
    struct Form {
        #[allow(dead_code)]
        id: i64,
        #[concurrent(version = TriggerVersionField)]
        version: i64,
    }

    let (_database, conn) = &mut with_table();
    triggers::create::<(Draft, Form), _>(conn).unwrap();
    assert_eq!(ours(conn), [the_trigger_of_drafts()]);
    assert_eq!(triggers::check::<(Form, Draft), _>(conn).unwrap(), []);
    let source = triggers::migrations::<(Draft, Form)>();
    let migrations: Vec<Box<dyn Migration<Backend>>> = source.migrations().unwrap();
    assert_eq!(migrations.len(), 1);
    triggers::drop::<(Draft, Form), _>(conn).unwrap();
    assert_eq!(ours(conn), []);
}

/// All models are checked before anything is sent, also if the engine could not roll back.
#[test]
fn a_tuple_with_a_model_that_cannot_have_one_creates_none() {
    let (_database, conn) = &mut with_table();
    let error = triggers::create::<(Draft, Other), _>(conn).unwrap_err();
    assert!(matches!(&error, Error::MissingTable { table } if table == "others"), "{error:?}");
    assert_eq!(ours(conn), []);
}

/// Inside a transaction of the user's it belongs to that.
#[test]
fn a_trigger_belongs_to_the_transaction_around_it() {
    let (_database, conn) = &mut with_table();
    let _ = conn.transaction(|conn| {
        triggers::create::<Draft, _>(conn).unwrap();
        Err::<(), _>(diesel::result::Error::RollbackTransaction)
    });
    let left = if engine::TRANSACTIONAL_DDL { vec![] } else { vec![the_trigger_of_drafts()] };
    assert_eq!(ours(conn), left);
}

/// Several instances of a program start at once: each finds the trigger there, and there is one.
#[test]
fn programs_that_start_at_once_create_one_trigger() {
    const PROGRAMS: usize = 4;
    for _ in 0..5 {
        let (database, conn) = &mut with_table();
        let barrier = Arc::new(Barrier::new(PROGRAMS));
        let programs = [(); PROGRAMS].map(|()| {
            let (mut conn, barrier) = (database.connect(), Arc::clone(&barrier));
            spawn(move || {
                barrier.wait();
                triggers::create::<Draft, _>(&mut conn).unwrap();
            })
        });
        programs.into_iter().for_each(Running::join);
        assert_eq!(ours(conn), [the_trigger_of_drafts()]);
        insert(1, 1, conn);
        foreign("UPDATE drafts SET text = 'x'", conn);
        assert_eq!(versions(conn), [2]);
    }
}

/// Some of them ask for the strict form, and undo what others do: each ends without an error, and one trigger is left.
#[test]
fn programs_that_want_other_forms_at_once_end_without_an_error() {
    const PROGRAMS: usize = 8;
    for _ in 0..5 {
        let (database, conn) = &mut with_table();
        let barrier = Arc::new(Barrier::new(PROGRAMS));
        let mut number = 0;
        let programs = [(); PROGRAMS].map(|()| {
            number += 1;
            let spec = TriggerSpec::new("drafts", ["id"], "version");
            let spec = if number % 2 == 0 { spec.strict() } else { spec };
            let (mut conn, barrier) = (database.connect(), Arc::clone(&barrier));
            spawn(move || {
                barrier.wait();
                triggers::create_specs(&[spec], &mut conn).unwrap();
            })
        });
        programs.into_iter().for_each(Running::join);
        assert_eq!(ours(conn), [the_trigger_of_drafts()]);
        assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
        insert(1, 1, conn);
        foreign("UPDATE drafts SET text = 'x'", conn);
        assert_eq!(versions(conn), [2]);
    }
}

/// A removed model leaves its trigger, which is named, and dropped on request.
#[test]
fn a_trigger_that_no_specification_wants_is_unused() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("ALTER TABLE drafts ADD COLUMN rev BIGINT NOT NULL DEFAULT 1").unwrap();
    let entries = TriggerSpec::new("entries", ["id"], "version");
    let drafts = ["version", "rev"].map(|column| TriggerSpec::new("drafts", ["id"], column));
    triggers::create_specs(&drafts, conn).unwrap();
    let [version, rev] = drafts;
    let all = [entries.clone(), version.clone(), rev];
    assert_eq!(triggers::unused(&all, conn).unwrap(), []);
    let unused = |trigger: &str| Problem::Unused { table: "drafts".to_owned(), trigger: trigger.to_owned() };
    let (of_rev, of_version) = ("concurrency_drafts_rev", DRAFTS_TRIGGER);
    assert_eq!(triggers::unused(&all[..2], conn).unwrap(), [unused(of_rev)]);
    assert_eq!(triggers::unused(&all[..1], conn).unwrap(), [unused(of_rev), unused(of_version)]);
    let dropped = triggers::drop_unused(&all[..2], conn).unwrap();
    assert_eq!(dropped.iter().map(|found| &found.trigger_name).collect::<Vec<_>>(), [of_rev]);
    assert_eq!(triggers::check_specs(&all[..2], conn).unwrap(), []);
    assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
    assert_eq!(triggers::drop_unused(&all[..1], conn).unwrap().len(), 1);
    assert_eq!(triggers::drop_unused(&all[..1], conn).unwrap(), []);
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
}

/// The foreign program and the application race. Each success advances the version by one.
#[test]
fn racing_writers_of_both_kinds_lose_nothing() {
    const WRITES: usize = 100;
    let (database, conn) = &mut with_draft();
    let mut foreign_conn = database.connect();
    let theirs = spawn(move || {
        for _ in 0..WRITES {
            foreign("UPDATE drafts SET text = 'theirs' WHERE id = 1", &mut foreign_conn);
        }
    });
    let ours = [(); 2].map(|()| {
        let mut conn = database.connect();
        spawn(move || {
            let mut saves = 0;
            for _ in 0..WRITES {
                match draft(1, &mut conn).save_concurrent(&mut conn) {
                    Ok(()) => saves += 1,
                    Err(error) => assert!(error.is_retryable(), "{error:?}"),
                }
            }
            saves
        })
    });
    theirs.join();
    let saves = ours.into_iter().map(Running::join).sum::<usize>();
    assert_eq!(versions(conn), [i64::try_from(1 + WRITES + saves).unwrap()]);
}
