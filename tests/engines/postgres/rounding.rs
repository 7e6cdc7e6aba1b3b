//! Columns that store a different value from the one that was written. A conditional version stays if an unchanged
//! record is saved again.

use crate::library::prelude::*;
use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use concurrency_diesel::ConditionalVersionField;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Database, TestConnection};

diesel::table! {
    prices (id) {
        id -> BigInt,
        code -> Bpchar,
        name -> Text,
        note -> Nullable<Bpchar>,
        at -> Timestamp,
        moment -> Nullable<Timestamptz>,
        hour -> Time,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = prices)]
struct Price {
    id: i64,
    code: String,
    name: String,
    note: Option<String>,
    at: NaiveDateTime,
    moment: Option<DateTime<Utc>>,
    hour: NaiveTime,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

fn with_prices() -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE prices (id BIGINT PRIMARY KEY, code CHAR(5) NOT NULL, name TEXT NOT NULL, note CHAR(5),
             at TIMESTAMP(3) NOT NULL, moment TIMESTAMPTZ(0), hour TIME(2) NOT NULL, version BIGINT NOT NULL);
         INSERT INTO prices VALUES (1, 'ab', 'first', 'n', '2024-01-01', '2024-01-01Z', '01:02:03', 1),
             (2, 'ab', 'first', NULL, '2024-01-01', NULL, '01:02:03', 1)",
    )
    .unwrap();
    (database, conn)
}

fn price(id: i64, conn: &mut TestConnection) -> Price {
    prices::table.find(id).first(conn).unwrap()
}

#[test]
fn a_column_of_characters_is_padded_and_does_not_move_the_version() {
    let (_database, conn) = &mut with_prices();
    let mut mine = price(1, conn);
    assert_eq!((mine.code.as_str(), mine.note.as_deref()), ("ab   ", Some("n    ")));
    for (code, name, note, version) in [
        ("ab   ", "first", Some("n    "), 1),
        ("ab", "first", Some("n"), 1),
        ("ab  ", "first ", Some("n"), 2),
        ("ab  ", "first ", Some("n"), 2),
        ("AB", "first ", Some("n"), 3),
        (" AB", "first ", Some("n"), 4),
        (" AB", "first", Some("n"), 5),
        (" AB", "first", None, 6),
        (" AB", "first", Some(""), 7),
        (" AB", "first", Some("     "), 7),
    ] {
        mine.code = code.to_owned();
        mine.name = name.to_owned();
        mine.note = note.map(str::to_owned);
        mine.save_concurrent(conn).unwrap();
        assert_eq!((mine.version, price(1, conn).version), (version, version), "{code:?} {name:?} {note:?}");
    }
}

#[test]
fn a_time_that_the_column_rounds_moves_the_version_once() {
    let (_database, conn) = &mut with_prices();
    let mut mine = price(1, conn);
    let exact = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
    mine.at = exact.naive_utc();
    mine.save_concurrent(conn).unwrap();
    mine.moment = Some(exact);
    mine.save_concurrent(conn).unwrap();
    mine.hour = NaiveTime::from_hms_micro_opt(4, 5, 6, 789_999).unwrap();
    mine.save_concurrent(conn).unwrap();
    assert_eq!(mine.version, 4);
    for _ in 0..3 {
        mine.save_concurrent(conn).unwrap();
        assert_eq!((mine.version, price(1, conn).version), (4, 4));
    }
    // The next step that the column can keep is a change.
    mine.at += chrono::TimeDelta::milliseconds(1);
    mine.save_concurrent(conn).unwrap();
    mine.moment = None;
    mine.save_concurrent(conn).unwrap();
    assert_eq!((mine.version, price(1, conn).version), (6, 6));
}

#[test]
fn in_a_batch_too() {
    let (_database, conn) = &mut with_prices();
    let mut mine = [price(1, conn), price(2, conn)];
    mine.save_all_concurrent(conn).unwrap();
    assert_eq!(mine.each_ref().map(|price| price.version), [1, 1]);
    mine[0].at = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap().naive_utc();
    mine[1].code = "ab ".to_owned();
    for versions in [[2, 1], [2, 1]] {
        mine.save_all_concurrent(conn).unwrap();
        assert_eq!(mine.each_ref().map(|price| price.version), versions);
    }
}

diesel::table! { amounts (id) { id -> BigInt, amount -> Numeric, version -> BigInt, } }

/// A number as its text, which is bound as NUMERIC.
mod decimal {
    use diesel::deserialize::{self, FromSql};
    use diesel::pg::data_types::PgNumeric;
    use diesel::pg::{Pg, PgValue};
    use diesel::serialize::{self, Output, ToSql};
    use diesel::sql_types::Numeric;

    /// Ten-thousandths, above zero.
    #[derive(Debug, Clone, Copy, PartialEq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
    #[diesel(sql_type = Numeric)]
    pub struct Decimal(pub u32);

    impl ToSql<Numeric, Pg> for Decimal {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            let (whole, part) = (self.0 / 10_000, self.0 % 10_000);
            let digits = vec![i16::try_from(whole)?, i16::try_from(part)?];
            let numeric = PgNumeric::Positive { weight: 0, scale: 4, digits };
            ToSql::<Numeric, Pg>::to_sql(&numeric, &mut out.reborrow())
        }
    }

    impl FromSql<Numeric, Pg> for Decimal {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            match PgNumeric::from_sql(value)? {
                PgNumeric::Positive { weight: 0, digits, .. } => {
                    let digit = |at: usize| u32::try_from(digits.get(at).copied().unwrap_or(0));
                    Ok(Self(digit(0)? * 10_000 + digit(1)?))
                }
                other => Err(format!("{other:?}").into()),
            }
        }
    }
}

#[test]
fn a_number_that_the_column_rounds_moves_the_version_once() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = amounts)]
    struct Amount {
        id: i64,
        amount: decimal::Decimal,
        #[concurrent(version = ConditionalVersionField)]
        version: i64,
    }

    let (_database, conn) = &mut with_prices();
    conn.batch_execute(
        "CREATE TABLE amounts (id BIGINT PRIMARY KEY, amount NUMERIC(10, 2) NOT NULL, version BIGINT NOT NULL);
         INSERT INTO amounts VALUES (1, 1.00, 1)",
    )
    .unwrap();
    let mut mine: Amount = amounts::table.first(conn).unwrap();
    for (amount, version) in [(10_050, 2), (10_050, 2), (10_051, 2), (10_149, 2), (10_151, 3), (10_151, 3)] {
        mine.amount = decimal::Decimal(amount);
        mine.save_concurrent(conn).unwrap();
        assert_eq!(mine.version, version, "{amount}");
    }
    assert_eq!(amounts::table.first::<Amount>(conn).unwrap().amount, decimal::Decimal(10_200));
}

/// A version column of a domain over an integer is a version column like any other.
#[test]
fn a_version_of_a_domain_is_guarded() {
    diesel::table! { counted (id) { id -> BigInt, value -> Integer, version -> BigInt, } }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = counted)]
    struct Counted {
        id: i64,
        value: i32,
        #[concurrent(version)]
        version: i64,
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = counted)]
    struct Conditional {
        id: i64,
        value: i32,
        #[concurrent(version = ConditionalVersionField)]
        version: i64,
    }

    let (_database, conn) = &mut with_prices();
    conn.batch_execute(
        "CREATE DOMAIN revision AS BIGINT CHECK (VALUE > 0);
         CREATE TABLE counted (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version revision NOT NULL);
         INSERT INTO counted VALUES (1, 0, 1)",
    )
    .unwrap();
    let mut mine: Counted = counted::table.first(conn).unwrap();
    let mut stale = mine.clone();
    mine.value = 1;
    mine.save_concurrent(conn).unwrap();
    mine.save_unchecked(conn).unwrap();
    mine.touch_concurrent(conn).unwrap();
    std::slice::from_mut(&mut mine).save_all_concurrent(conn).unwrap();
    assert_eq!((mine.version, counted::table.first(conn).unwrap()), (5, mine.clone()));
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());

    let mut conditional: Conditional = counted::table.first(conn).unwrap();
    conditional.save_concurrent(conn).unwrap();
    conditional.value = 9;
    std::slice::from_mut(&mut conditional).save_all_concurrent(conn).unwrap();
    conditional.delete_concurrent(conn).unwrap();
    assert_eq!(conditional.version, 6);
}
