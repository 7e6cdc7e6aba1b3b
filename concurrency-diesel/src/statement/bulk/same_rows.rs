//! A SELECT of records that name one row.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::update::push_joined;
use super::write::push_row_key;
use super::{Arrays, Records, Tuples};
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};

/// Returns the numbers of two records for each row that several records name.
///
/// `SELECT MIN(s.i), MAX(s.i) FROM s JOIN table AS t ON key GROUP BY t.id HAVING MIN(s.i) < MAX(s.i)`.
pub(crate) struct SameRows<T, R> {
    records: R,
    is_for: PhantomData<T>,
}

impl<T, R> SameRows<T, R> {
    pub(crate) const fn new(records: R) -> Self {
        Self { records, is_for: PhantomData }
    }
}

impl<T: Concurrent, DB: ConcurrencyBackend> QueryId for SameRows<T, Arrays<'_, DB>> {
    type QueryId = (SameRowsText, T::__StatementId);
}

impl<T: Concurrent> QueryId for SameRows<T, Tuples<'_, T>> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Tells the text of this SELECT from that of another statement with the same parts.
pub(crate) struct SameRowsText;

impl<T, R, DB> QueryFragment<DB> for SameRows<T, R>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT MIN(s.i), MAX(s.i) FROM ");
        push_joined::<T, R, DB>(&self.records, &mut out)?;
        out.push_sql(" GROUP BY ");
        push_row_key::<T, DB>(out.reborrow())?;
        out.push_sql(" HAVING MIN(s.i) < MAX(s.i)");
        out.push_sql(DB::__ALL_ROWS);
        Ok(())
    }
}

impl<T: Concurrent, R> Query for SameRows<T, R> {
    type SqlType = (BigInt, BigInt);
}
