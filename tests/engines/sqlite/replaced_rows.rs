//! A BEFORE trigger that takes the row away and puts another one in its place: the UPDATE finds no row any more, and what it
//! leaves is its own doing.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::Database;

diesel::table! { parts (id) { id -> BigInt, name -> Text, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = parts)]
struct Part {
    id: i64,
    name: String,
    #[concurrent(version)]
    version: i64,
}

/// The name of a trigger does not say when it fires, and contains no BEGIN.
const REPLACINGS: [&str; 2] = [
    "CREATE TRIGGER thereafter_begin BEFORE UPDATE ON parts BEGIN
         DELETE FROM parts WHERE id = OLD.id; INSERT INTO parts VALUES (OLD.id, NEW.name, NEW.version);
     END",
    "CREATE TRIGGER replace_it BEFORE UPDATE ON parts BEGIN
         INSERT OR REPLACE INTO parts VALUES (OLD.id, NEW.name, NEW.version);
     END",
];

#[test]
fn a_row_that_a_trigger_replaced_is_nobody_elses_edit() {
    for replacing in REPLACINGS {
        let database = Database::new();
        let conn = &mut database.connect();
        conn.batch_execute(
            "CREATE TABLE parts (id BIGINT PRIMARY KEY, name TEXT NOT NULL, version BIGINT NOT NULL);
             INSERT INTO parts VALUES (1, 'one', 1), (2, 'two', 1)",
        )
        .unwrap();
        conn.batch_execute(replacing).unwrap();
        let mut mine: Part = parts::table.find(1).first(conn).unwrap();
        mine.name = "edited".to_owned();
        let error = mine.save_concurrent(conn).unwrap_err();
        assert!(matches!(error, ConcurrencyError::OutcomeUnknown(_)), "{error:?}: {replacing}");
        let row: Part = parts::table.find(1).first(conn).unwrap();
        assert_eq!((mine.version, row), (1, Part { version: 2, ..mine }), "{replacing}");
    }
}
