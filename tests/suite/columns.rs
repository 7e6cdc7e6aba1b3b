//! A save writes the columns of its struct and no others. `columns/` has the shapes of structs.

mod embedded;
mod forms;
mod nulls;
mod remote;
mod serialized;
mod shapes;

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::models::profiles;
use super::statements::Log;
use crate::engine::{Database, TestConnection};

/// Every column of the table.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = profiles)]
pub struct Profile {
    pub id: i64,
    pub name: String,
    pub created_by: String,
    pub r#type: String,
    pub note: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub street: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    #[concurrent(version)]
    pub version: i64,
}

/// A database of the test's own with profile 1 at version 1, no column of which is NULL, and a connection to it.
fn with_profile() -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    diesel::insert_into(profiles::table).values(first_profile()).execute(&mut connection).unwrap();
    (database, connection)
}

fn first_profile() -> Profile {
    Profile {
        id: 1,
        name: "Ada".to_owned(),
        created_by: "admin".to_owned(),
        r#type: "person".to_owned(),
        note: some("note"),
        email: some("ada@example.org"),
        phone: some("1815"),
        street: some("St James's Square"),
        city: some("London"),
        country: some("England"),
        version: 1,
    }
}

/// The row as Diesel reads it.
fn profile(connection: &mut TestConnection) -> Profile {
    profiles::table.find(1).select(Profile::as_select()).first(connection).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The columns set by the one UPDATE that was sent since the last call, in its order.
#[track_caller]
fn written(log: &Log) -> Vec<String> {
    let mut sent = log.take_sent();
    sent.retain(|statement| statement.starts_with("UPDATE "));
    let [update] = sent.as_slice() else {
        panic!("not one UPDATE: {sent:#?}");
    };
    let (_, set) = update.split_once(" SET ").unwrap();
    let (set, _) = set.split_once(" WHERE ").unwrap();
    let columns = set.split(", ").map(|assignment| assignment.split_once(" = ").unwrap().0);
    columns.map(|column| column.trim_matches(['"', '`']).to_owned()).collect()
}

/// The error of a stale save of profile 1.
#[track_caller]
fn assert_modified(error: &ConcurrencyError, expected: i64, found: i64) {
    let ConcurrencyError::RecordModified(error) = error else {
        panic!("not RecordModified: {error:?}");
    };
    assert_eq!((error.table, error.key.as_str()), ("profiles", "id 1"));
    assert_eq!(error.expected, VersionValue::from(expected));
    assert_eq!(error.found, VersionValue::from(found));
}
