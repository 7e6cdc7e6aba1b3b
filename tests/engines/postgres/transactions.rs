//! How transactions of our own look on PostgreSQL, and how they break.

use diesel::connection::SimpleConnection as _;
use diesel::result::DatabaseErrorKind;

use super::TestConnection;
use crate::suite::transactions::dropped::Dropping;
use crate::suite::transactions::lost::Loss;

pub const BEGIN: &str = "BEGIN";
pub const COMMIT: &[&str] = &["SELECT 1; COMMIT"];
pub const ROLLBACK: &str = "ROLLBACK";

/// A constraint that is checked only at COMMIT, and a row that violates it.
pub const PREPARE_FAILING_COMMIT: &str =
    "CREATE TABLE pairs (id INTEGER PRIMARY KEY, other INTEGER REFERENCES pairs DEFERRABLE INITIALLY DEFERRED)";
pub const MAKE_COMMIT_FAIL: &str = "INSERT INTO pairs VALUES (1, 2)";
pub const FAILED_COMMIT: &[(DatabaseErrorKind, &str)] =
    &[(DatabaseErrorKind::ForeignKeyViolation, "violates foreign key constraint")];
pub const FAILED_COMMIT_ENDS_CONNECTION: bool = false;

/// Nothing commits by itself, and no refusal ends a transaction.
pub const LOSSES: &[(&str, Loss)] = &[];

/// After any error nothing works but ROLLBACK, and COMMIT, which is then the same.
pub fn droppings(_connection: &mut TestConnection) -> Vec<Dropping> {
    vec![Dropping {
        name: "an error",
        session: &[],
        provoke: |_, connection| {
            connection.batch_execute("SELECT 1 / 0").unwrap_err();
        },
        told: "current transaction is aborted",
        is_retryable: false,
        commits_the_rest: false,
        deceives_diesel: true,
    }]
}
