//! What the errors of a database mean: a concurrent write was refused, no answer came, the transaction is gone, or a
//! privilege is missing. If Diesel has a kind for the error, the kind decides; otherwise the message does.
//!
//! The messages were observed on the engines. Diesel reports most of these codes as `Unknown`, with the server's
//! English message.

mod fault;

use diesel::result::{DatabaseErrorKind, Error};

pub(crate) use fault::{Fault, fault};

/// How a message begins. A user's trigger can raise any text, so each entry is as long as the engine's constant text.
type Beginnings = &'static [&'static str];

fn begins(message: &str, beginnings: Beginnings) -> bool {
    beginnings.iter().any(|beginning| message.starts_with(beginning))
}

/// The beginnings of messages with which an engine refuses a concurrent write. The code is beside each.
const REFUSALS: Beginnings = &[
    // PostgreSQL.
    "could not obtain lock on row in relation ", // 55P03, NOWAIT
    "could not obtain lock on relation ",        // 55P03, NOWAIT
    "canceling statement due to lock timeout",   // 55P03, lock_timeout
    // MySQL, MariaDB, Galera, Group Replication.
    "Deadlock found when trying to get lock", // 1213: Unknown at COMMIT, and always so from diesel-async
    "Lock wait timeout exceeded",             // 1205
    "Record has changed since last read in table", // 1020
    "Got error 149 ",                         // 1180 at COMMIT, "Lock deadlock; Retry transaction"
    "Plugin instructed the server to rollback", // 3101
    "WSREP has not yet prepared node",        // 1047
    "Error while appending streaming replication fragment", // at COMMIT, on a node that has lost the majority
    "Statement aborted because lock(s) could not be", // 3572, NOWAIT
    // SQLite.
    "database table is locked: ",  // SQLITE_LOCKED, SQLITE_LOCKED_SHAREDCACHE
    "database schema is locked: ", // SQLITE_LOCKED
];

/// Complete messages with the same meaning.
const WHOLE_REFUSALS: &[&str] = &[
    "deadlock detected",        // PostgreSQL, 40P01
    "database is locked",       // SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT
    "database table is locked", // SQLITE_LOCKED
];

/// The refusals after which the transaction goes on.
const REFUSALS_OF_A_STATEMENT: Beginnings =
    &["Lock wait timeout exceeded", "Statement aborted because lock(s) could not be"];

const NOTHING_TO_ROLL_BACK: &str = "cannot rollback - no transaction is active";

/// What an engine says when it no longer has our outermost transaction.
const LOST: &[&str] = &[
    "SAVEPOINT diesel_savepoint_0 does not exist", // 1305: MySQL, MariaDB
    "cannot commit - no transaction is active",    // SQLite, which has rolled it back by itself
    NOTHING_TO_ROLL_BACK,
];

/// Marks the loss of a savepoint of our own. In Diesel's own nested transactions the same message is a Restart.
const LOST_SAVEPOINT: &str = "the transaction is gone with its savepoint: ";

/// The beginnings of messages with which a client library reports that a statement got no answer.
const UNANSWERED: Beginnings = &[
    // libpq.
    "server closed the connection unexpectedly",
    "connection to server was lost",
    "no connection to the server",
    "could not receive data from server",
    "could not send data to server",
    "SSL SYSCALL error",
    "SSL connection has been closed unexpectedly",
    "lost synchronization with server",
    // PostgreSQL says this and then closes. It does not say whether the statement was done before.
    "terminating connection due to ",
    "terminating connection because ",
    // libmysqlclient and libmariadb.
    "Lost connection to MySQL server", // 2013
    "Lost connection to server",       // 2013
    "Server has gone away",            // 2006
    "MySQL server has gone away",      // 2006
    // tokio-postgres and mysql_async.
    "connection closed: ",
    "error communicating with the server",
    "Input/output error: ",
    "Connection to the server is closed",
];

/// A complete message with the same meaning: tokio-postgres.
const CLOSED: &str = "connection closed";

/// What an error of Diesel's says about the statement that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The engine refused a concurrent write: the transaction must start again.
    Restart,
    /// The engine no longer has our transaction.
    TransactionLost,
    /// No answer came to a COMMIT.
    CommitUnanswered,
    /// No answer came.
    Unanswered,
    /// Anything else. If it comes from the database, it is an answer, so nothing was written.
    Answered,
}

/// What an error of Diesel's says about the statement that it answers.
pub(crate) fn meaning(error: &Error) -> Meaning {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Meaning::Restart,
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _) => {
            Meaning::Unanswered
        }
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => meaning_of(information.message()),
        // Only the commit error counts: the rollback followed from it.
        Error::RollbackErrorOnCommit { commit_error, .. } => match meaning(commit_error) {
            Meaning::Unanswered => Meaning::CommitUnanswered,
            other => other,
        },
        // Diesel noticed the loss, or the program ended a transaction that it had not begun.
        Error::NotInTransaction => Meaning::TransactionLost,
        _ => Meaning::Answered,
    }
}

fn meaning_of(message: &str) -> Meaning {
    if LOST.contains(&message) || message.starts_with(LOST_SAVEPOINT) {
        Meaning::TransactionLost
    } else if is_lost_savepoint(message) {
        // In Diesel's own nested transactions this is what remains of a deadlock or of error 1020.
        Meaning::Restart
    } else if WHOLE_REFUSALS.contains(&message) || begins(message, REFUSALS) {
        Meaning::Restart
    } else if message == CLOSED || begins(message, UNANSWERED) {
        Meaning::Unanswered
    } else {
        Meaning::Answered
    }
}

/// Whether the transaction must start again because the engine refused a concurrent write.
pub(crate) fn must_restart(error: &Error) -> bool {
    meaning(error) == Meaning::Restart
}

/// Whether a savepoint of a transaction is gone, and with it the transaction: MySQL and MariaDB (1305), SQLite. Our
/// outermost transactions set number 0, and Diesel counts nested ones from 1.
///
/// A statement may have committed the transaction, or an error may have rolled it back: the message does not say which.
fn is_lost_savepoint(message: &str) -> bool {
    (message.starts_with("SAVEPOINT diesel_savepoint_") && message.ends_with(" does not exist"))
        || message.starts_with("no such savepoint: diesel_savepoint_")
}

/// Marks an error at the end of a transaction of our own: there a lost savepoint means a lost transaction.
pub(crate) fn at_end(error: Error) -> Error {
    match said(&error) {
        Some(message) if is_lost_savepoint(message) => {
            let message = format!("{LOST_SAVEPOINT}{message}");
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        }
        _ => error,
    }
}

/// Whether the engine no longer has the transaction.
pub(crate) fn is_transaction_lost(error: &Error) -> bool {
    meaning(error) == Meaning::TransactionLost || said(error).is_some_and(is_lost_savepoint)
}

/// Whether no answer came to a statement.
pub(crate) fn is_unanswered(error: &Error) -> bool {
    meaning(error) == Meaning::Unanswered
}

/// Whether SQLite had nothing to roll back.
pub(crate) fn is_nothing_to_roll_back(error: &Error) -> bool {
    said(error) == Some(NOTHING_TO_ROLL_BACK)
}

/// Whether SQLite did not begin a transaction because one is open.
pub(crate) fn is_already_in_transaction(error: &Error) -> bool {
    said(error) == Some("cannot start a transaction within a transaction")
}

/// Whether the engine has rolled back the whole transaction when it says this. A lock wait timeout (1205) undoes only
/// the statement; InnoDB undoes more only if the server is configured so.
pub(crate) fn ends_transaction(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        error => said(error).is_some_and(|message| {
            meaning(error) == Meaning::Restart
                && !is_lost_savepoint(message)
                && !begins(message, REFUSALS_OF_A_STATEMENT)
        }),
    }
}

/// The beginnings of messages with which SQLite refuses a statement when it prepares it. It then rolls nothing back.
const REFUSED_BEFORE: Beginnings = &[
    "no such table: ",
    "no such column: ",
    "no such function: ",
    "ambiguous column name: ",
    "near \"",
    "unrecognized token: ",
];

/// Whether SQLite refused the statement before running it.
pub(crate) fn is_refused_before_it_runs(error: &Error) -> bool {
    said(error).is_some_and(|message| begins(message, REFUSED_BEFORE))
}

/// The message of an error that Diesel has no kind for.
fn said(error: &Error) -> Option<&str> {
    match error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => Some(information.message()),
        _ => None,
    }
}

/// Whether a statement gave up waiting for a lock.
pub(crate) fn is_lock_timeout(error: &Error) -> bool {
    let messages = ["canceling statement due to lock timeout", "Lock wait timeout exceeded", "database is locked"];
    matches!(error, Error::DatabaseError(_, said) if messages.iter().any(|message| said.message().contains(message)))
}

/// Whether the table does not exist.
#[cfg(feature = "edit-lock")]
pub(crate) fn is_missing_table(error: &Error, table: &str) -> bool {
    said(error).is_some_and(|message| {
        // SQLite; PostgreSQL, 42P01; MySQL and MariaDB, 1146.
        let is_missing = message.starts_with("no such table: ")
            || (message.starts_with("relation ") && message.ends_with(" does not exist"))
            || (message.starts_with("Table ") && message.ends_with(" doesn't exist"));
        is_missing && message.contains(table)
    })
}

/// Whether MySQL or MariaDB shows nothing of a table: the table does not exist, this user (or, under LOCK TABLES, this
/// session) may not see it, or it is a view of something that does not exist.
pub(crate) fn is_not_shown(error: &Error) -> bool {
    let endings = [" doesn't exist", " was not locked with LOCK TABLES"];
    let is_missing =
        |message: &str| message.starts_with("Table ") && endings.iter().any(|ending| message.ends_with(ending));
    let is_broken = |message: &str| message.starts_with("View ") && message.contains(" references invalid ");
    said(error).is_some_and(|message| is_missing(message) || is_broken(message)) || is_missing_privilege(error)
}

/// Whether the database user lacks the privilege for what it asked.
pub(crate) fn is_missing_privilege(error: &Error) -> bool {
    let Error::DatabaseError(DatabaseErrorKind::Unknown, information) = error else {
        return false;
    };
    let message = information.message();
    // PostgreSQL, 42501.
    message.starts_with("must be owner of ")
        || message.starts_with("permission denied for ")
        // MySQL and MariaDB: 1142, 1044, 1227, 1419.
        || message.contains(" command denied to user ")
        || message.starts_with("Access denied")
        || message.starts_with("You do not have the SUPER privilege")
}
