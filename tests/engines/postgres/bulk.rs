//! Batches of types that only this engine has: types that go as arrays, types that cannot, and types that are looked up
//! by name.

use std::io::Write as _;

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::SqlType;
use uuid::Uuid;

use super::{Database, TestConnection};
use crate::suite::bulk::statements::statements;
use crate::suite::statements::Log;

diesel::table! {
    labels (id) {
        id -> Uuid,
        names -> Array<Text>,
        counts -> Nullable<Array<Nullable<Integer>>>,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = labels)]
struct Labels {
    id: Uuid,
    names: Vec<String>,
    counts: Option<Vec<Option<i32>>>,
    #[concurrent(version)]
    version: i64,
}

fn all(conn: &mut TestConnection) -> Vec<Labels> {
    labels::table.order(labels::id).select(Labels::as_select()).load(conn).unwrap()
}

fn with_labels(count: u128) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE labels (id UUID PRIMARY KEY, names TEXT[] NOT NULL, counts INTEGER[], version BIGINT NOT NULL)",
    )
    .unwrap();
    let rows: Vec<_> = (1..=count)
        .map(|id| Labels { id: Uuid::from_u128(id), names: vec!["first".to_owned()], counts: None, version: 1 })
        .collect();
    diesel::insert_into(labels::table).values(rows).execute(&mut conn).unwrap();
    (database, conn)
}

/// There are no arrays of arrays, so such records go as tuples, a hundred at a time.
#[test]
fn array_columns_go_in_chunks() {
    let (_database, conn) = &mut with_labels(250);
    let mut records = all(conn);
    for (record, count) in records.iter_mut().zip(0..) {
        record.names = (0..count % 4).map(|name| format!("{name}, {{\"{count}\"}}")).collect();
        record.counts = (count % 3 != 0).then(|| vec![Some(count), None]);
    }
    let log = Log::attach(conn);
    for round in 2..=4 {
        records.save_all_concurrent(conn).unwrap();
        assert_eq!(statements(&log).len(), 3);
        assert!(records.iter().all(|record| record.version == round));
        assert_eq!(all(conn), records);
        log.take_sent();
    }
    assert_eq!(log.take_prepared().iter().filter(|text| text.contains("VALUES")).count(), 1);

    records[7].version = 1;
    records[249].delete_concurrent(conn).unwrap();
    log.take_sent();
    let Err(BulkError::Conflicts(conflicts)) = records.save_all_concurrent(conn) else { panic!() };
    assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [7, 249]);
    // Two parts are read again, and the catalog is asked once.
    assert_eq!(statements(&log).len(), 3 + 2 + 1);
    let refused = records.delete_each_concurrent(conn).unwrap();
    assert_eq!(refused.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [7, 249]);
    assert_eq!(all(conn).len(), 1);
}

mod sql_types {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// An enumeration of the test's own, which Diesel looks up by its name.
    #[derive(Debug, SqlType, QueryId)]
    #[diesel(postgres_type(name = "mood"))]
    pub struct Mood;
}

diesel::table! {
    people (id) {
        id -> BigInt,
        mood -> crate::engine::bulk::sql_types::Mood,
        last_mood -> diesel::sql_types::Nullable<crate::engine::bulk::sql_types::Mood>,
        notes -> Nullable<Text>,
        born -> Nullable<Date>,
        height -> Double,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Mood)]
enum Mood {
    Sad,
    Happy,
}

impl ToSql<sql_types::Mood, Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(match self {
            Self::Sad => b"sad",
            Self::Happy => b"happy",
        })?;
        Ok(IsNull::No)
    }
}

impl FromSql<sql_types::Mood, Pg> for Mood {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(if value.as_bytes() == b"sad" { Self::Sad } else { Self::Happy })
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = people)]
struct Person {
    id: i64,
    mood: Mood,
    last_mood: Option<Mood>,
    notes: Option<String>,
    born: Option<chrono::NaiveDate>,
    height: f64,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

#[test]
fn types_that_are_looked_up_by_name_go_as_arrays() {
    fn is_a_type<ST: SqlType>() {}
    is_a_type::<sql_types::Mood>();

    let database = Database::new();
    let conn = &mut database.connect();
    conn.batch_execute(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
         CREATE TABLE people (id BIGINT PRIMARY KEY, mood mood NOT NULL, last_mood mood, notes VARCHAR(20), born DATE,
                              height DOUBLE PRECISION NOT NULL, version BIGINT NOT NULL)",
    )
    .unwrap();
    let rows: Vec<_> = (1..=30)
        .map(|id| Person { id, mood: Mood::Sad, last_mood: None, notes: None, born: None, height: 0.0, version: 1 })
        .collect();
    diesel::insert_into(people::table).values(&rows).execute(conn).unwrap();
    let mut records = rows;
    for (record, id) in records.iter_mut().zip(1_u32..) {
        if id % 2 == 0 {
            record.mood = Mood::Happy;
            record.last_mood = (id % 4 == 0).then_some(Mood::Sad);
            record.born = chrono::NaiveDate::from_ymd_opt(2000, 1, id);
            record.height = f64::from(id) / 3.0;
        }
    }
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap();
    assert_eq!(statements(&log).iter().filter(|text| text.starts_with("WITH")).count(), 1);
    assert_eq!(log.take_prepared().iter().filter(|text| text.contains("unnest")).count(), 1);
    let rows: Vec<Person> = people::table.order(people::id).select(Person::as_select()).load(conn).unwrap();
    assert_eq!(rows, records);
    assert!(records.iter().all(|record| record.version == if record.id % 2 == 0 { 2 } else { 1 }));

    // Longer than the column takes: the record that is at fault is named.
    records[17].notes = Some("a text of more than twenty letters".to_owned());
    let Err(BulkError::Record(conflict)) = records.save_all_concurrent(conn) else { panic!() };
    assert_eq!(conflict.index, 17);
}

/// With a serializable snapshot that is too old the engine refuses the batch, and the transaction must start again.
#[test]
fn an_older_snapshot_is_a_restart() {
    let (database, conn) = &mut with_labels(3);
    let mut records = all(conn);
    conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    assert_eq!(all(conn), records);
    let mut theirs = records[1].clone();
    theirs.save_concurrent(&mut database.connect()).unwrap();
    let error = records.save_each_concurrent(conn).unwrap_err();
    assert!(matches!(error, BulkError::Concurrency(ConcurrencyError::Restart(_))), "{error:?}");
    assert!(error.is_retryable());
    assert!(records.iter().all(|record| record.version == 1));
}
