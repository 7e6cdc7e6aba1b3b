//! Unsigned versions at their maximum, which only this engine has.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::suite::bad_input::versions::assert_exhausted;
use crate::suite::fixtures::with_article;

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

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = unsigned_counters)]
struct UnsignedCounter {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: u32,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = wide_unsigned_counters)]
struct WideUnsignedCounter {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: u64,
}

#[test]
fn an_unsigned_version_at_the_maximum_of_32_bits_is_exhausted() {
    let (_database, conn) = &mut with_article();
    let rows = format!("(1, 0, {}), (2, 0, {})", u32::MAX, u32::MAX - 1);
    conn.batch_execute(&format!("INSERT INTO unsigned_counters (id, value, version) VALUES {rows}")).unwrap();
    let counter = |id, version| UnsignedCounter { id, value: 5, version };
    assert_exhausted(&counter(1, u32::MAX), &counter(2, u32::MAX - 1), conn);
}

#[test]
fn an_unsigned_version_at_the_maximum_of_64_bits_is_exhausted() {
    let (_database, conn) = &mut with_article();
    let rows = format!("(1, 0, {}), (2, 0, {})", u64::MAX, u64::MAX - 1);
    conn.batch_execute(&format!("INSERT INTO wide_unsigned_counters (id, value, version) VALUES {rows}")).unwrap();
    let counter = |id, version| WideUnsignedCounter { id, value: 5, version };
    assert_exhausted(&counter(1, u64::MAX), &counter(2, u64::MAX - 1), conn);
}
