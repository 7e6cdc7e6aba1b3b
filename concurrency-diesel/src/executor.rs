//! How statements reach a database: one interface for Diesel's connections and for those that are awaited, so that what a
//! save does is written once. What is sent, and what the answer means, is decided elsewhere.

mod blocking;

use std::future::Future;

use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;

pub(crate) use blocking::{Blocking, load, now};

/// A connection as the saves see it.
///
/// A future of its own type per executor, and not `async fn`, because one kind of future must be `Send` and the other must not have to.
pub trait Executor {
    /// The database that is spoken to.
    type Backend: ConcurrencyBackend;

    /// What an answer comes in.
    type Future<'a, O: 'a>: Future<Output = O>
    where
        Self: 'a;

    /// Runs a statement, and answers with the number of rows that it wrote.
    fn execute<'a, S>(&'a mut self, statement: S) -> Self::Future<'a, QueryResult<usize>>
    where
        S: QueryFragment<Self::Backend> + QueryId + 'a;

    /// Runs a statement to its end, and answers with its rows.
    fn load<'a, S, V>(&'a mut self, statement: S) -> Self::Future<'a, QueryResult<Vec<V>>>
    where
        S: Query + QueryFragment<Self::Backend> + QueryId + 'a,
        Self::Backend: QueryMetadata<S::SqlType>,
        V: FromSqlRow<S::SqlType, Self::Backend> + Send + 'a;
}
