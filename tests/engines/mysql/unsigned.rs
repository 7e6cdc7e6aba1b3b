//! Unsigned versions, which only this engine has.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::{Database, TestConnection};
use crate::suite::version_fields::assert_guarded;

diesel::table! {
    unsigned_counters (id) {
        id -> BigInt,
        value -> Integer,
        version -> Unsigned<Integer>,
    }
}

diesel::table! {
    wide_unsigned_counters (id) {
        id -> BigInt,
        value -> Integer,
        version -> Unsigned<BigInt>,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = unsigned_counters)]
struct Narrow {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: u32,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = wide_unsigned_counters)]
struct Wide {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: u64,
}

fn narrow(conn: &mut TestConnection) -> Narrow {
    unsigned_counters::table.select(Narrow::as_select()).first(conn).unwrap()
}

fn wide(conn: &mut TestConnection) -> Wide {
    wide_unsigned_counters::table.select(Wide::as_select()).first(conn).unwrap()
}

#[test]
fn unsigned_versions_are_guarded() {
    let database = Database::new();
    let conn = &mut database.connect();
    let row = Narrow { id: 1, value: 0, version: Narrow::initial_version() };
    diesel::insert_into(unsigned_counters::table).values(row).execute(conn).unwrap();
    assert_guarded(conn, narrow, |record| VersionValue::from(record.version));
    let row = Wide { id: 1, value: 0, version: Wide::initial_version() };
    diesel::insert_into(wide_unsigned_counters::table).values(row).execute(conn).unwrap();
    assert_guarded(conn, wide, |record| VersionValue::from(record.version));
}

/// Checked and unchecked in turn: one counts in the program, the other in the database.
#[test]
fn a_version_of_32_bits_counts_from_zero_up_to_its_maximum() {
    let database = Database::new();
    let conn = &mut database.connect();
    let mut record = Narrow { id: 1, value: 0, version: 0 };
    diesel::insert_into(unsigned_counters::table).values(record.clone()).execute(conn).unwrap();
    for start in [0, u32::MAX / 2 - 1, u32::MAX - 4] {
        diesel::update(unsigned_counters::table).set(unsigned_counters::version.eq(start)).execute(conn).unwrap();
        record.version = start;
        for step in 1..=4 {
            let save = if step % 2 == 0 { record.save_concurrent(conn) } else { record.save_unchecked(conn) };
            save.unwrap();
            assert_eq!(record.version, start + step);
            assert_eq!(narrow(conn), record);
        }
    }
}

#[test]
fn a_version_of_64_bits_counts_from_zero_up_to_its_maximum() {
    let database = Database::new();
    let conn = &mut database.connect();
    let mut record = Wide { id: 1, value: 0, version: 0 };
    diesel::insert_into(wide_unsigned_counters::table).values(record.clone()).execute(conn).unwrap();
    for start in [0, u64::MAX / 2 - 1, u64::MAX - 4] {
        let set = wide_unsigned_counters::version.eq(start);
        diesel::update(wide_unsigned_counters::table).set(set).execute(conn).unwrap();
        record.version = start;
        for step in 1..=4 {
            let save = if step % 2 == 0 { record.save_concurrent(conn) } else { record.save_unchecked(conn) };
            save.unwrap();
            assert_eq!(record.version, start + step);
            assert_eq!(wide(conn), record);
        }
    }
}
