//! What the functions of `triggers` can fail with. `error::classify` classifies database errors.

use std::io;
use std::path::PathBuf;

use crate::error::{is_lock_timeout, is_missing_privilege};

/// Why triggers could not be created, dropped or queried. Nothing was replaced or dropped that is not ours.
///
/// Tables are shown as they are named: `schema.table` if the model names a schema.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Returned when the table of a model does not exist, or is a view.
    #[error("there is no table {table}; create it before its trigger")]
    MissingTable {
        /// The table.
        table: String,
    },

    /// Returned when the table lacks the version column or a column of the key.
    #[error("{table} has no column {column}; add it before the trigger, or correct the model")]
    MissingColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },

    /// Returned when the version column cannot count because of its type.
    #[error("the version column {column} of {table} is of type {found}; a trigger needs SMALLINT, INTEGER or BIGINT")]
    VersionType {
        /// The table.
        table: String,
        /// The version column.
        column: String,
        /// Its type, as the engine names it.
        found: String,
    },

    /// Returned when a trigger that is not ours, or on PostgreSQL a function, has the name. It was left as it is.
    #[error(
        "the name {trigger}, meant for the trigger of {table}, belongs to one that this library did not make; rename that, or name ours with `#[concurrent(trigger_name = \"…\")]`"
    )]
    ForeignTrigger {
        /// The table.
        table: String,
        /// The name.
        trigger: String,
    },

    /// Returned when the trigger of another table has the name. It was left as it is.
    #[error(
        "the trigger {trigger}, meant for {table}, stands on the table {found}; name one of them with `#[concurrent(trigger_name = \"…\")]`"
    )]
    OnAnotherTable {
        /// The table.
        table: String,
        /// The trigger.
        trigger: String,
        /// The table that has it.
        found: String,
    },

    /// Returned when the database user may not create or drop the trigger. On PostgreSQL the user must own the table.
    /// On MySQL and MariaDB it needs the privilege TRIGGER, and SUPER if the binary log is on without
    /// `log_bin_trust_function_creators`.
    #[error("the database user may not change the trigger of {table}: {source}")]
    MissingPrivilege {
        /// The table.
        table: String,
        /// What the engine said.
        source: Box<diesel::result::Error>,
    },

    /// Returned when the database user may not see what the triggers of the table do: on MySQL and MariaDB it needs the
    /// privilege TRIGGER.
    #[error("the database user may not see the triggers of {table}; grant it the privilege TRIGGER")]
    HiddenTrigger {
        /// The table.
        table: String,
    },

    /// Returned when other transactions held the table for longer than five seconds. No trigger of the table was
    /// created or dropped.
    #[error(
        "{table} is in use{}: {source}; wait for the transactions that have read or written it, and try again",
        by(holders)
    )]
    InUse {
        /// The table.
        table: String,
        /// Who uses it, as far as the engine and the user's rights tell; on MySQL and MariaDB everyone who has a
        /// transaction open.
        holders: Vec<String>,
        /// What the engine said.
        source: Box<diesel::result::Error>,
    },

    /// Returned when a migration could not be written. What was written of it was removed.
    #[error("the migration cannot be written to {}: {source}; name a directory that exists and is writable", directory.display())]
    MigrationDirectory {
        /// The directory of the migrations.
        directory: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// Returned for any other error of the database or of Diesel.
    #[error(transparent)]
    Database(diesel::result::Error),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl Error {
    /// The error for a refused statement about the trigger of this table.
    pub(super) fn refused(table: &str, error: diesel::result::Error) -> Self {
        if is_missing_privilege(&error) {
            Self::MissingPrivilege { table: table.to_owned(), source: Box::new(error) }
        } else if is_lock_timeout(&error) {
            Self::InUse { table: table.to_owned(), holders: Vec::new(), source: Box::new(error) }
        } else {
            Self::Database(error)
        }
    }
}

fn by(holders: &[String]) -> String {
    if holders.is_empty() { String::new() } else { format!(" by {}", holders.join(" and ")) }
}
