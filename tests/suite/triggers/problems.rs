//! What `check` finds after a change to the triggers, and what `create` and `drop` then do.

use crate::library::triggers::{self, Error, Problem};
use diesel::connection::SimpleConnection as _;

use super::{DRAFTS_TRIGGER, Draft, foreign, versions, with_draft};
use crate::engine::{self, TestConnection};

/// A change to the trigger, in SQL, and what is then found.
pub struct Tampering {
    pub what: &'static str,
    pub sql: &'static str,
    pub found: Found,
}

/// The kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    Nothing,
    Missing,
    Altered,
    Disabled,
    OnAnotherTable,
    Foreign,
}

fn kind(problems: &[Problem]) -> Found {
    match problems {
        [] => Found::Nothing,
        [Problem::Missing { table, trigger }] => named(table, trigger, Found::Missing),
        [Problem::Altered { table, trigger, .. }] => named(table, trigger, Found::Altered),
        [Problem::Disabled { table, trigger }] => named(table, trigger, Found::Disabled),
        [Problem::OnAnotherTable { table, trigger, found }] => {
            assert_eq!(found, "elsewhere");
            named(table, trigger, Found::OnAnotherTable)
        }
        [Problem::Foreign { table, trigger }] => named(table, trigger, Found::Foreign),
        other => panic!("{other:?}"),
    }
}

fn named(table: &str, trigger: &str, kind: Found) -> Found {
    assert_eq!((table, trigger), ("drafts", DRAFTS_TRIGGER));
    kind
}

fn tampered(tampering: &Tampering) -> (engine::Database, TestConnection) {
    let (database, mut conn) = with_draft();
    conn.batch_execute("CREATE TABLE elsewhere (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)").unwrap();
    conn.batch_execute(tampering.sql).unwrap();
    (database, conn)
}

#[test]
fn whatever_was_done_to_a_trigger_is_told_apart() {
    for tampering in engine::TAMPERINGS {
        let (_database, conn) = &mut tampered(tampering);
        let problems = triggers::check::<Draft, _>(conn).unwrap();
        assert_eq!(kind(&problems), tampering.found, "{}: {problems:?}", tampering.what);
    }
}

/// Ours is created again. A foreign one is an error, and stays.
#[test]
fn create_repairs_what_is_ours_and_leaves_what_is_not() {
    for tampering in engine::TAMPERINGS {
        let (_database, conn) = &mut tampered(tampering);
        let before = engine::all_triggers(conn);
        let created = triggers::create::<Draft, _>(conn);
        match tampering.found {
            Found::Foreign | Found::OnAnotherTable => {
                let error = created.unwrap_err();
                match tampering.found {
                    Found::Foreign => assert!(
                        matches!(&error, Error::ForeignTrigger { table, trigger } if table == "drafts" && trigger == DRAFTS_TRIGGER),
                        "{}: {error:?}",
                        tampering.what
                    ),
                    _ => assert!(
                        matches!(&error, Error::OnAnotherTable { table, found, .. } if table == "drafts" && found == "elsewhere"),
                        "{}: {error:?}",
                        tampering.what
                    ),
                }
                assert_eq!(engine::all_triggers(conn), before, "{}", tampering.what);
            }
            _ => {
                created.unwrap_or_else(|error| panic!("{}: {error:?}", tampering.what));
                assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), [], "{}", tampering.what);
                foreign("UPDATE drafts SET text = 'x'", conn);
                assert_eq!(versions(conn), [2], "{}", tampering.what);
            }
        }
    }
}

#[test]
fn drop_takes_what_is_ours_and_leaves_what_is_not() {
    for tampering in engine::TAMPERINGS {
        let (_database, conn) = &mut tampered(tampering);
        let before = engine::all_triggers(conn);
        let dropped = triggers::drop::<Draft, _>(conn);
        if tampering.found == Found::Foreign {
            let error = dropped.unwrap_err();
            assert!(matches!(&error, Error::ForeignTrigger { table, .. } if table == "drafts"), "{error:?}");
            assert_eq!(engine::all_triggers(conn), before, "{}", tampering.what);
        } else {
            dropped.unwrap_or_else(|error| panic!("{}: {error:?}", tampering.what));
            let left = if tampering.found == Found::OnAnotherTable { before } else { vec![] };
            assert_eq!(engine::all_triggers(conn), left, "{}", tampering.what);
            foreign("UPDATE drafts SET text = 'x'", conn);
            assert_eq!(versions(conn), [1], "{}", tampering.what);
        }
    }
}

#[test]
fn problems_say_what_to_do() {
    let (table, trigger) = ("drafts".to_owned(), DRAFTS_TRIGGER.to_owned());
    let found = "elsewhere".to_owned();
    let said = [
        (
            Problem::Missing { table: table.clone(), trigger: trigger.clone() }.to_string(),
            "drafts has no trigger concurrency_drafts_version; create it",
        ),
        (
            Problem::Altered { table: table.clone(), trigger: trigger.clone(), found: String::new() }.to_string(),
            "the trigger concurrency_drafts_version of drafts was altered; create it anew",
        ),
        (
            Problem::Disabled { table: table.clone(), trigger: trigger.clone() }.to_string(),
            "the trigger concurrency_drafts_version of drafts is disabled; enable it, or create it anew",
        ),
        (
            Problem::OnAnotherTable { table: table.clone(), trigger: trigger.clone(), found }.to_string(),
            "the trigger concurrency_drafts_version, meant for drafts, stands on the table elsewhere; name one of them yourself",
        ),
        (
            Problem::Foreign { table, trigger }.to_string(),
            "the name concurrency_drafts_version, meant for the trigger of drafts, belongs to one that this library did not make",
        ),
    ];
    for (said, expected) in said {
        assert_eq!(said, expected);
    }
}
