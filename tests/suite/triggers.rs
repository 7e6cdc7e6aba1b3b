//! Triggers: what they do to writes of any program, how they get into a database, and how one learns that they are there.

mod given_up;
mod install;
mod migrations;
mod names;
pub mod problems;
mod refusals;
mod writes;

use crate::library::prelude::*;
use crate::library::triggers;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::engine::{Database, TestConnection};

pub type Backend = <TestConnection as Connection>::Backend;

diesel::table! {
    drafts (id) {
        id -> BigInt,
        text -> Text,
        version -> BigInt,
    }
}

/// A model whose table the tests make themselves, and with it the trigger.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = drafts)]
pub struct Draft {
    pub id: i64,
    pub text: String,
    #[concurrent(version = TriggerVersionField)]
    pub version: i64,
}

pub const CREATE_DRAFTS: &str =
    "CREATE TABLE drafts (id BIGINT PRIMARY KEY, text VARCHAR(100) NOT NULL, version BIGINT NOT NULL DEFAULT 1)";

/// The name of its trigger.
pub const DRAFTS_TRIGGER: &str = "concurrency_drafts_version";

/// A database with the table, without a trigger.
pub fn with_table() -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    connection.batch_execute(CREATE_DRAFTS).unwrap();
    (database, connection)
}

/// A database with the table, its trigger, and a draft at version 1.
pub fn with_draft() -> (Database, TestConnection) {
    let (database, mut connection) = with_table();
    triggers::create::<Draft, _>(&mut connection).unwrap();
    insert(1, 1, &mut connection);
    (database, connection)
}

pub fn insert(id: i64, version: i64, connection: &mut TestConnection) {
    let draft = Draft { id, text: "first".to_owned(), version };
    diesel::insert_into(drafts::table).values(draft).execute(connection).unwrap();
}

pub fn draft(id: i64, connection: &mut TestConnection) -> Draft {
    drafts::table.find(id).select(Draft::as_select()).first(connection).unwrap()
}

/// The write of another program, which does not know versions.
#[track_caller]
pub fn foreign(sql: &str, connection: &mut TestConnection) {
    connection.batch_execute(sql).unwrap();
}

/// The versions of all drafts, in the order of their keys.
pub fn versions(connection: &mut TestConnection) -> Vec<i64> {
    drafts::table.select(drafts::version).order(drafts::id).load(connection).unwrap()
}

/// The one integer that a query returns.
#[track_caller]
pub fn number(sql: &str, connection: &mut TestConnection) -> i64 {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let query = format!("SELECT number FROM ({sql}) AS numbers");
    diesel::sql_query(query).get_result::<Number>(connection).unwrap().number
}
