//! How statements reach a database: one interface for Diesel's connections and for those that are awaited, so that the
//! body of a save is written once. Nothing here decides what is sent, or what an answer means.

#[cfg(feature = "async")]
mod awaiting;
mod blocking;
mod by_text;
mod transactions;

use std::future::Future;

use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;

#[cfg(feature = "async")]
pub(crate) use awaiting::Awaiting;
pub(crate) use blocking::{Blocking, load, now};
pub(crate) use by_text::ByText;
pub(crate) use transactions::Transactions;

/// A kind of connection: Diesel's, or diesel-async's.
///
/// Its methods return a future of the executor's own type and are no `async fn`: the futures of one kind must be
/// `Send`, and those of the other need not be. The implementing type represents the kind and is not itself the
/// connection, and `Future` has no bounds, because rustc cannot prove a future `Send` that contains a type with a
/// lifetime and a bound (rust-lang/rust#100013).
pub trait Executor {
    /// The connection.
    type Connection;

    /// The connection's database.
    type Backend: ConcurrencyBackend;

    /// The future of an answer.
    type Future<'a, O>: Future<Output = O>;

    /// Whether the connection looks up every statement by its text.
    const LOOKS_UP_BY_TEXT: bool;

    /// Runs a statement, and returns the number of rows that it wrote.
    fn execute<'a, S>(connection: &'a mut Self::Connection, statement: S) -> Self::Future<'a, QueryResult<usize>>
    where
        S: QueryFragment<Self::Backend> + QueryId + 'a;

    /// Runs a statement to its end, and returns its rows: a late refusal of the database is an error, too.
    fn load<'a, S, V>(connection: &'a mut Self::Connection, statement: S) -> Self::Future<'a, QueryResult<Vec<V>>>
    where
        S: Query + QueryFragment<Self::Backend> + QueryId + 'a,
        Self::Backend: QueryMetadata<S::SqlType>,
        V: FromSqlRow<S::SqlType, Self::Backend> + Send + 'a;

    /// Keeps rustc from asking for the bounds that `Future` must not have (rust-lang/rust#87479).
    fn _future_without_bounds<O>(_: Self::Future<'_, O>) {}
}

/// A connection as the saves see it.
#[allow(missing_debug_implementations, reason = "a connection shows nothing of itself")]
pub struct Session<'c, E: Executor>(pub(crate) &'c mut E::Connection);

impl<E: Executor> Session<'_, E> {
    /// Runs a statement, and returns the number of rows that it wrote.
    ///
    /// A statement that Diesel looks up by its text loses its type: one type for all of them keeps programs small, and
    /// their builds short.
    pub(crate) fn execute<'a, S>(&'a mut self, statement: S) -> E::Future<'a, QueryResult<usize>>
    where
        S: QueryFragment<E::Backend> + QueryId + 'a,
    {
        if const { S::HAS_STATIC_QUERY_ID && !E::LOOKS_UP_BY_TEXT } {
            E::execute(self.0, statement)
        } else {
            E::execute(self.0, ByText::<_, ()>::new(statement))
        }
    }

    /// Runs a statement to its end, and returns its rows.
    pub(crate) fn load<'a, S, V>(&'a mut self, statement: S) -> E::Future<'a, QueryResult<Vec<V>>>
    where
        S: Query + QueryFragment<E::Backend> + QueryId + 'a,
        E::Backend: QueryMetadata<S::SqlType>,
        V: FromSqlRow<S::SqlType, E::Backend> + Send + 'a,
    {
        if const { S::HAS_STATIC_QUERY_ID && !E::LOOKS_UP_BY_TEXT } {
            E::load(self.0, statement)
        } else {
            E::load(self.0, ByText::<_, S::SqlType>::new(statement))
        }
    }
}
