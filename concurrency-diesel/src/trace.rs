//! The events for `tracing`: one for each conflict, restart and retry, with table, key, versions and attempt.
//!
//! An event never holds another column, nor what the database said, which may quote values.

use std::time::Duration;

use diesel::query_builder::QueryFragment;
use tracing::info;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, table_name};
use crate::error::ConcurrencyError;

/// The target that a subscriber filters by.
const TARGET: &str = "concurrency_diesel";

/// Another writer caused the refusal of a write or a check. Other errors are no conflict and no event.
pub(crate) fn conflict(error: &ConcurrencyError) {
    match error {
        ConcurrencyError::RecordModified(error) => info!(
            target: TARGET,
            table = error.table,
            key = error.key,
            expected = %error.expected,
            found = %error.found,
            "conflict: modified by somebody else"
        ),
        ConcurrencyError::RecordDeleted(error) => info!(
            target: TARGET,
            table = error.table,
            key = error.key,
            expected = %error.expected,
            "conflict: deleted by somebody else"
        ),
        _ => {}
    }
}

/// The engine refused a concurrent write, and the record is unknown: at COMMIT, or at a statement of the user's own.
pub(crate) fn restart() {
    info!(target: TARGET, "restart: the engine refused a concurrent write");
}

/// The engine refused a concurrent write of this record.
pub(crate) fn restart_of<T, DB>(record: &T)
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    info!(
        target: TARGET,
        table = table_name::<T, DB>(),
        key = record.__key(),
        expected = %record.__version_value(),
        "restart: the engine refused a concurrent write"
    );
}

/// A transaction runs again after this pause: its second attempt, its third…
pub(crate) fn retry(attempt: u32, pause: Duration) {
    info!(target: TARGET, attempt, ?pause, "retry: the transaction runs again");
}
