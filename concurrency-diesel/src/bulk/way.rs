//! Which way a batch is sent: by what the engine can do and what the columns are.

use diesel::result::QueryResult;

use super::Write;
use crate::backend::{Bulk, ConcurrencyBackend};
use crate::concurrent::ConcurrentOn;
use crate::statement::bulk::{has_arrays, has_key_arrays, has_version_array, tuple_length};
use crate::table::{CatalogFacts, Rollback};

/// The most values that a statement can bind, on every engine that takes tuples.
const MOST_BINDS: usize = 65_535;

/// Which way records are sent.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// All in one statement, as arrays.
    Arrays,
    /// So many in one statement, as tuples, which answers with what it wrote.
    Tuples { chunk: usize },
    /// So many in one statement, as tuples, once their rows are locked.
    Joined { chunk: usize },
    /// Each by itself.
    Singles,
}

impl Way {
    /// Of writing records to a table of which this is known.
    pub(super) fn of_writes<T, DB>(what: Write, table: &CatalogFacts) -> QueryResult<Self>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Ok(match (DB::__BULK, what) {
            (Bulk::Arrays { .. }, Write::Save) if has_arrays::<T, DB>()? => Self::Arrays,
            // A DELETE needs no other columns, and in one statement rows that need each other go together.
            (Bulk::Arrays { .. }, Write::Delete) if has_key_arrays::<T, DB>()? && has_version_array::<T, DB>() => {
                Self::Arrays
            }
            // A column that is left out would have no value to tell its type.
            (Bulk::Arrays { .. }, Write::Save) if T::__SKIPPABLE > 0 => Self::Singles,
            (Bulk::Arrays { chunk }, _) => Self::Tuples { chunk: at_most::<T, DB>(chunk)? },
            (Bulk::Chunks { .. }, _) if !can_be_joined(what, table) => Self::Singles,
            (Bulk::Chunks { chunk }, _) => Self::Joined { chunk: at_most::<T, DB>(chunk)? },
            (Bulk::Singles, _) => Self::Singles,
        })
    }

    /// Of reading their rows' versions, for which the key is enough.
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

/// Whether the number of rows that a joined statement wrote says which: only where rows can be locked before, and where nothing can
/// be rolled back there are no such locks. And a joined UPDATE says nothing of a column that the database computes, and leaves it.
const fn can_be_joined(what: Write, table: &CatalogFacts) -> bool {
    let can_lock = matches!(table.rollback, Rollback::Possible);
    match what {
        Write::Save => can_lock && !table.writes_generated_column,
        Write::Delete => can_lock,
    }
}

/// The size of a chunk, which a record with many columns makes smaller.
fn at_most<T, DB>(chunk: usize) -> QueryResult<usize>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let fitting = MOST_BINDS.checked_div(tuple_length::<T, DB>()?).unwrap_or(1);
    Ok(chunk.min(fitting).max(1))
}
