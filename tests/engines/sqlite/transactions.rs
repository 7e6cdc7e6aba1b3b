//! How transactions of our own look on SQLite, and how they break.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;

use super::TestConnection;
use crate::suite::transactions::dropped::Dropping;

pub const BEGIN: &str = "BEGIN IMMEDIATE";
pub const COMMIT: &str = "COMMIT";

/// A constraint that is checked only at COMMIT, and a row that violates it.
pub const PREPARE_FAILING_COMMIT: &str = "PRAGMA foreign_keys = ON;
    CREATE TABLE pairs (id INTEGER PRIMARY KEY, other INTEGER REFERENCES pairs DEFERRABLE INITIALLY DEFERRED)";
pub const MAKE_COMMIT_FAIL: &str = "INSERT INTO pairs VALUES (1, 2)";
pub const FAILED_COMMIT: &[(DatabaseErrorKind, &str)] =
    &[(DatabaseErrorKind::ForeignKeyViolation, "FOREIGN KEY constraint failed")];
pub const FAILED_COMMIT_ENDS_CONNECTION: bool = false;

const DUPLICATE: &str = "INSERT OR ROLLBACK INTO articles (id, title, views, version) VALUES (1, 'again', 0, 1)";

/// A statement that rolls the whole transaction back when it fails. Where it was a batch, Diesel has noticed.
pub fn droppings(_connection: &mut TestConnection) -> Vec<Dropping> {
    const PREPARED: Dropping = Dropping {
        name: "OR ROLLBACK",
        session: &[],
        provoke: |_, connection| {
            diesel::sql_query(DUPLICATE).execute(connection).unwrap_err();
        },
        told: "cannot commit - no transaction is active",
        is_retryable: false,
        commits_the_rest: true,
        deceives_diesel: false,
    };
    const IN_A_BATCH: Dropping = Dropping {
        name: "OR ROLLBACK in a batch",
        provoke: |_, connection| {
            connection.batch_execute(DUPLICATE).unwrap_err();
        },
        told: "outside of a transaction",
        ..PREPARED
    };
    vec![PREPARED, IN_A_BATCH]
}
