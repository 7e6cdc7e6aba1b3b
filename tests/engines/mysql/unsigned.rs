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

/// Versions of the user's own over one column, with and without a sign.
mod over_one_column {
    use diesel::deserialize::{self, FromSql};
    use diesel::mysql::{Mysql, MysqlValue};
    use diesel::serialize::{self, Output, ToSql};
    use diesel::sql_types::BigInt;

    use crate::library::Counter;

    macro_rules! revision {
        ($name:ident, $integer:ident) => {
            #[derive(
                Debug, Clone, Copy, PartialEq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
            )]
            #[diesel(sql_type = BigInt)]
            pub struct $name(pub $integer);

            impl Counter for $name {
                type Integer = $integer;
                fn from_integer(integer: $integer) -> Self {
                    Self(integer)
                }
                fn to_integer(&self) -> $integer {
                    self.0
                }
            }

            impl ToSql<BigInt, Mysql> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
                    // The maximum of the type is beyond the column's, and only compared with.
                    let integer = i64::try_from(self.0).unwrap_or(i64::MAX);
                    ToSql::<BigInt, Mysql>::to_sql(&integer, &mut out.reborrow())
                }
            }

            impl FromSql<BigInt, Mysql> for $name {
                fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
                    let integer = <i64 as FromSql<BigInt, Mysql>>::from_sql(value)?;
                    Ok(Self($integer::try_from(integer)?))
                }
            }
        };
    }

    revision!(Signed, i64);
    revision!(Unsigned, u64);
}

diesel::table! { revised_counters (id) { id -> BigInt, value -> Integer, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = revised_counters)]
struct Revised<V> {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: V,
}

#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = revised_counters)]
struct ConditionalRevised<V> {
    id: i64,
    value: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: V,
}

/// The text of a statement depends on the sign of the version, so its id does, too; whichever was prepared first.
#[test]
fn versions_with_and_without_a_sign_do_not_share_statements() {
    use over_one_column::{Signed, Unsigned};

    let database = Database::new();
    for signed_first in [true, false] {
        let conn = &mut database.connect();
        diesel::sql_query(
            "CREATE OR REPLACE TABLE revised_counters (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version BIGINT NOT NULL)",
        )
        .execute(conn)
        .or_else(|_| {
            diesel::sql_query("DROP TABLE IF EXISTS revised_counters").execute(conn)?;
            diesel::sql_query(
                "CREATE TABLE revised_counters (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version BIGINT NOT NULL)",
            )
            .execute(conn)
        })
        .unwrap();
        diesel::sql_query("INSERT INTO revised_counters VALUES (1, 0, -9), (2, 0, 5), (3, 0, -9), (4, 0, 5)")
            .execute(conn)
            .unwrap();
        let signed = |conn: &mut TestConnection| {
            let mut record = Revised { id: 1, value: 1, version: Signed(-9) };
            record.save_unchecked(conn).unwrap();
            assert_eq!(record.version, Signed(-8));
            let mut record = ConditionalRevised { id: 3, value: 1, version: Signed(-9) };
            record.save_concurrent(conn).unwrap();
            assert_eq!(record.version, Signed(-8));
        };
        let unsigned = |conn: &mut TestConnection| {
            let mut record = Revised { id: 2, value: 1, version: Unsigned(5) };
            record.save_unchecked(conn).unwrap();
            assert_eq!(record.version, Unsigned(6));
            let mut record = ConditionalRevised { id: 4, value: 1, version: Unsigned(5) };
            record.save_concurrent(conn).unwrap();
            assert_eq!(record.version, Unsigned(6));
        };
        if signed_first {
            signed(conn);
            unsigned(conn);
        } else {
            unsigned(conn);
            signed(conn);
        }
        let versions = revised_counters::table.order(revised_counters::id).select(revised_counters::version).load(conn);
        assert_eq!(versions, Ok(vec![-8_i64, 6, -8, 6]));
    }
}

/// MEDIUMINT, of three bytes, is a version column like any other.
#[test]
fn a_version_of_three_bytes_is_guarded() {
    diesel::table! { medium_counters (id) { id -> BigInt, value -> Integer, version -> Integer, } }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = medium_counters)]
    struct Medium {
        id: i64,
        value: i32,
        #[concurrent(version)]
        version: i32,
    }

    let database = Database::new();
    let conn = &mut database.connect();
    diesel::sql_query(
        "CREATE TABLE medium_counters (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version MEDIUMINT NOT NULL)",
    )
    .execute(conn)
    .unwrap();
    diesel::sql_query("INSERT INTO medium_counters VALUES (1, 0, 1)").execute(conn).unwrap();
    let load = |conn: &mut TestConnection| -> Medium { medium_counters::table.first(conn).unwrap() };
    assert_guarded(conn, load, |record| VersionValue::from(record.version));
    diesel::sql_query("INSERT INTO medium_counters VALUES (2, 0, -8388608)").execute(conn).unwrap();
    let mut low = Medium { id: 2, value: 1, version: -8_388_608 };
    low.save_unchecked(conn).unwrap();
    std::slice::from_mut(&mut low).save_all_concurrent(conn).unwrap();
    assert_eq!(low.version, -8_388_606);
}
