//! `DELETE FROM table WHERE key AND guard`.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::push_table;
use super::source::Source;
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};

/// A DELETE of one record's row, and what must hold for the row to be deleted.
pub(crate) struct Delete<'b, T: Concurrent, G> {
    source: Source<'b, T>,
    guard: G,
}

impl<'b, T: Concurrent, G> Delete<'b, T, G> {
    pub(crate) const fn new(source: Source<'b, T>, guard: G) -> Self {
        Self { source, guard }
    }
}

impl<T: Concurrent, G: QueryId> QueryId for Delete<'_, T, G> {
    type QueryId = (DeleteText, T::__StatementId, G::QueryId);
    const HAS_STATIC_QUERY_ID: bool = G::HAS_STATIC_QUERY_ID;
}

/// Tells the text of a DELETE from that of another statement with the same parts.
pub(crate) struct DeleteText;

impl<T, G, DB> QueryFragment<DB> for Delete<'_, T, G>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    G: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DELETE FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        out.push_sql(" AND ");
        self.guard.walk_ast(out.reborrow())
    }
}
