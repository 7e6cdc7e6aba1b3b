//! A nullable version column, as one that a table got later often is: NULL is a version like any other, and the first save ends it.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::old_notes;
use super::super::statements::Log;
use super::{Revision, assert_guarded, assert_modified, empty};
use crate::engine::{Database, TestConnection};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = old_notes)]
struct Note {
    id: i64,
    text: String,
    #[concurrent(version)]
    version: Option<i64>,
}

/// The same row with a version of the user's own type.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = old_notes)]
struct RevisedNote {
    id: i64,
    text: String,
    #[concurrent(version)]
    version: Option<Revision>,
}

/// The same row with a version that is a time.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = old_notes)]
struct TimedNote {
    id: i64,
    text: String,
    #[concurrent(version = IntegerVersionField)]
    version: Option<i64>,
}

/// The same row with a version that moves with a change.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = old_notes)]
struct ConditionalNote {
    id: i64,
    text: String,
    #[concurrent(version = ConditionalVersionField)]
    version: Option<i64>,
}

/// Note 1, without a version.
fn with_note() -> (Database, TestConnection) {
    let (database, mut connection) = empty();
    let note = Note { id: 1, text: "old".to_owned(), version: None };
    diesel::insert_into(old_notes::table).values(note).execute(&mut connection).unwrap();
    (database, connection)
}

fn note(conn: &mut TestConnection) -> Note {
    old_notes::table.find(1).select(Note::as_select()).first(conn).unwrap()
}

fn set_version(version: Option<i64>, conn: &mut TestConnection) {
    diesel::update(old_notes::table).set(old_notes::version.eq(version)).execute(conn).unwrap();
}

#[test]
fn a_nullable_version_is_guarded() {
    let (_database, conn) = &mut with_note();
    assert_guarded(conn, note, |note| VersionValue::from(note.version));
}

#[test]
fn a_nullable_newtype_is_guarded() {
    let (_database, conn) = &mut with_note();
    let load = |conn: &mut TestConnection| -> RevisedNote {
        old_notes::table.select(RevisedNote::as_select()).first(conn).unwrap()
    };
    assert_guarded(conn, load, |note| note.version.map(|Revision(version)| version).into());
}

#[test]
fn a_nullable_time_is_guarded() {
    let (_database, conn) = &mut with_note();
    let load = |conn: &mut TestConnection| -> TimedNote {
        old_notes::table.select(TimedNote::as_select()).first(conn).unwrap()
    };
    assert_guarded(conn, load, |note| VersionValue::from(note.version));
}

#[test]
fn the_first_save_over_null_writes_the_initial_version() {
    let (_database, conn) = &mut with_note();
    let (mut a, mut b) = (note(conn), note(conn));
    let log = Log::attach(conn);
    a.text = "from a".to_owned();
    a.save_concurrent(conn).unwrap();
    assert_eq!(log.take_sent().len(), 1);
    assert_eq!(a.version, Some(1));
    assert_eq!(note(conn), a);

    b.text = "from b".to_owned();
    let error = b.save_concurrent(conn).unwrap_err();
    assert_modified(&error, &VersionValue::Null, &VersionValue::Integer(1));
    assert_eq!(
        error.to_string(),
        "old_notes with id 1 was modified by somebody else: expected version NULL, found 1; reload it and try again"
    );
    assert_eq!((b.version, b.text.as_str()), (None, "from b"));
    assert_eq!(note(conn), a);

    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, Some(2));
}

#[test]
fn every_method_finds_a_row_whose_version_is_null() {
    let (_database, conn) = &mut with_note();
    let mut a = note(conn);
    a.check_concurrent(conn).unwrap();
    conn.transaction(|conn| a.lock_concurrent(conn)).unwrap();
    assert!(!a.is_changed(conn).unwrap());
    assert_eq!(a.at_version(None, conn).unwrap(), Some(a.clone()));
    assert_eq!(a.at_version(Some(1), conn).unwrap(), None);

    a.text = "kept".to_owned();
    a.save_without_increment(conn).unwrap();
    assert_eq!(a.version, None);
    assert_eq!(note(conn), a);

    assert_eq!(a.update_concurrent(old_notes::text.eq("updated"), conn).unwrap(), Some(1));
    assert_eq!(note(conn), Note { id: 1, text: "updated".to_owned(), version: Some(1) });

    set_version(None, conn);
    a.touch_concurrent(conn).unwrap();
    assert_eq!(a.version, Some(1));
    assert_eq!(note(conn), Note { id: 1, text: "updated".to_owned(), version: Some(1) });

    set_version(None, conn);
    let without_version = note(conn);
    assert_modified(&a.delete_concurrent(conn).unwrap_err(), &VersionValue::Integer(1), &VersionValue::Null);
    without_version.delete_concurrent(conn).unwrap();
    assert_eq!(old_notes::table.count().get_result::<i64>(conn).unwrap(), 0);
}

#[test]
fn an_unchecked_save_counts_null_as_zero() {
    let (_database, conn) = &mut with_note();
    let mut a = note(conn);
    a.text = "forced".to_owned();
    a.save_unchecked(conn).unwrap();
    assert_eq!(a.version, Some(1));
    assert_eq!(note(conn), a);

    set_version(Some(5), conn);
    let mut without_version = Note { version: None, ..a.clone() };
    without_version.save_unchecked(conn).unwrap();
    assert_eq!(without_version.version, Some(6));
    assert_eq!(note(conn), without_version);

    set_version(None, conn);
    without_version.save_unchecked(conn).unwrap();
    assert_eq!(without_version.version, Some(1));
}

/// Another program sets the version back to NULL. A copy with a version conflicts, and a copy without one does not.
#[test]
fn a_version_that_became_null_is_a_conflict() {
    let (_database, conn) = &mut with_note();
    let mut a = note(conn);
    a.save_concurrent(conn).unwrap();
    set_version(None, conn);
    let error = a.save_concurrent(conn).unwrap_err();
    assert_modified(&error, &VersionValue::Integer(1), &VersionValue::Null);
    assert_eq!(a.version, Some(1));
    a.reload_concurrent(conn).unwrap();
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, Some(1));
}

#[test]
fn zero_is_not_null() {
    let (_database, conn) = &mut with_note();
    let mut without_version = note(conn);
    set_version(Some(0), conn);
    let error = without_version.save_concurrent(conn).unwrap_err();
    assert_modified(&error, &VersionValue::Null, &VersionValue::Integer(0));
    let mut zero = note(conn);
    zero.save_concurrent(conn).unwrap();
    assert_eq!(zero.version, Some(1));
    set_version(None, conn);
    zero.version = Some(0);
    let error = zero.save_concurrent(conn).unwrap_err();
    assert_modified(&error, &VersionValue::Integer(0), &VersionValue::Null);
}

#[test]
fn a_new_row_gets_a_version_where_the_column_could_do_without() {
    assert_eq!(Note::initial_version(), Some(1));
    assert_eq!(RevisedNote::initial_version(), Some(Revision(1)));
    assert!(TimedNote::initial_version() > Some(757_382_400_000_000), "2024");
}

#[test]
fn the_first_save_of_a_time_over_null_writes_the_time() {
    let (_database, conn) = &mut with_note();
    let before = TimedNote::initial_version();
    let mut a: TimedNote = old_notes::table.select(TimedNote::as_select()).first(conn).unwrap();
    let mut b = a.clone();
    a.save_concurrent(conn).unwrap();
    assert!((before..=TimedNote::initial_version()).contains(&a.version), "{a:?}");
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &VersionValue::Null, &a.version.into());

    set_version(None, conn);
    b.save_unchecked(conn).unwrap();
    assert!((a.version..=TimedNote::initial_version()).contains(&b.version), "{b:?}");
    assert_eq!(note(conn).version, b.version);
}

#[test]
fn a_conditional_version_that_is_null_ends_with_the_first_save_even_of_an_unchanged_record() {
    let (_database, conn) = &mut with_note();
    let load = |conn: &mut TestConnection| -> ConditionalNote {
        old_notes::table.find(1).select(ConditionalNote::as_select()).first(conn).unwrap()
    };
    let (mut a, mut stale) = (load(conn), load(conn));
    for version in [1, 1] {
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, Some(version));
        assert_eq!(load(conn), a);
    }
    assert_modified(&stale.save_concurrent(conn).unwrap_err(), &VersionValue::Null, &1_i64.into());
    a.text = "new".to_owned();
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, Some(2));
}
