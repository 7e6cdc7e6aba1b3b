//! Which way a batch is sent: by what the engine can do and what the columns are.

use diesel::result::QueryResult;

use crate::backend::{Bulk, ConcurrencyBackend};
use crate::concurrent::ConcurrentOn;
use crate::statement::bulk::{has_arrays, has_key_arrays, tuple_length};

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
    /// Of writing records.
    pub(super) fn of_writes<T, DB>() -> QueryResult<Self>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Ok(match DB::__BULK {
            Bulk::Arrays { .. } if has_arrays::<T, DB>()? => Self::Arrays,
            // A column that is left out would have no value to tell its type.
            Bulk::Arrays { .. } if T::__SKIPPABLE > 0 => Self::Singles,
            Bulk::Arrays { chunk } => Self::Tuples { chunk: at_most::<T, DB>(chunk)? },
            Bulk::Chunks { chunk } => Self::Joined { chunk: at_most::<T, DB>(chunk)? },
            Bulk::Singles => Self::Singles,
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

/// The size of a chunk, which a record with many columns makes smaller.
fn at_most<T, DB>(chunk: usize) -> QueryResult<usize>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let fitting = MOST_BINDS.checked_div(tuple_length::<T, DB>()?).unwrap_or(1);
    Ok(chunk.min(fitting).max(1))
}
