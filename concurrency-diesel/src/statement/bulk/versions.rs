//! A SELECT of the versions of many records' rows.

use std::marker::PhantomData;

use diesel::Column;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::update::push_joined;
use super::write::push_row_key;
use super::{Arrays, Records, Tuples, push_row_column};
use crate::backend::{Bulk, ConcurrencyBackend};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};
use crate::statement::select::Lock;

/// `SELECT s.i, t.version FROM s JOIN table AS t ON key`, under the lock `L`.
pub(crate) struct SelectVersions<T, R, L> {
    records: R,
    is_for: PhantomData<(T, L)>,
}

impl<T, R, L> SelectVersions<T, R, L> {
    pub(crate) const fn new(records: R) -> Self {
        Self { records, is_for: PhantomData }
    }
}

impl<T: Concurrent, DB: ConcurrencyBackend, L: Lock> QueryId for SelectVersions<T, Arrays<'_, DB>, L> {
    type QueryId = (SelectVersionsText<L>, T::__StatementId);
}

impl<T: Concurrent, L: Lock> QueryId for SelectVersions<T, Tuples<'_, T>, L> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Tells the text of this SELECT from that of another statement with the same parts.
pub(crate) struct SelectVersionsText<L>(PhantomData<L>);

impl<T, R, L, DB> QueryFragment<DB> for SelectVersions<T, R, L>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
    L: Lock,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT s.i, ");
        push_row_column(&mut out, <T as Concurrent>::__VersionColumn::NAME)?;
        out.push_sql(" FROM ");
        push_joined::<T, R, DB>(&self.records, &mut out)?;
        if let (true, Bulk::Arrays { .. }) = (L::HOLDS, DB::__BULK) {
            // The rows are locked after sorting. Other engines visit them in the order of the records.
            out.push_sql(" ORDER BY ");
            push_row_key::<T, DB>(out.reborrow())?;
        }
        out.push_sql(DB::__ALL_ROWS);
        L::push(&mut out);
        Ok(())
    }
}

impl<T: Concurrent, R, L> Query for SelectVersions<T, R, L> {
    type SqlType = (BigInt, VersionSqlType<T>);
}
