//! Chooses how a batch is sent, by what the engine can do and what the columns are.

use diesel::result::QueryResult;

use super::Write;
use crate::backend::{Bulk, ConcurrencyBackend};
use crate::concurrent::ConcurrentOn;
use crate::statement::bulk::{has_arrays, has_key_arrays, has_version_array, tuple_length};
use crate::table::{CatalogFacts, Rollback};

/// The most values that a statement can bind, on every engine that takes tuples.
const MOST_BINDS: usize = 65_535;

/// How records are sent.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// All in one statement, as arrays.
    Arrays,
    /// In chunks, as tuples, by a statement that returns what it wrote.
    Tuples { chunk: usize },
    /// In chunks, as tuples, after their rows were locked.
    Joined { chunk: usize },
    /// Each by itself.
    Singles,
}

impl Way {
    /// How records are written to a table with these facts.
    pub(super) fn of_writes<T, DB>(what: Write, table: &CatalogFacts) -> QueryResult<Self>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Ok(match (DB::__BULK, what) {
            (Bulk::Arrays { .. }, Write::Save) if has_arrays::<T, DB>()? => Self::Arrays,
            // A DELETE needs no other columns. In one statement, rows that depend on each other go together.
            (Bulk::Arrays { .. }, Write::Delete) if has_key_arrays::<T, DB>()? && has_version_array::<T, DB>() => {
                Self::Arrays
            }
            // A column that is left out has no value that tells its type.
            (Bulk::Arrays { .. }, Write::Save) if T::__SKIPPABLE > 0 => Self::Singles,
            (Bulk::Arrays { chunk }, _) => Self::Tuples { chunk: at_most::<T, DB>(chunk)? },
            (Bulk::Chunks { .. }, _) if !can_be_joined(what, table) => Self::Singles,
            (Bulk::Chunks { chunk }, _) => Self::Joined { chunk: at_most::<T, DB>(chunk)? },
            (Bulk::Singles, _) => Self::Singles,
        })
    }

    /// How the versions of rows are read. The key is enough for that.
    pub(super) fn of_reads<T, DB>() -> QueryResult<Self>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Ok(match DB::__BULK {
            Bulk::Arrays { .. } if has_key_arrays::<T, DB>()? => Self::Arrays,
            Bulk::Arrays { chunk } => Self::Tuples { chunk },
            Bulk::Chunks { chunk } => Self::Joined { chunk },
            Bulk::Singles => Self::Singles,
        })
    }
}

/// Whether the number of rows that a joined statement wrote tells which rows it wrote. It does only if the rows can be
/// locked before, and a table that cannot roll back has no such locks. A joined UPDATE also leaves a column that the
/// database computes, without an error.
const fn can_be_joined(what: Write, table: &CatalogFacts) -> bool {
    let can_lock = matches!(table.rollback, Rollback::Possible);
    match what {
        Write::Save => can_lock && !table.writes_generated_column,
        Write::Delete => can_lock,
    }
}

/// The size of a chunk, which is smaller for a record with many columns.
fn at_most<T, DB>(chunk: usize) -> QueryResult<usize>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let fitting = MOST_BINDS.checked_div(tuple_length::<T, DB>()?).unwrap_or(1);
    Ok(chunk.min(fitting).max(1))
}
