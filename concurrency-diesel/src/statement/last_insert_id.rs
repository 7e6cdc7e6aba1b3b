//! `SELECT LAST_INSERT_ID()`: the version that an UPDATE kept for its connection on MySQL and MariaDB.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

use concurrency_core::VersionField;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, VersionSqlType};
use crate::error::ConcurrencyError;

/// Whether a server has refused it. Only a node of a Galera cluster does: it refuses any statement of a transaction that
/// another node's write overtakes, also in the middle of its answer. At the next execution of the same prepared statement
/// libmysqlclient and libmariadb then hang, so from then on this process keeps it prepared no more.
static IS_REFUSED: AtomicBool = AtomicBool::new(false);

/// A SELECT of the version that this connection's last UPDATE computed, on engines without RETURNING.
pub(crate) struct LastInsertId<T>(PhantomData<T>);

impl<T> LastInsertId<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Only signed versions have this id: a signed and an unsigned field of one column have different texts.
impl<T: Concurrent> QueryId for LastInsertId<T> {
    type QueryId = LastInsertId<T::__VersionColumn>;
    const HAS_STATIC_QUERY_ID: bool = T::VersionField::__SIGNED;
}

impl<T: Concurrent, DB: ConcurrencyBackend> QueryFragment<DB> for LastInsertId<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if IS_REFUSED.load(Ordering::Relaxed) {
            out.unsafe_to_cache_prepared();
        }
        let is_signed = T::VersionField::__SIGNED;
        out.push_sql(if is_signed { "SELECT CAST(LAST_INSERT_ID() AS SIGNED)" } else { "SELECT LAST_INSERT_ID()" });
        Ok(())
    }
}

impl<T: Concurrent> Query for LastInsertId<T> {
    type SqlType = VersionSqlType<T>;
}

/// Notes what the database made of it.
pub(crate) fn note_refusal<V>(told: &Result<V, ConcurrencyError>) {
    if matches!(told, Err(ConcurrencyError::Restart(_))) {
        IS_REFUSED.store(true, Ordering::Relaxed);
    }
}
