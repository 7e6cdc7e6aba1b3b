//! A statement whose type is erased.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement that returns `ST` and is looked up by its text.
///
/// For each type of statement Diesel compiles the whole way to the database, and diesel-async's `SyncConnectionWrapper`
/// spawns a task of another type.
pub(crate) struct ByText<'a, DB: Backend, ST>(Box<dyn QueryFragment<DB> + 'a>, PhantomData<ST>);

impl<'a, DB: Backend, ST> ByText<'a, DB, ST> {
    pub(crate) fn new(statement: impl QueryFragment<DB> + 'a) -> Self {
        Self(Box::new(statement), PhantomData)
    }
}

impl<DB: Backend, ST> QueryId for ByText<'_, DB, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend, ST> QueryFragment<DB> for ByText<'_, DB, ST> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<DB: Backend, ST> Query for ByText<'_, DB, ST> {
    type SqlType = ST;
}
