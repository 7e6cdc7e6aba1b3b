//! A statement whose type is forgotten.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement that answers with `ST` and is looked up by its text.
///
/// Diesel compiles the whole way to the database for each type of statement, and diesel-async's `SyncConnectionWrapper` spawns a
/// task of a type of its own.
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
