//! Diesel's connections: every answer is there when the call returns.

mod transactions;

use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use diesel::connection::LoadConnection;
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::result::Error::DeserializationError;
use diesel::result::QueryResult;

use super::{Executor, Session};
use crate::backend::ConcurrencyBackend;

#[cfg(feature = "async")]
pub(super) use transactions::{count_down, counted};

/// A Diesel connection, which blocks until its answer is there.
pub(crate) struct Blocking<C>(PhantomData<C>);

impl<C> Blocking<C>
where
    Self: Executor<Connection = C>,
{
    /// The connection as the saves see it.
    pub(crate) fn session(connection: &mut C) -> Session<'_, Self> {
        Session(connection)
    }
}

impl<C, DB> Executor for Blocking<C>
where
    C: LoadConnection<Backend = DB>,
    DB: ConcurrencyBackend,
{
    type Backend = DB;
    type Connection = C;
    type Future<'a, O> = Ready<O>;

    const LOOKS_UP_BY_TEXT: bool = false;

    fn execute<'a, S>(connection: &'a mut C, statement: S) -> Ready<QueryResult<usize>>
    where
        S: QueryFragment<DB> + QueryId + 'a,
    {
        ready(refuse_broken(connection).and_then(|()| connection.execute_returning_count(&statement)))
    }

    fn load<'a, S, V>(connection: &'a mut C, statement: S) -> Ready<QueryResult<Vec<V>>>
    where
        S: Query + QueryFragment<DB> + QueryId + 'a,
        DB: QueryMetadata<S::SqlType>,
        V: FromSqlRow<S::SqlType, DB> + Send + 'a,
    {
        ready(refuse_broken(connection).and_then(|()| load(statement, connection)))
    }
}

/// On a connection that is marked as broken it is unknown what is open: a save may seem to be written, and never be
/// committed.
fn refuse_broken<C: LoadConnection>(connection: &mut C) -> QueryResult<()> {
    transactions::status(connection).transaction_depth().map(drop)
}

/// Runs a statement to its end: a late refusal of the database is an error, too.
pub(crate) fn load<S, V, C>(statement: S, connection: &mut C) -> QueryResult<Vec<V>>
where
    C: LoadConnection,
    S: Query + QueryFragment<C::Backend> + QueryId,
    C::Backend: QueryMetadata<S::SqlType>,
    V: FromSqlRow<S::SqlType, C::Backend>,
{
    let mut values = Vec::new();
    for row in connection.load(statement)? {
        values.push(V::build_from_row(&row?).map_err(DeserializationError)?);
    }
    Ok(values)
}

/// The outcome of work whose every step is ready at once, as all work on a [`Blocking`] executor is.
pub(crate) fn now<F: Future>(work: F) -> F::Output {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(outcome) = work.as_mut().poll(&mut context) {
            return outcome;
        }
    }
}
