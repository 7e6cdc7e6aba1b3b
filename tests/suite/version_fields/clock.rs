//! `IntegerVersionField`: the version is the time of the save, and greater than the version before, whatever the clock
//! says.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::clocks;
use super::super::statements::Log;
use super::{assert_guarded, assert_modified, empty};
use crate::engine::{Database, TestConnection};

/// An hour, in the unit of the versions.
const HOUR: i64 = 3_600_000_000;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = clocks)]
struct Clock {
    id: i64,
    value: i32,
    #[concurrent(version = IntegerVersionField)]
    version: i64,
}

/// Clock 1 at this version.
fn with_clock(version: i64) -> (Database, TestConnection) {
    let (database, mut connection) = empty();
    insert(version, &mut connection);
    (database, connection)
}

fn insert(version: i64, conn: &mut TestConnection) {
    diesel::insert_into(clocks::table).values(Clock { id: 1, value: 0, version }).execute(conn).unwrap();
}

fn clock(conn: &mut TestConnection) -> Clock {
    clocks::table.find(1).select(Clock::as_select()).first(conn).unwrap()
}

#[test]
fn a_time_is_guarded() {
    let (_database, conn) = &mut with_clock(Clock::initial_version());
    assert_guarded(conn, clock, |clock| VersionValue::from(clock.version));
}

#[test]
fn a_time_ahead_of_the_clock_is_guarded() {
    let (_database, conn) = &mut with_clock(Clock::initial_version() + HOUR);
    assert_guarded(conn, clock, |clock| VersionValue::from(clock.version));
}

#[test]
fn a_save_writes_the_time() {
    let (_database, conn) = &mut with_clock(1);
    let mut record = clock(conn);
    let before = Clock::initial_version();
    record.save_concurrent(conn).unwrap();
    assert!((before..=Clock::initial_version()).contains(&record.version), "{record:?}");
    assert_eq!(clock(conn), record);
    let updated = record.update_concurrent(clocks::value.eq(7), conn).unwrap();
    assert!((record.version + 1..=Clock::initial_version()).contains(&updated), "{updated}");
    assert_eq!(clock(conn), Clock { id: 1, value: 7, version: updated });
}

/// Faster than the clock ticks: on a version ahead of it, no save sees another reading than the one before.
#[test]
fn two_saves_within_one_tick_differ() {
    let start = Clock::initial_version() + HOUR;
    let (_database, conn) = &mut with_clock(start);
    let mut record = clock(conn);
    for saves in 1..=5 {
        record.save_concurrent(conn).unwrap();
        assert_eq!(record.version, start + saves);
        assert_eq!(clock(conn), record);
    }
}

#[test]
fn saves_in_a_row_always_advance() {
    let (_database, conn) = &mut with_clock(Clock::initial_version());
    let mut record = clock(conn);
    for _ in 0..50 {
        let before = record.version;
        record.save_concurrent(conn).unwrap();
        assert!(record.version > before);
    }
    assert_eq!(clock(conn), record);
}

/// The row was written by a machine whose clock was ahead, or this one's was set back since.
#[test]
fn a_clock_set_back_still_advances_the_version() {
    let ahead = Clock::initial_version() + HOUR;
    let (_database, conn) = &mut with_clock(ahead);
    let (mut a, mut b) = (clock(conn), clock(conn));
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, ahead + 1);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &ahead.into(), &(ahead + 1).into());
    a.touch_concurrent(conn).unwrap();
    assert_eq!(a.version, ahead + 2);
    assert_eq!(a.update_concurrent(clocks::value.eq(1), conn).unwrap(), ahead + 3);
}

#[test]
fn an_unchecked_save_over_a_row_behind_the_clock_writes_the_time_at_once() {
    let (_database, conn) = &mut with_clock(5);
    let mut record = Clock { id: 1, value: 3, version: 99 };
    let before = Clock::initial_version();
    let log = Log::attach(conn);
    record.save_unchecked(conn).unwrap();
    assert_eq!(log.take_sent().len(), 1);
    assert!((before..=Clock::initial_version()).contains(&record.version), "{record:?}");
    assert_eq!(clock(conn), record);
}

#[test]
fn an_unchecked_save_over_a_row_ahead_of_the_clock_advances_it_by_one() {
    let ahead = Clock::initial_version() + HOUR;
    let (_database, conn) = &mut with_clock(ahead);
    let mut holder = clock(conn);
    let mut record = Clock { id: 1, value: 3, version: 99 };
    record.save_unchecked(conn).unwrap();
    assert_eq!(record, Clock { id: 1, value: 3, version: ahead + 1 });
    assert_eq!(clock(conn), record);
    assert_modified(&holder.save_concurrent(conn).unwrap_err(), &ahead.into(), &(ahead + 1).into());
}

#[test]
fn a_row_inserted_again_is_not_the_one_deleted() {
    let (_database, conn) = &mut with_clock(Clock::initial_version());
    let mut before = clock(conn);
    before.clone().delete_concurrent(conn).unwrap();
    insert(Clock::initial_version(), conn);
    let row = clock(conn);
    before.value = 7;
    let error = before.save_concurrent(conn).unwrap_err();
    assert_modified(&error, &before.version.into(), &row.version.into());
    assert_modified(&before.delete_concurrent(conn).unwrap_err(), &before.version.into(), &row.version.into());
    assert_eq!(clock(conn), row);
}
