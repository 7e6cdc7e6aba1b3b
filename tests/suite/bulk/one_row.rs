//! Two records of one batch that name one row are reported, whatever their keys look like, and nothing is written.

use crate::library::prelude::*;
use crate::library::{BulkError, disable_concurrency};
use diesel::backend::Backend;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::models::settings;
use crate::engine::{Database, EQUAL_KEYS, HIDING_SETUP, TestConnection};

diesel::table! {
    people (name) {
        name -> Text,
        age -> Integer,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = people, primary_key(name))]
struct Person {
    name: String,
    age: i32,
    #[concurrent(version)]
    version: i64,
}

/// The same rows under a version that an unchanged save leaves.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = people, primary_key(name))]
struct Counted {
    name: String,
    age: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

fn all(conn: &mut TestConnection) -> Vec<Person> {
    people::table.order(people::age).select(Person::as_select()).load(conn).unwrap()
}

/// A database in which these two keys are equal; rows `one` and enough others to fill more than a chunk.
fn with_people(column: &str, one: &str) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    for sql in HIDING_SETUP {
        conn.batch_execute(sql).unwrap();
    }
    let create = format!(
        "CREATE TABLE people (name {column} NOT NULL PRIMARY KEY, age INTEGER NOT NULL, version BIGINT NOT NULL)"
    );
    conn.batch_execute(&create).unwrap();
    let mut people = vec![Person { name: one.to_owned(), age: 0, version: 1 }];
    people.extend((1..=600).map(|age| Person { name: format!("n{age:03}"), age, version: 1 }));
    diesel::insert_into(people::table).values(people).execute(&mut conn).unwrap();
    (database, conn)
}

#[track_caller]
fn assert_same_key(result: Result<(), BulkError>, expected: (usize, usize)) {
    match result {
        Err(BulkError::SameKey { table: "people", first, second, .. }) => assert_eq!((first, second), expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_keys_that_the_database_calls_equal_are_one_row() {
    for (column, one, other) in EQUAL_KEYS {
        let (_database, conn) = &mut with_people(column, one);
        let before = all(conn);
        for count in [2, 600] {
            let mut records = before[..count].to_vec();
            records.push(Person { name: (*other).to_owned(), age: 9, version: 1 });
            records.iter_mut().for_each(|record| record.age += 1_000);
            let unsaved = records.clone();
            assert_same_key(records.save_all_concurrent(conn), (0, count));
            assert_same_key(records.save_each_concurrent(conn).map(drop), (0, count));
            assert_same_key(records.delete_all_concurrent(conn), (0, count));
            assert_same_key(records.delete_each_concurrent(conn).map(drop), (0, count));
            assert!(records == unsaved && all(conn) == before, "{column}, {count} records");
        }
    }
}

/// However far they are from each other in the batch.
#[test]
fn two_equal_keys_are_found_in_whichever_part_of_a_batch_they_are() {
    for (column, one, other) in EQUAL_KEYS {
        let (_database, conn) = &mut with_people(column, one);
        let before = all(conn);
        let mut records = before[..500].to_vec();
        records.rotate_left(1);
        records.insert(0, Person { name: (*other).to_owned(), age: 9, version: 1 });
        assert_same_key(records.save_all_concurrent(conn), (0, 500));
        assert_same_key(records.save_each_concurrent(conn).map(drop), (0, 500));
        assert_same_key(records.delete_all_concurrent(conn), (0, 500));
        assert!(all(conn) == before, "{column}");
    }
}

/// Neither record changed, so the version stays and does not refuse the second save.
#[test]
fn two_equal_keys_are_one_row_where_the_version_stays() {
    for (column, one, other) in EQUAL_KEYS {
        let (_database, conn) = &mut with_people(column, one);
        let counted = |name: &str, age| Counted { name: name.to_owned(), age, version: 1 };
        let mut records = [counted(one, 0), counted("n001", 5), counted(other, 1)];
        assert_same_key(records.save_all_concurrent(conn), (0, 2));
        assert_same_key(records.save_each_concurrent(conn).map(drop), (0, 2));
        assert!(all(conn).iter().all(|row| row.version == 1));
    }
}

/// The second copy expects what the first one makes of the row; unchecked it expects nothing.
#[test]
fn two_equal_keys_are_one_row_where_both_copies_are_written() {
    for (column, one, other) in EQUAL_KEYS {
        let (_database, conn) = &mut with_people(column, one);
        let before = all(conn);
        let person = |name: &str, version| Person { name: name.to_owned(), age: 7, version };
        let mut chained = [person(one, 1), person("n001", 1), person(other, 2)];
        let mut unchecked = [person(one, 1), person("n001", 1), person(other, 1)];
        assert_same_key(chained.save_all_concurrent(conn), (0, 2));
        assert_same_key(chained.save_each_concurrent(conn).map(drop), (0, 2));
        assert_same_key(disable_concurrency(|| unchecked.save_all_concurrent(conn)), (0, 2));
        assert_same_key(disable_concurrency(|| unchecked.save_each_concurrent(conn)).map(drop), (0, 2));
        assert!(all(conn) == before, "{column}");
        assert_eq!(chained.each_ref().map(|record| record.version), [1, 1, 2]);
    }
}

/// Those at other versions are other rows: nothing is refused.
#[test]
fn a_record_may_expect_the_version_that_another_makes() {
    for (column, one, _) in EQUAL_KEYS {
        let (_database, conn) = &mut with_people(column, one);
        all(conn)[1].save_concurrent(conn).unwrap();
        let mut records = all(conn)[..200].to_vec();
        records.save_all_concurrent(conn).unwrap();
        assert_eq!(all(conn)[..200], records);
        disable_concurrency(|| records.save_all_concurrent(conn)).unwrap();
        assert_eq!(all(conn)[..200], records);
    }
}

/// A record that another writer has saved to exactly the version that the batch writes is not a record of the same row.
#[test]
fn a_stale_record_among_equal_versions_is_stale() {
    for (column, one, _) in EQUAL_KEYS {
        let (_database, conn) = &mut with_people(column, one);
        let mut records = all(conn)[..50].to_vec();
        records[7].clone().save_concurrent(conn).unwrap();
        let refused = records.save_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [7]);
        assert!(refused[0].error.is_conflict());
        assert!(records.iter().enumerate().all(|(index, one)| one.version == if index == 7 { 1 } else { 2 }));
    }
}

static SHOWN: AtomicUsize = AtomicUsize::new(0);

/// A key whose `Debug` differs each time or, if it is secret, shows nothing.
#[derive(Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
struct Name<const SECRET: bool>(String);

impl<const SECRET: bool> fmt::Debug for Name<SECRET> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if SECRET {
            return formatter.write_str("***");
        }
        write!(formatter, "{}", SHOWN.fetch_add(1, Ordering::Relaxed))
    }
}

impl<DB: Backend, const SECRET: bool> ToSql<Text, DB> for Name<SECRET>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB: Backend, const SECRET: bool> FromSql<Text, DB> for Name<SECRET>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(value).map(Self)
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = settings, primary_key(name))]
struct Secret {
    name: Name<true>,
    value: String,
    #[concurrent(version)]
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = settings, primary_key(name))]
struct Restless {
    name: Name<false>,
    value: String,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn keys_that_do_not_show_themselves_are_told_apart() {
    let database = Database::new();
    let conn = &mut database.connect();
    let secret = |number: i64| Secret { name: Name(format!("{number}")), value: "old".to_owned(), version: number };
    let mut records: Vec<_> = (1..=120).rev().map(secret).collect();
    diesel::insert_into(settings::table).values(records.clone()).execute(conn).unwrap();
    for record in &mut records {
        record.value = format!("new {}", record.name.0);
    }
    records.save_all_concurrent(conn).unwrap();
    let mut rows: Vec<Secret> =
        settings::table.order(settings::version.desc()).select(Secret::as_select()).load(conn).unwrap();
    assert_eq!(rows, records);
    assert!(rows.iter().all(|row| row.value == format!("new {}", row.name.0) && row.version.to_string() != row.name.0));
    assert!(rows.save_each_concurrent(conn).unwrap().is_empty());
}

#[test]
fn equal_keys_that_show_themselves_otherwise_are_found_before_anything_is_sent() {
    let database = Database::new();
    let conn = &mut database.connect();
    let record = |name: &str| Restless { name: Name(name.to_owned()), value: "old".to_owned(), version: 1 };
    let mut records = [record("a"), record("b"), record("a")];
    let log = super::super::statements::Log::attach(conn);
    let error = records.save_all_concurrent(conn).unwrap_err();
    assert!(matches!(error, BulkError::SameKey { first: 0, second: 2, .. }), "{error:?}");
    assert_eq!(log.take_sent(), [""; 0]);
}

#[test]
fn a_long_key_is_not_told_in_full() {
    let database = Database::new();
    let conn = &mut database.connect();
    let record = |number: i64| Setting {
        name: format!("{number}{}", "long ".repeat(200_000)),
        value: String::new(),
        version: 1,
    };
    let mut records: Vec<_> = (1..=5).map(record).collect();
    let error = records.save_all_concurrent(conn).unwrap_err();
    assert!(error.to_string().len() < 2_000, "{} bytes", error.to_string().len());
    assert!(format!("{error:?}").len() < 5_000);
    let BulkError::Conflicts(conflicts) = error else { panic!() };
    assert!(conflicts[4].to_string().contains("name \"5long long "), "{}", conflicts[4]);
    let single = records[0].save_concurrent(conn).unwrap_err().to_string();
    assert!(single.len() < 600 && single.contains('…') && single.ends_with("found no row"), "{single}");
}

#[derive(Debug, Clone, Concurrent)]
#[diesel(table_name = settings, primary_key(name))]
struct Setting {
    name: String,
    value: String,
    #[concurrent(version)]
    version: i64,
}
