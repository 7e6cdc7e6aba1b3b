//! The data of a write that did not happen. The code that counts the rows decides which of these a save returns.

use thiserror::Error;

use crate::VersionValue;

/// Another writer saved the record after it was loaded. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{table} with {key} was modified by somebody else: expected version {expected}, found {found}; reload it and try again"
)]
#[non_exhaustive]
pub struct RecordModifiedError {
    /// The table's SQL name, unquoted; `schema.table` if `table!` names a schema.
    pub table: &'static str,
    /// The key's columns and values: `id 1`, or `shop "s", item 1`.
    pub key: String,
    /// The version that the record was loaded with.
    pub expected: VersionValue,
    /// The version that the row has.
    pub found: VersionValue,
}

impl RecordModifiedError {
    /// The error for a record of `table` that has another version in the database than in memory.
    #[must_use]
    pub const fn new(table: &'static str, key: String, expected: VersionValue, found: VersionValue) -> Self {
        Self { table, key, expected, found }
    }
}

/// Another writer deleted the record after it was loaded. Nothing was written, and the row was not inserted again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{table} with {key} was deleted by somebody else: expected version {expected}, found no row")]
#[non_exhaustive]
pub struct RecordDeletedError {
    /// The table's SQL name, unquoted; `schema.table` if `table!` names a schema.
    pub table: &'static str,
    /// The key's columns and values: `id 1`, or `shop "s", item 1`.
    pub key: String,
    /// The version that the record was loaded with.
    pub expected: VersionValue,
}

impl RecordDeletedError {
    /// The error for a record of `table` that has no row.
    #[must_use]
    pub const fn new(table: &'static str, key: String, expected: VersionValue) -> Self {
        Self { table, key, expected }
    }
}

/// The row is there with the expected version, but the database wrote nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the database did not write {table} with {key} although its version is still {version}; look for a trigger that returns NULL, a row security policy or a rule"
)]
#[non_exhaustive]
pub struct WriteSuppressedError {
    /// The table's SQL name, unquoted; `schema.table` if `table!` names a schema.
    pub table: &'static str,
    /// The key's columns and values: `id 1`, or `shop "s", item 1`.
    pub key: String,
    /// The version of the record and of the row.
    pub version: VersionValue,
}

impl WriteSuppressedError {
    /// The error for a record of `table` whose write the database skipped.
    #[must_use]
    pub const fn new(table: &'static str, key: String, version: VersionValue) -> Self {
        Self { table, key, version }
    }
}
