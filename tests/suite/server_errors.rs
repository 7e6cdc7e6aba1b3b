//! If the server returns an error, nothing was written. A tracked record knows that: nothing stays in doubt, and
//! another writer's equal change does not count as its own. `server_errors.rs` of an engine has its errors.

use std::panic::catch_unwind;

use crate::library::prelude::*;
use crate::library::{MergeError, Tracked, transaction_concurrent};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;

use super::fixtures::{article, counter, insert_article};
use super::models::{Counter, articles};
use super::obstacles::{Obstacle, insert_another_row};
use crate::engine::{self, Database, TestConnection};

/// An error that the server answers a save with.
#[derive(Clone, Copy)]
pub struct ServerError {
    /// A part of the message.
    pub says: &'static str,
    /// Whether it refuses a concurrent write, so that the transaction must start again.
    pub restarts: bool,
    /// Whether it rolls back the transaction, too.
    pub rolls_back: bool,
    /// The statements that cause the error, and those that undo them.
    pub cause: &'static str,
    pub undo: &'static str,
    /// How the connection of the save is created, and its first statements.
    pub connect: fn(&Database) -> TestConnection,
    pub session: &'static str,
    /// The obstacle to the save.
    pub obstacle: Obstacle,
    /// The change that the record makes.
    pub edit: fn(&mut Counter),
}

impl ServerError {
    pub const ORDINARY: Self = Self {
        says: "",
        restarts: false,
        rolls_back: false,
        cause: "",
        undo: "",
        connect: Database::connect,
        session: "",
        obstacle: Obstacle::None,
        edit: |record| record.views += 5,
    };

    /// The save failed with this error.
    #[track_caller]
    fn assert_said(&self, refused: &ConcurrencyError, way: Way, name: &str) {
        let cause = match refused {
            ConcurrencyError::Restart(cause) if self.restarts => &**cause,
            ConcurrencyError::Database(cause) if !self.restarts => cause,
            // Other errors of a lost transaction are not tested here.
            _ if self.rolls_back && way == Way::Transaction => {
                return assert!(!matches!(refused, ConcurrencyError::OutcomeUnknown(_)), "{name}: {refused:?}");
            }
            _ => panic!("{name}: {refused:?}"),
        };
        let is_said = cause.to_string().contains(self.says) || self.rolls_back && way == Way::Transaction;
        assert!(is_said, "{name}: {refused:?}");
    }

    /// The ways to save that end in it.
    fn ways(&self) -> impl Iterator<Item = Way> {
        let is_in_a_transaction = self.obstacle.is_around();
        [Way::Save, Way::Merge, Way::Transaction]
            .into_iter()
            .filter(move |way| !(is_in_a_transaction && *way == Way::Transaction))
    }
}

/// The ways to save a tracked record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Save,
    Merge,
    Transaction,
}

impl Way {
    fn save(self, record: &mut Tracked<Counter>, conn: &mut TestConnection) -> Result<(), ConcurrencyError> {
        match self {
            Self::Save => record.save_concurrent(conn),
            Self::Merge => record.save_merging(conn).map_err(|error| match error {
                MergeError::Concurrency(error) => error,
                error => panic!("no error of the database: {error:?}"),
            }),
            Self::Transaction => transaction_concurrent(conn, record, |conn, record: &mut &mut Tracked<Counter>| {
                record.save_concurrent(conn)
            }),
        }
    }
}

#[test]
fn what_the_server_refused_with_an_error_is_in_no_doubt() {
    let errors = engine::server_errors(&mut Database::new().connect());
    assert!(errors.len() >= 15);
    let failed: Vec<_> = errors.iter().flat_map(failures).collect();
    assert_eq!(failed, [""; 0], "what each said stands above");
}

fn failures(error: &ServerError) -> Vec<String> {
    let database = Database::new();
    let failed = error.ways().filter(|way| catch_unwind(|| assert_remembers_nothing(&database, error, *way)).is_err());
    failed.map(|way| format!("{way:?} refused with {:?}", error.says)).collect()
}

fn assert_remembers_nothing(database: &Database, error: &ServerError, way: Way) {
    let name = format!("{way:?} refused with {:?}", error.says);
    let observer = &mut database.connect();
    diesel::delete(articles::table).execute(observer).unwrap();
    insert_article(1, 1, observer);
    insert_article(2, 1, observer);
    insert_another_row(observer);
    let mut record = counter(1, observer);
    (error.edit)(&mut record);
    let before = record.clone();
    run(error.cause, observer);
    let mut conn = (error.connect)(database);
    run(error.session, &mut conn);

    let save = move |conn: &mut TestConnection| (way.save(&mut record, conn), record);
    let ((refused, mut record), _conn) = error.obstacle.meet(1, database, conn, save);
    error.assert_said(&refused.expect_err(&name), way, &name);
    assert_eq!(record, before, "{name}");
    let session = serde_json::to_value(&record).unwrap();
    assert_eq!(session["in_doubt"], serde_json::json!([]), "{name}: a server that answers leaves no doubt");

    run(error.undo, observer);
    let row = article(1, observer);
    assert_eq!((row.title.as_str(), row.views, row.version), ("first", 0, 1), "{name}: nothing of it was written");

    let mut theirs = counter(1, observer);
    theirs.views += 5;
    theirs.save_concurrent(observer).unwrap();
    let asked = record.views;
    record.save_merging(observer).unwrap();
    assert_eq!(record.views, 5 + asked, "{name}: both are counted");
    assert_eq!(*counter(1, observer), *record, "{name}");
}

/// Only if there is something to run: for MySQL and MariaDB an empty query is an error.
fn run(sql: &str, conn: &mut TestConnection) {
    if !sql.is_empty() {
        conn.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
}
