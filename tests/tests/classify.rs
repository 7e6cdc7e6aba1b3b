//! Every refusal that was measured on an engine, by the kind and the message in which Diesel hands it on: which of them
//! mean that the transaction must start again. No database is needed.

use concurrency_diesel::prelude::*;
use diesel::result::DatabaseErrorKind::{
    self, CheckViolation, ClosedConnection, ForeignKeyViolation, NotNullViolation, ReadOnlyTransaction,
    SerializationFailure, UnableToSendCommand, UniqueViolation, Unknown,
};
use diesel::result::Error as DieselError;

/// The engine refused a concurrent write: code and occasion, kind, message.
const REFUSED: &[(&str, DatabaseErrorKind, &str)] = &[
    // PostgreSQL.
    ("40001, UPDATE", SerializationFailure, "could not serialize access due to concurrent update"),
    ("40001, DELETE", SerializationFailure, "could not serialize access due to concurrent delete"),
    (
        "40001, COMMIT",
        SerializationFailure,
        "could not serialize access due to read/write dependencies among transactions",
    ),
    (
        "40001, partition",
        SerializationFailure,
        "tuple to be locked was already moved to another partition due to concurrent update",
    ),
    ("40001, replica", SerializationFailure, "canceling statement due to conflict with recovery"),
    (
        "40001, another language",
        SerializationFailure,
        "kann Zugriff nicht serialisieren wegen paralleler Aktualisierung",
    ),
    ("40P01", Unknown, "deadlock detected"),
    ("55P03, NOWAIT on a row", Unknown, "could not obtain lock on row in relation \"articles\""),
    ("55P03, NOWAIT on a table", Unknown, "could not obtain lock on relation \"articles\""),
    ("55P03, lock_timeout", Unknown, "canceling statement due to lock timeout"),
    // MySQL and MariaDB.
    ("1213, statement", SerializationFailure, "Deadlock found when trying to get lock; try restarting transaction"),
    ("1213, COMMIT and async", Unknown, "Deadlock found when trying to get lock; try restarting transaction"),
    ("1205", Unknown, "Lock wait timeout exceeded; try restarting transaction"),
    ("1020", Unknown, "Record has changed since last read in table 'articles'; try restarting transaction"),
    ("1020, older", Unknown, "Record has changed since last read in table 'articles'"),
    ("3572", Unknown, "Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set."),
    ("1180, MySQL", Unknown, "Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT"),
    ("1180, MariaDB", Unknown, "Got error 149 \"Lock deadlock; Retry transaction\" during COMMIT"),
    ("3101", Unknown, "Plugin instructed the server to rollback the current transaction."),
    ("1047", Unknown, "WSREP has not yet prepared node for application use"),
    (
        "COMMIT without a majority",
        Unknown,
        "Error while appending streaming replication fragment(provider status: Not connected to Primary Component)",
    ),
    ("1305, after 1213 or 1020", Unknown, "SAVEPOINT diesel_savepoint_1 does not exist"),
    ("1305, deeper", Unknown, "SAVEPOINT diesel_savepoint_12 does not exist"),
    // SQLite.
    ("5 and 517", Unknown, "database is locked"),
    ("6", Unknown, "database table is locked"),
    ("262", Unknown, "database table is locked: articles"),
    ("6, schema", Unknown, "database schema is locked: main"),
];

/// Anything else. A retry does not help, even if the message contains the words of a refusal.
const OTHER: &[(&str, DatabaseErrorKind, &str)] = &[
    (
        "a value that quotes a refusal",
        UniqueViolation,
        "Duplicate entry 'Deadlock found when trying to get lock' for key 'name'",
    ),
    ("a value at the start", UniqueViolation, "database is locked"),
    ("a constraint named so", CheckViolation, "deadlock detected"),
    ("a foreign key", ForeignKeyViolation, "Lock wait timeout exceeded"),
    ("NOT NULL", NotNullViolation, "Record has changed since last read in table"),
    ("a mention in the middle", Unknown, "trigger says: database is locked"),
    ("a mention in the middle", Unknown, "ERROR: deadlock detected"),
    ("a mention in the middle", Unknown, "Data too long for column 'Lock wait timeout exceeded'"),
    ("a savepoint of the user's", Unknown, "SAVEPOINT mine does not exist"),
    ("something else about our savepoint", Unknown, "SAVEPOINT diesel_savepoint_1 is fine"),
    ("25006", ReadOnlyTransaction, "cannot execute UPDATE in a read-only transaction"),
    ("1792", ReadOnlyTransaction, "Cannot execute statement in a READ ONLY transaction"),
    ("25P02", Unknown, "current transaction is aborted, commands ignored until end of transaction block"),
    ("57014", Unknown, "canceling statement due to statement timeout"),
    ("57014", Unknown, "canceling statement due to user request"),
    ("57P01", ClosedConnection, "terminating connection due to administrator command"),
    ("57P01", Unknown, "terminating connection due to administrator command"),
    ("a lost connection", UnableToSendCommand, "no connection to the server\n"),
    ("2006", Unknown, "Server has gone away"),
    ("2013", Unknown, "Lost connection to server during query"),
    ("1180, another error", Unknown, "Got error 28 \"No space left on device\" during COMMIT"),
    ("1180, a longer number", Unknown, "Got error 1491 - 'something' during COMMIT"),
    ("3098", Unknown, "The table does not comply with the requirements by an external plugin."),
    ("42703", Unknown, "column \"version\" of relation \"articles\" does not exist"),
    ("SQLITE_FULL", Unknown, "database or disk is full"),
    ("SQLITE_READONLY", Unknown, "attempt to write a readonly database"),
    ("SQLITE_NOTADB", Unknown, "file is not a database"),
    ("nothing", Unknown, ""),
    // A trigger's error may have any message.
    ("a trigger's words", Unknown, "deadlock detected in the plan of the day"),
    ("a trigger's words", Unknown, "could not obtain lock on the seat"),
    ("a trigger's words", Unknown, "database is locked for the audit"),
    ("a trigger's words", Unknown, "connection closed by the supplier"),
    ("a trigger's words", Unknown, "Lost connection to the warehouse"),
    ("a trigger's words", Unknown, "terminating connection to the supplier"),
];

fn database_error(kind: DatabaseErrorKind, message: &str) -> DieselError {
    DieselError::DatabaseError(kind, Box::new(message.to_owned()))
}

/// The message of the inner error, to check that it is unchanged.
fn message_of(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, said) => Some(said.message()),
        _ => None,
    }
}

#[track_caller]
fn assert_restart(code: &str, error: DieselError) {
    let said = error.to_string();
    let error = ConcurrencyError::from(error);
    let ConcurrencyError::Restart(inner) = &error else {
        panic!("{code}: not Restart but {error:?}");
    };
    assert_eq!(inner.to_string(), said, "{code}");
    assert!(error.is_retryable(), "{code}");
    assert!(!error.is_conflict(), "{code}");
    assert_eq!(error.table(), None, "{code}");
    assert_eq!(
        error.to_string(),
        format!("the database refused a concurrent write, the transaction must start again: {said}")
    );
    assert!(std::error::Error::source(&error).is_some(), "{code}");
}

#[track_caller]
fn assert_other(what: &str, error: DieselError) {
    let said = error.to_string();
    let error = ConcurrencyError::from(error);
    assert!(matches!(error, ConcurrencyError::Database(_)), "{what}: not Database but {error:?}");
    assert!(!error.is_retryable() && !error.is_conflict(), "{what}");
    assert_eq!(error.table(), None, "{what}");
    assert_eq!(error.to_string(), said, "{what}");
}

#[test]
fn every_refusal_of_a_concurrent_write_is_a_restart() {
    for (code, kind, message) in REFUSED {
        let error = database_error(*kind, message);
        assert_eq!(message_of(&error), Some(*message));
        assert_restart(code, error);
    }
}

#[test]
fn everything_else_is_a_database_error_even_where_it_mentions_a_refusal() {
    for (what, kind, message) in OTHER {
        assert_other(what, database_error(*kind, message));
    }
}

/// The rest of our outermost transaction after the engine has dropped it. It is unknown which part is committed.
#[test]
fn a_transaction_that_is_gone_is_lost_and_never_run_again() {
    let messages = [
        "SAVEPOINT diesel_savepoint_0 does not exist",
        "cannot commit - no transaction is active",
        "cannot rollback - no transaction is active",
    ];
    for message in messages {
        let error = ConcurrencyError::from(database_error(Unknown, message));
        assert!(matches!(error, ConcurrencyError::TransactionLost(_)), "{message}: {error:?}");
        assert!(!error.is_retryable() && !error.is_conflict(), "{message}");
        assert!(error.to_string().ends_with(message), "{error}");
    }
    let noticed = ConcurrencyError::from(DieselError::NotInTransaction);
    assert!(matches!(noticed, ConcurrencyError::TransactionLost(_)), "{noticed:?}");
}

/// After a failing COMMIT the rollback may fail, too; that only follows from it.
#[test]
fn a_commit_whose_rollback_failed_too_counts_by_its_commit() {
    let both = |commit_error, rollback_error| DieselError::RollbackErrorOnCommit {
        commit_error: Box::new(commit_error),
        rollback_error: Box::new(rollback_error),
    };
    for (code, kind, message) in REFUSED {
        let gone = database_error(ClosedConnection, "server closed the connection unexpectedly");
        assert_restart(code, both(database_error(*kind, message), gone));
        let unique = database_error(UniqueViolation, "duplicate key");
        assert_other(code, both(unique, database_error(*kind, message)));
    }
}

#[test]
fn errors_that_are_not_the_databases_are_no_refusal() {
    let text = |text: &str| Box::<dyn std::error::Error + Send + Sync>::from(text.to_owned());
    assert_other("NotFound", DieselError::NotFound);
    assert_other("RollbackTransaction", DieselError::RollbackTransaction);
    assert_other("AlreadyInTransaction", DieselError::AlreadyInTransaction);
    assert_other("BrokenTransactionManager", DieselError::BrokenTransactionManager);
    assert_other("QueryBuilderError", DieselError::QueryBuilderError(text("database is locked")));
    assert_other("DeserializationError", DieselError::DeserializationError(text("deadlock detected")));
    assert_other("SerializationError", DieselError::SerializationError(text("database is locked")));
}

/// The other variants, which carry a table: see the suite for how they come about.
#[test]
fn a_table_is_named_by_errors_that_are_about_one() {
    let exhausted = ConcurrencyError::VersionExhausted { table: "articles" };
    assert_eq!(exhausted.table(), Some("articles"));
    assert!(!exhausted.is_conflict() && !exhausted.is_retryable());
}
