//! What `check_model` can find: which guarantee does not hold, and what was seen instead. `subject` does the checks.

use std::fmt;

use diesel::query_builder::QueryFragment;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, table_name};

/// What holds for every correct model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Guarantee {
    /// The record can be loaded, and loaded again.
    Loads,
    /// The statements of the saves run in the connection's current database, and not in the one that was current when
    /// they were prepared: on MySQL and MariaDB, after `USE`. The check notices this only if the same connection was
    /// also checked before `USE`.
    CurrentDatabase,
    /// A save moves the row's version by one step, and memory holds what the row holds.
    OneStep,
    /// The save of a stale copy is refused as modified by another writer, and writes nothing.
    StaleSave,
    /// The delete of a stale copy is refused as modified by another writer, and deletes nothing.
    StaleDelete,
    /// A transaction that is retried on conflict loads the record anew and saves it; no save is lost.
    Retry,
    /// The trigger that the model declares exists, and moves the version when other programs write.
    Trigger,
    /// A rollback undoes what was written in the transaction.
    RollsBack,
}

impl fmt::Display for Guarantee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Loads => "the record can be loaded",
            Self::CurrentDatabase => "a save reaches the current database",
            Self::OneStep => "a save moves the version by one step",
            Self::StaleSave => "a stale save is refused",
            Self::StaleDelete => "a stale delete is refused",
            Self::Retry => "a retried transaction loses nothing",
            Self::Trigger => "the trigger notices other programs",
            Self::RollsBack => "a rollback takes everything back",
        })
    }
}

/// A guarantee that does not hold, and what was seen instead.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What does not hold.
    pub guarantee: Guarantee,
    /// What was seen, and what to do.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.guarantee, self.problem)
    }
}

/// Returned by [`check_model`](super::check_model) when a model or its table breaks a guarantee. Prints each finding on
/// a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckModelError {
    table: &'static str,
    findings: Vec<Finding>,
}

impl CheckModelError {
    pub(super) fn new<T, DB>(findings: Vec<Finding>) -> Self
    where
        DB: ConcurrencyBackend,
        T: Concurrent<Table: QueryFragment<DB>>,
    {
        Self { table: table_name::<T, DB>(), findings }
    }

    /// The table's SQL name, unquoted.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// The findings, in the order in which they were checked; at least one.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for CheckModelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "updates of {} can be lost:", self.table)?;
        for finding in &self.findings {
            write!(formatter, "\n- {finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CheckModelError {}
