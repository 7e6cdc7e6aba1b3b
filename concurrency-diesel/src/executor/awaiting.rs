//! The connections of diesel-async: every answer is awaited, and every future is `Send`.

mod transactions;

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::pin;

use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::result::Error::DeserializationError;
use diesel::result::QueryResult;
use diesel_async::AsyncConnectionCore;
use futures_core::Stream as _;
use futures_core::future::BoxFuture;

use super::{Executor, Session};
use crate::backend::ConcurrencyBackend;

/// A connection of diesel-async.
pub(crate) struct Awaiting<C>(PhantomData<C>);

impl<C> Awaiting<C>
where
    Self: Executor<Connection = C>,
{
    /// The connection as the saves see it.
    pub(crate) fn session(connection: &mut C) -> Session<'_, Self> {
        Session(connection)
    }
}

impl<C, DB> Executor for Awaiting<C>
where
    C: AsyncConnectionCore<Backend = DB>,
    DB: ConcurrencyBackend,
{
    type Backend = DB;
    type Connection = C;
    type Future<'a, O> = BoxFuture<'a, O>;

    const LOOKS_UP_BY_TEXT: bool = DB::__AWAITED_BY_TEXT;

    fn execute<'a, S>(connection: &'a mut C, statement: S) -> BoxFuture<'a, QueryResult<usize>>
    where
        S: QueryFragment<DB> + QueryId + 'a,
    {
        Box::pin(connection.execute_returning_count(statement))
    }

    fn load<'a, S, V>(connection: &'a mut C, statement: S) -> BoxFuture<'a, QueryResult<Vec<V>>>
    where
        S: Query + QueryFragment<DB> + QueryId + 'a,
        DB: QueryMetadata<S::SqlType>,
        V: FromSqlRow<S::SqlType, DB> + Send + 'a,
    {
        Box::pin(collect::<C, S::SqlType, V>(connection.load(statement)))
    }
}

/// Reads an answer to its end.
async fn collect<'conn, 'query, C, ST, V>(rows: C::LoadFuture<'conn, 'query>) -> QueryResult<Vec<V>>
where
    C: AsyncConnectionCore,
    V: FromSqlRow<ST, C::Backend>,
{
    let mut rows = pin!(rows.await?);
    let mut values = Vec::new();
    while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
        values.push(V::build_from_row(&row?).map_err(DeserializationError)?);
    }
    Ok(values)
}
