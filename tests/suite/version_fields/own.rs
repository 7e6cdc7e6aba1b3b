//! Version fields that a user writes: two functions on a marker type.

use crate::library::prelude::*;
use crate::library::{InitialVersion, VersionField, VersionValue};
use diesel::prelude::*;

use super::super::models::{clocks, letters, old_notes};
use super::super::statements::Log;
use super::super::threads::{Running, spawn};
use super::{assert_guarded, assert_modified, empty};
use crate::engine::TestConnection;

/// 10, 20, 30 …
struct Tens;

impl VersionField<i64> for Tens {
    fn next(current: &i64) -> Option<i64> {
        current.checked_add(10)
    }

    fn value(version: &i64) -> VersionValue {
        VersionValue::from(*version)
    }

    fn from_value(value: &VersionValue) -> Option<i64> {
        value.integer()
    }
}

impl InitialVersion<i64> for Tens {
    fn initial() -> i64 {
        10
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = clocks)]
struct Stepped {
    id: i64,
    value: i32,
    #[concurrent(version = Tens)]
    version: i64,
}

fn insert_stepped(version: i64, conn: &mut TestConnection) {
    diesel::insert_into(clocks::table).values(Stepped { id: 1, value: 0, version }).execute(conn).unwrap();
}

fn stepped(conn: &mut TestConnection) -> Stepped {
    clocks::table.find(1).select(Stepped::as_select()).first(conn).unwrap()
}

/// A, B … Z, a, b … z, zA, zB …: a version that is a text, and says so in errors.
struct Letters;

impl VersionField<String> for Letters {
    fn next(current: &String) -> Option<String> {
        let mut next = current.clone();
        match next.pop()? {
            'Z' => next.push('a'),
            'z' => next.push_str("zA"),
            letter @ ('A'..='Y' | 'a'..='y') => next.push(char::from_u32(u32::from(letter) + 1)?),
            _ => return None,
        }
        Some(next)
    }

    fn value(version: &String) -> VersionValue {
        VersionValue::from(version.as_str())
    }

    fn from_value(value: &VersionValue) -> Option<String> {
        value.text().map(str::to_owned)
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = letters)]
struct Lettered {
    id: i64,
    value: i32,
    #[concurrent(version = Letters)]
    version: String,
}

fn insert_lettered(version: &str, conn: &mut TestConnection) -> Lettered {
    let record = Lettered { id: 1, value: 0, version: version.to_owned() };
    diesel::insert_into(letters::table).values(record.clone()).execute(conn).unwrap();
    record
}

fn lettered(conn: &mut TestConnection) -> Lettered {
    letters::table.find(1).select(Lettered::as_select()).first(conn).unwrap()
}

#[test]
fn a_version_field_of_the_users_own_is_guarded() {
    let (_database, conn) = &mut empty();
    insert_stepped(Stepped::initial_version(), conn);
    assert_guarded(conn, stepped, |record| VersionValue::from(record.version));
}

#[test]
fn a_text_version_is_guarded() {
    let (_database, conn) = &mut empty();
    insert_lettered("A", conn);
    assert_guarded(conn, lettered, |record| VersionValue::from(record.version.as_str()));
}

#[test]
fn a_version_advances_as_its_field_says() {
    let (_database, conn) = &mut empty();
    insert_stepped(Stepped::initial_version(), conn);
    let mut a = stepped(conn);
    let log = Log::attach(conn);
    a.save_concurrent(conn).unwrap();
    assert_eq!(log.take_sent().len(), 1);
    assert_eq!(a.version, 20);
    assert_eq!(a.update_concurrent(clocks::value.eq(1), conn).unwrap(), 30);
    assert_eq!(stepped(conn), Stepped { id: 1, value: 1, version: 30 });

    let mut text = insert_lettered("Y", conn);
    for version in ["Z", "a", "b"] {
        text.save_concurrent(conn).unwrap();
        assert_eq!(text.version, version);
        assert_eq!(lettered(conn), text);
    }
}

#[test]
fn a_conflict_of_text_versions_quotes_them() {
    let (_database, conn) = &mut empty();
    let mut a = insert_lettered("y", conn);
    let mut b = a.clone();
    a.save_concurrent(conn).unwrap();
    a.save_concurrent(conn).unwrap();
    let error = b.save_concurrent(conn).unwrap_err();
    assert_modified(&error, &VersionValue::Text("y".to_owned()), &VersionValue::Text("zA".to_owned()));
    assert_eq!(
        error.to_string(),
        r#"letters with id 1 was modified by somebody else: expected version "y", found "zA"; reload it and try again"#
    );
}

/// A collation in which "a" = "A" does not decide whether two versions are the same. The field decides that, and for it
/// they are two.
#[test]
fn two_texts_that_differ_in_case_are_two_versions() {
    let (_database, conn) = &mut empty();
    let mut a = insert_lettered("A", conn);
    let mut stale = a.clone();
    for _ in 0..26 {
        a.save_concurrent(conn).unwrap();
    }
    assert_eq!(a.version, "a");
    stale.value = 99;
    let refusal = stale.save_concurrent(conn);
    assert_eq!(lettered(conn), a, "{refusal:?}");
    let (expected, found) = (VersionValue::from("A"), VersionValue::from("a"));
    assert_modified(&refusal.unwrap_err(), &expected, &found);
    assert_modified(&stale.check_concurrent(conn).unwrap_err(), &expected, &found);
    assert_modified(&stale.delete_concurrent(conn).unwrap_err(), &expected, &found);
}

#[test]
fn an_unchecked_save_reads_the_version_and_is_guarded_by_it() {
    let (_database, conn) = &mut empty();
    insert_stepped(70, conn);
    let mut holder = stepped(conn);
    let mut record = Stepped { id: 1, value: 3, version: 10 };
    let log = Log::attach(conn);
    record.save_unchecked(conn).unwrap();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent[0].starts_with("SELECT ") && sent[1].starts_with("UPDATE "), "{sent:#?}");
    assert_eq!(record, Stepped { id: 1, value: 3, version: 80 });
    assert_eq!(stepped(conn), record);
    assert_modified(&holder.save_concurrent(conn).unwrap_err(), &70_i64.into(), &80_i64.into());
}

/// Each of them reads a version that another may take away before it is written; no version may come out twice.
#[test]
fn unchecked_saves_at_once_never_share_a_version() {
    const SAVES: i64 = 20;
    let (database, conn) = &mut empty();
    insert_stepped(0, conn);
    let writers = [(); 2].map(|()| {
        let mut conn = database.connect();
        spawn(move || -> Vec<i64> {
            let mut record = Stepped { id: 1, value: 0, version: 0 };
            let save = |_| {
                // The attempts are bounded, so a save may give up. Its error then says that it can be tried again.
                while let Err(error) = record.save_unchecked(&mut conn) {
                    assert!(error.is_retryable(), "{error:?}");
                }
                record.version
            };
            (0..SAVES).map(save).collect()
        })
    });
    let mut versions: Vec<i64> = writers.into_iter().flat_map(Running::join).collect();
    versions.sort_unstable();
    let expected: Vec<i64> = (1..=2 * SAVES).map(|saves| 10 * saves).collect();
    assert_eq!(versions, expected);
    assert_eq!(stepped(conn).version, 20 * SAVES);
}

/// Every field with an initial version takes an option.
#[test]
fn a_version_field_of_the_users_own_starts_from_null() {
    #[derive(Debug, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = old_notes)]
    struct SteppedNote {
        id: i64,
        text: String,
        #[concurrent(version = Tens)]
        version: Option<i64>,
    }

    let (_database, conn) = &mut empty();
    diesel::insert_into(old_notes::table)
        .values((old_notes::id.eq(1), old_notes::text.eq("old")))
        .execute(conn)
        .unwrap();
    let mut note: SteppedNote = old_notes::table.select(SteppedNote::as_select()).first(conn).unwrap();
    note.save_concurrent(conn).unwrap();
    assert_eq!(note.version, Some(10));
    note.save_unchecked(conn).unwrap();
    assert_eq!(note.version, Some(20));
    assert_eq!(note.current(conn).unwrap(), Some(note));
}
