//! Versions that another program stored in another way than Diesel does: any column takes any value, and a time is a text in one of many
//! forms, or a number.

use crate::library::prelude::*;
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

use super::{Database, TestConnection};

/// Every write of a row whose version another program stored as `$stored`.
macro_rules! assert_saved {
    ($version:ty as $sql_type:ident, $field:ident, $stored:expr) => {{
        diesel::table! {
            moments (id) {
                id -> diesel::sql_types::BigInt,
                value -> diesel::sql_types::Integer,
                version -> diesel::sql_types::$sql_type,
            }
        }

        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
        #[diesel(table_name = moments)]
        struct Row {
            id: i64,
            value: i32,
            #[concurrent(version = concurrency_diesel::$field)]
            version: $version,
        }

        let stored: &str = $stored;
        let (_database, conn) = &mut with_moments();
        let load = |conn: &mut TestConnection| -> Row { moments::table.find(1).first(conn).unwrap() };
        let store = |conn: &mut TestConnection| {
            conn.batch_execute(&format!(
                "DELETE FROM moments; INSERT INTO moments VALUES (1, 0, {stored}), (2, 0, {stored})"
            ))
            .unwrap();
            load(conn)
        };

        let mut mine = store(conn);
        let mut other = mine.clone();
        mine.value = 1;
        mine.save_concurrent(conn).unwrap_or_else(|error| panic!("{stored}: {error}"));
        assert_eq!(load(conn), mine, "{stored}");
        assert_ne!(mine.version, other.version, "{stored}");
        assert!(other.save_concurrent(conn).unwrap_err().is_conflict(), "{stored}");
        assert!(other.delete_concurrent(conn).unwrap_err().is_conflict(), "{stored}");

        let mut mine = store(conn);
        mine.check_concurrent(conn).unwrap();
        assert_eq!(mine.at_version(mine.version.clone(), conn).unwrap().as_ref(), Some(&mine), "{stored}");
        mine.value = 2;
        mine.save_without_increment(conn).unwrap();
        assert_eq!(load(conn), mine, "{stored}");
        mine.touch_concurrent(conn).unwrap();
        assert_eq!(load(conn), mine, "{stored}");

        let mine = store(conn);
        let version = mine.update_concurrent(moments::value.eq(3), conn).unwrap();
        assert_eq!(load(conn), Row { value: 3, version, ..mine }, "{stored}");

        let mut mine = store(conn);
        mine.value = 4;
        mine.save_unchecked(conn).unwrap();
        assert_eq!(load(conn), mine, "{stored}");

        store(conn).delete_concurrent(conn).unwrap();
        let mut batch = [store(conn)];
        batch[0].value = 5;
        batch.save_all_concurrent(conn).unwrap();
        assert_eq!(load(conn), batch[0], "{stored}");
        batch.delete_all_concurrent(conn).unwrap();
        assert_eq!(
            moments::table.count().get_result(conn),
            Ok(1_i64),
            "the other row, which has the same version, is there"
        );
    }};
}

fn with_moments() -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute("CREATE TABLE moments (id INTEGER PRIMARY KEY, value INTEGER NOT NULL, version NOT NULL)")
        .unwrap();
    (database, conn)
}

const MOMENTS: [&str; 11] = [
    "'2024-01-02 03:04:05'",
    "'2024-01-02 03:04:05.5'",
    "'2024-01-02 03:04:05.500000'",
    "'2024-01-02 03:04:05.1234567'",
    "'2024-01-02T03:04:05'",
    "'2024-01-02T03:04:05.250'",
    "'2024-01-02T03:04:05Z'",
    "'2024-01-02 03:04:05+00:00'",
    "'2024-01-02 03:04'",
    "julianday('2024-01-02 03:04:05')",
    "CURRENT_TIMESTAMP",
];

#[test]
fn times_without_a_zone_compare_as_moments() {
    for stored in MOMENTS {
        assert_saved!(chrono::NaiveDateTime as Timestamp, TimestampVersionField, stored);
    }
}

#[test]
fn times_of_the_other_library_compare_as_moments() {
    for stored in MOMENTS {
        assert_saved!(time::PrimitiveDateTime as Timestamp, TimestampVersionField, stored);
    }
}

#[test]
fn times_with_a_zone_compare_as_moments() {
    for stored in MOMENTS {
        assert_saved!(chrono::DateTime<chrono::Utc> as TimestamptzSqlite, TimestampVersionField, stored);
    }
    assert_saved!(
        chrono::DateTime<chrono::Utc> as TimestamptzSqlite,
        TimestampVersionField,
        "'2024-01-02 05:04:05+02:00'"
    );
}

#[test]
fn times_with_a_zone_of_the_other_library_compare_as_moments() {
    for stored in MOMENTS {
        assert_saved!(time::OffsetDateTime as TimestamptzSqlite, TimestampVersionField, stored);
    }
}

/// A column without a type keeps a number that was bound as a text as a text.
#[test]
fn a_number_that_is_stored_as_a_text_is_a_number() {
    assert_saved!(i64 as BigInt, AutoIncVersionField, "'7'");
    assert_saved!(i64 as BigInt, ConditionalVersionField, "'7'");
    assert_saved!(i64 as BigInt, IntegerVersionField, "'7'");
}

/// Times of which only a part of a microsecond differs are two versions.
#[test]
fn a_time_that_moved_by_less_than_a_microsecond_is_a_conflict() {
    diesel::table! { moments (id) { id -> BigInt, value -> Integer, version -> Timestamp, } }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = moments)]
    struct Row {
        id: i64,
        value: i32,
        #[concurrent(version = TimestampVersionField)]
        version: chrono::NaiveDateTime,
    }

    let (_database, conn) = &mut with_moments();
    conn.batch_execute("INSERT INTO moments VALUES (1, 0, '2024-01-02T03:04:05.1234561')").unwrap();
    let mut mine: Row = moments::table.first(conn).unwrap();
    conn.batch_execute("UPDATE moments SET value = 7, version = '2024-01-02T03:04:05.1234567'").unwrap();
    mine.value = 9;
    for refusal in [mine.save_concurrent(conn), mine.check_concurrent(conn), mine.delete_concurrent(conn)] {
        let error = refusal.unwrap_err();
        assert!(matches!(error, ConcurrencyError::RecordModified(_)), "{error:?}");
    }
    assert_eq!(moments::table.select(moments::value).first(conn), Ok(7));
}

/// What another writer does in between is found, though the version was stored in a way of its own before. It comes before the
/// statement that is sent again, or before the question how the version is stored.
#[test]
fn a_moment_that_moves_in_between_is_a_conflict() {
    diesel::table! { moments (id) { id -> BigInt, value -> Integer, version -> Timestamp, } }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = moments)]
    struct Row {
        id: i64,
        value: i32,
        #[concurrent(version = TimestampVersionField)]
        version: chrono::NaiveDateTime,
    }

    let moments_of_a_write = [(false, "SELECT "), (false, "UPDATE "), (true, "SELECT "), (true, "DELETE ")];
    for ((deletes, before), is_gone) in moments_of_a_write.into_iter().flat_map(|one| [(one, false), (one, true)]) {
        let (database, conn) = &mut with_moments();
        conn.batch_execute("INSERT INTO moments VALUES (1, 0, '2024-01-02T03:04:05Z')").unwrap();
        let mut mine: Row = moments::table.first(conn).unwrap();
        let mut theirs = Some((database.connect(), mine.clone()));
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            let InstrumentationEvent::StartQuery { query, .. } = event else { return };
            let sql = query.to_string();
            if !sql.starts_with(before) || !sql.contains("quote(") {
                return;
            }
            let Some((mut conn, mut theirs)) = theirs.take() else { return };
            theirs.value = 8;
            theirs.save_concurrent(&mut conn).unwrap();
            if is_gone {
                theirs.delete_concurrent(&mut conn).unwrap();
            }
        });
        mine.value = 9;
        let refused = if deletes { mine.delete_concurrent(conn) } else { mine.save_concurrent(conn) };
        let row: Option<Row> = moments::table.first(conn).optional().unwrap();
        let expected = match (refused, row) {
            (Err(ConcurrencyError::RecordModified(error)), Some(row)) => {
                assert_eq!((row.value, error.found), (8, row.version_value()), "{before}");
                error.expected
            }
            (Err(ConcurrencyError::RecordDeleted(error)), None) => error.expected,
            other => panic!("{before}: {other:?}"),
        };
        assert_eq!(expected, mine.version_value(), "{before}");
    }
}
