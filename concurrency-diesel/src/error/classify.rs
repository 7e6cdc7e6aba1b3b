//! Which database errors mean that a concurrent write was refused, or that a privilege is missing: by kind where Diesel has one,
//! else by the message.
//!
//! Measured on the engines; Diesel reports most of these codes as `Unknown`, with the server's English message.

use diesel::result::{DatabaseErrorKind, Error};

/// How the messages begin with which an engine refuses a concurrent write. The code stands beside each.
const REFUSALS: &[&str] = &[
    // PostgreSQL.
    "deadlock detected",                       // 40P01
    "could not obtain lock on ",               // 55P03, NOWAIT
    "canceling statement due to lock timeout", // 55P03, lock_timeout
    // MySQL, MariaDB, Galera, Group Replication.
    "Deadlock found when trying to get lock", // 1213: Unknown at COMMIT, and always so from diesel-async
    "Lock wait timeout exceeded",             // 1205
    "Record has changed since last read in table", // 1020
    "Got error 149 ",                         // 1180 at COMMIT, "Lock deadlock; Retry transaction"
    "Plugin instructed the server to rollback", // 3101
    "WSREP has not yet prepared node",        // 1047
    "Statement aborted because lock(s) could not be", // 3572, NOWAIT
    // SQLite.
    "database is locked",        // SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT
    "database table is locked",  // SQLITE_LOCKED, SQLITE_LOCKED_SHAREDCACHE
    "database schema is locked", // SQLITE_LOCKED
];

/// Whether the transaction must start again because the engine refused a concurrent write.
pub(crate) fn must_restart(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => is_refusal(information.message()),
        // The rollback only followed from it.
        Error::RollbackErrorOnCommit { commit_error, .. } => must_restart(commit_error),
        _ => false,
    }
}

fn is_refusal(message: &str) -> bool {
    REFUSALS.iter().any(|refusal| message.starts_with(refusal)) || is_lost_savepoint(message)
}

/// What is left of a deadlock or of error 1020 in a nested transaction: MySQL and MariaDB dropped the whole transaction,
/// and with it the savepoint to which Diesel then tried to roll back.
fn is_lost_savepoint(message: &str) -> bool {
    message.strip_prefix("SAVEPOINT diesel_savepoint_").is_some_and(|rest| rest.ends_with(" does not exist"))
}

/// Whether the database user lacks the right to what it asked for.
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
