//! The effect of a trigger on a write: one step for every writer, and no more.

use crate::library::prelude::*;
use crate::library::triggers::{self, TriggerSpec};
use crate::library::{VersionValue, triggers::Engine};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{DRAFTS_TRIGGER, draft, drafts, foreign, insert, number, versions, with_draft, with_table};
use crate::engine;
use crate::suite::statements::Log;

/// Another program writes the row: its version moves, and our copy conflicts. [django test_trigger_external_update]
#[test]
fn a_write_of_another_program_is_a_conflict() {
    let (database, conn) = &mut with_draft();
    let mut mine = draft(1, conn);
    let other = &mut database.connect();
    foreign("UPDATE drafts SET text = 'theirs' WHERE id = 1", other);
    assert_eq!(versions(conn), [2]);

    mine.text = "mine".to_owned();
    let before = mine.clone();
    let error = mine.save_concurrent(conn).unwrap_err();
    let ConcurrencyError::RecordModified(error) = error else { panic!("{error:?}") };
    assert_eq!((error.table, error.key.as_str()), ("drafts", "id 1"));
    assert_eq!((&error.expected, &error.found), (&VersionValue::Integer(1), &VersionValue::Integer(2)));
    assert_eq!(mine, before);
    assert_eq!(draft(1, conn).text, "theirs");
    assert!(mine.delete_concurrent(conn).unwrap_err().is_conflict());
}

/// The application and the trigger together take one step, in one statement, and memory knows it. [django #225, EF #29811]
#[test]
fn every_method_of_the_application_takes_exactly_one_step() {
    let (_database, conn) = &mut with_draft();
    let log = Log::attach(conn);
    let mut record = draft(1, conn);
    log.take_sent();
    for version in 2..=4 {
        record.text = format!("at {version}");
        record.save_concurrent(conn).unwrap();
        assert_eq!(log.take_sent().len(), 1);
        assert_eq!((record.version, draft(1, conn)), (version, record.clone()));
        log.take_sent();
    }

    record.text = "without increment".to_owned();
    record.save_without_increment(conn).unwrap();
    assert_eq!((record.version, draft(1, conn)), (5, record.clone()));
    record.text = "unchecked".to_owned();
    record.version = 1;
    record.save_unchecked(conn).unwrap();
    assert_eq!((record.version, draft(1, conn)), (6, record.clone()));
    record.touch_concurrent(conn).unwrap();
    assert_eq!((record.version, draft(1, conn)), (7, record.clone()));
    let version = record.update_concurrent(drafts::text.eq("by changeset"), conn).unwrap();
    assert_eq!((version, versions(conn)), (8, vec![8]));
    assert_eq!(record.version, 7);
}

/// Whatever the other program does with the version, it ends one step further. Only on SQLite can it jump ahead.
#[test]
fn a_write_can_neither_leave_nor_lower_the_version() {
    let (_database, conn) = &mut with_draft();
    let after = |set: &str, conn: &mut engine::TestConnection| {
        foreign("DELETE FROM drafts", conn);
        insert(1, 5, conn);
        foreign(&format!("UPDATE drafts SET {set} WHERE id = 1"), conn);
        versions(conn)
    };
    for set in
        ["text = 'x'", "version = version", "version = 5", "version = 4", "version = -1", "version = version + 1"]
    {
        assert_eq!(after(set, conn), [6], "{set}");
    }
    let jumped = if engine::CATCHES_JUMPS { 6 } else { 100 };
    assert_eq!(after("version = 100", conn), [jumped]);
}

#[test]
fn a_write_of_many_rows_moves_each_once() {
    let (_database, conn) = &mut with_draft();
    for (id, version) in [(2, 7), (3, -5), (4, 0)] {
        insert(id, version, conn);
    }
    foreign("UPDATE drafts SET text = 'all' WHERE id <> 2", conn);
    assert_eq!(versions(conn), [2, 7, -4, 1]);
    foreign("UPDATE drafts SET id = id + 100", conn);
    assert_eq!(versions(conn), [3, 8, -3, 2]);
}

#[test]
fn an_insert_that_finds_the_row_there_is_a_write() {
    let (_database, conn) = &mut with_draft();
    foreign(engine::UPSERT_DRAFT, conn);
    assert_eq!((draft(1, conn).text.as_str(), versions(conn)), ("upserted", vec![2]));
}

/// A column that was added later: the version after NULL is the initial one, for the application and for all others.
#[test]
fn a_version_that_is_null_becomes_one() {
    diesel::table! {
        memos (id) {
            id -> BigInt,
            text -> Text,
            version -> Nullable<Integer>,
        }
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = memos)]
    struct Memo {
        id: i64,
        text: String,
        #[concurrent(version = TriggerVersionField)]
        version: Option<i32>,
    }

    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE TABLE memos (id BIGINT PRIMARY KEY, text VARCHAR(100) NOT NULL, version INTEGER)")
        .unwrap();
    foreign("INSERT INTO memos (id, text) VALUES (1, 'a')", conn);
    foreign("INSERT INTO memos (id, text) VALUES (2, 'b')", conn);
    triggers::create::<Memo, _>(conn).unwrap();
    let load = |id: i64, conn: &mut engine::TestConnection| -> Memo {
        memos::table.find(id).select(Memo::as_select()).first(conn).unwrap()
    };
    let mut mine = load(1, conn);
    let mut stale = load(2, conn);
    mine.save_concurrent(conn).unwrap();
    assert_eq!((mine.version, load(1, conn)), (Some(1), mine.clone()));
    foreign("UPDATE memos SET text = 'c' WHERE id = 2", conn);
    assert_eq!(load(2, conn).version, Some(1));
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
    foreign("UPDATE memos SET version = NULL", conn);
    assert_eq!((load(1, conn).version, load(2, conn).version), (Some(2), Some(2)));
}

/// There is no version after the greatest one, so no one can write the row, and nothing was written.
#[test]
fn at_the_maximum_every_write_is_refused() {
    let (_database, conn) = &mut with_table();
    triggers::create::<super::Draft, _>(conn).unwrap();
    insert(1, i64::MAX - 1, conn);
    foreign("UPDATE drafts SET text = 'last'", conn);
    let row = draft(1, conn);
    assert_eq!(row.version, i64::MAX);
    let error = conn.batch_execute("UPDATE drafts SET text = 'beyond'").unwrap_err();
    assert!(error.to_string().contains(engine::MAXIMUM_REFUSED), "{error}");
    let error = row.clone().save_concurrent(conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::VersionExhausted { table: "drafts" }), "{error:?}");
    assert_eq!(draft(1, conn), row);
}

/// The strict form accepts the next version from a write that sets it, supplies it to a write that leaves the version,
/// and refuses any other.
#[test]
fn the_strict_form_refuses_any_other_version() {
    let (_database, conn) = &mut with_table();
    triggers::create_specs(&[TriggerSpec::new("drafts", ["id"], "version").strict()], conn).unwrap();
    insert(1, 1, conn);
    foreign("UPDATE drafts SET text = 'left'", conn);
    foreign("UPDATE drafts SET version = version", conn);
    foreign("UPDATE drafts SET version = version + 1", conn);
    assert_eq!(versions(conn), [4]);
    for set in ["version = 3", "version = 6", "version = 100", "version = -4"] {
        let error = conn.batch_execute(&format!("UPDATE drafts SET text = 'set', {set}")).unwrap_err();
        assert!(error.to_string().contains("the version of a row may only advance by one"), "{error}");
    }
    assert_eq!((draft(1, conn).text.as_str(), versions(conn)), ("left", vec![4]));

    let mut record = draft(1, conn);
    record.save_concurrent(conn).unwrap();
    record.save_unchecked(conn).unwrap();
    record.touch_concurrent(conn).unwrap();
    assert_eq!((record.version, versions(conn)), (7, vec![7]));
    // It does what the ordinary trigger does, so that one is not created beside it.
    assert_eq!(triggers::check::<super::Draft, _>(conn).unwrap(), []);
    triggers::create::<super::Draft, _>(conn).unwrap();
    let found = triggers::list(conn).unwrap();
    assert_eq!(found.iter().filter(|trigger| trigger.trigger_name == DRAFTS_TRIGGER).count(), 1);
    conn.batch_execute("UPDATE drafts SET version = 100").unwrap_err();
}

/// A specification says which form its trigger has; what the table was called before does not matter.
#[test]
fn a_specification_replaces_the_other_form() {
    let (_database, conn) = &mut with_table();
    triggers::create::<super::Draft, _>(conn).unwrap();
    conn.batch_execute("ALTER TABLE drafts RENAME TO papers").unwrap();
    let papers = TriggerSpec::new("papers", ["id"], "version");
    let named = papers.clone().named(DRAFTS_TRIGGER);
    foreign("INSERT INTO papers VALUES (1, 'a', 1)", conn);
    for (wanted, created) in [(papers.clone().strict(), named.clone().strict()), (papers, named)] {
        assert_eq!(triggers::create_specs(std::slice::from_ref(&wanted), conn).unwrap(), [created]);
        assert_eq!(triggers::create_specs(std::slice::from_ref(&wanted), conn).unwrap(), []);
        assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
        let jump = conn.batch_execute("UPDATE papers SET version = 100 WHERE version < 100");
        assert_eq!(jump.is_err(), wanted.is_strict());
    }
    assert_eq!(triggers::check_specs(&[TriggerSpec::new("papers", ["id"], "version").strict()], conn).unwrap(), []);
}

/// A table gets its version column later: every row is at version 1, and counts from there.
#[test]
fn a_table_without_version_gets_one_and_loses_it_again() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE TABLE logs (id BIGINT PRIMARY KEY, text VARCHAR(100) NOT NULL)").unwrap();
    foreign("INSERT INTO logs VALUES (1, 'old'), (2, 'older')", conn);
    let spec = TriggerSpec::new("logs", ["id"], "the version");
    let engine: Engine = engine::ENGINE;
    let change = triggers::add_version_column(&spec, engine).then(triggers::create_triggers([&spec], engine));
    conn.transaction(|conn| conn.batch_execute(&change.up_sql())).unwrap();
    let sum = format!("SELECT CAST(SUM(logs.{}) AS {}) AS number FROM logs", engine::THE_VERSION, engine::BIGINT);
    assert_eq!(number(&sum, conn), 2);
    foreign("UPDATE logs SET text = 'new'", conn);
    assert_eq!(number(&sum, conn), 4);
    conn.transaction(|conn| conn.batch_execute(&change.down_sql())).unwrap();
    conn.batch_execute(&sum).unwrap_err();
    assert_eq!(
        triggers::list(conn).unwrap().iter().filter(|found| found.table_name.as_deref() == Some("logs")).count(),
        0
    );
    foreign("UPDATE logs SET text = 'newer'", conn);
}
