//! Whether a server has refused statements in the middle of their answers. On MySQL and MariaDB, libmysqlclient and
//! libmariadb then hang at the next execution of the same prepared statement.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::query_builder::QueryFragment;
use diesel::result::{Error, QueryResult};

use crate::backend::ConcurrencyBackend;

/// Set once and never reset: a Galera node refuses any SELECT of a transaction that another node's write overtakes, and
/// will do so again. A server on its own does it only when a query is killed.
static ANSWERS_ARE_CUT: AtomicBool = AtomicBool::new(false);

/// Whether one was seen. Statements that return rows are then no longer kept prepared.
pub(super) fn are_seen() -> bool {
    ANSWERS_ARE_CUT.load(Ordering::Relaxed)
}

/// Notes the answer to a statement that returns rows.
pub(super) fn note<DB, V>(statement: &impl QueryFragment<DB>, answer: &QueryResult<V>)
where
    DB: ConcurrencyBackend,
{
    if !DB::__RUNS_AGAIN_AFTER_CUT_ANSWER
        && matches!(answer, Err(Error::DatabaseError(..)))
        && statement.is_safe_to_cache_prepared(&DB::default()) != Ok(false)
    {
        ANSWERS_ARE_CUT.store(true, Ordering::Relaxed);
    }
}
