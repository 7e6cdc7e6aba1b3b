//! What the functions of edit locks can fail with.

use crate::error::{ConcurrencyError, is_missing_table};

/// Why a lock could not be taken, released or read. It says nothing about the record: log it, and open the page without
/// a banner.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Returned when the table of the locks does not exist.
    #[error(
        "there is no table {}; create it by the migration that `diesel-concurrency edit-locks` writes, or call `edit_lock::create`",
        concurrency_core::EDIT_LOCKS_TABLE
    )]
    MissingTable,

    /// Returned when the name of the table, the key or the holder is longer than its column, on MySQL and MariaDB.
    /// Nothing was sent.
    #[error("the {what} of an edit lock has {length} bytes; at most {most} fit into its column")]
    TooLong {
        /// What is too long: `table`, `key` or `holder`.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The greatest length that fits.
        most: usize,
    },

    /// Returned when, three times in a row, the lock was not free, and then its holder had released it before it could
    /// be read.
    #[error("the edit lock changed hands again and again; ask again")]
    Busy,

    /// Returned for every other error of a statement, as for a save: a refusal of the engine, a lost connection.
    #[error(transparent)]
    Concurrency(ConcurrencyError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        if is_missing_table(&error, concurrency_core::EDIT_LOCKS_TABLE) {
            return Self::MissingTable;
        }
        Self::Concurrency(error.into())
    }
}
