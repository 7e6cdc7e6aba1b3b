//! Which records can be read again on a connection of diesel-async. `crate::load` reads them.

use diesel::Selectable;
use diesel::deserialize::FromSqlRow;
use diesel::dsl::SqlTypeOf;
use diesel::expression::{Expression, QueryMetadata, TypedExpressionType};
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sql_types::SqlType;
use diesel_async::AsyncConnectionCore;
use futures_core::future::BoxFuture;

use super::concurrent::ConcurrentOn;
use crate::backend::ConcurrencyBackend;
use crate::concurrent::Concurrent;
use crate::error::ConcurrencyError;
use crate::executor::{Awaiting, Session};
use crate::load::LoadableBy;
use crate::outcome;
use crate::statement::{SelectRecord, Source};

/// A record that can be read again on the connection `C`: one with `#[derive(Queryable, Selectable)]`.
///
/// It is the bound of generic code that calls `current`, `at_version` or `reload_concurrent`; there is nothing to
/// implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read again from a `{C}`",
    label = "this record cannot be loaded",
    note = "add `#[derive(Queryable, Selectable)]` to `{Self}`; `#[diesel(check_for_backend(…))]` on it says which field does not fit"
)]
pub trait LoadableOn<C>: Concurrent {
    /// The committed row with the record's key.
    #[doc(hidden)]
    fn __load<'a>(&'a self, connection: &'a mut C) -> BoxFuture<'a, Result<Option<Self>, ConcurrencyError>>;
}

#[diagnostic::do_not_recommend]
impl<T, C, DB> LoadableOn<C> for T
where
    DB: ConcurrencyBackend + QueryMetadata<SqlTypeOf<T::SelectExpression>> + 'static,
    C: AsyncConnectionCore<Backend = DB>,
    T: ConcurrentOn<DB>
        + Selectable<
            DB,
            SelectExpression: Expression<SqlType: SqlType + TypedExpressionType + 'static>
                                  + QueryFragment<DB>
                                  + QueryId,
        > + FromSqlRow<SqlTypeOf<T::SelectExpression>, DB>
        + 'static,
{
    fn __load<'a>(&'a self, connection: &'a mut C) -> BoxFuture<'a, Result<Option<Self>, ConcurrencyError>> {
        Box::pin(async move {
            let serialized = self.__serialize();
            let source = Source { record: self, serialized: &serialized };
            let rows = Awaiting::session(connection).load(SelectRecord::new(source)).await;
            outcome::at_most_one::<T, DB, _>(self, rows)
        })
    }
}

impl<T, C> LoadableBy<Awaiting<C>> for T
where
    C: AsyncConnectionCore<Backend: ConcurrencyBackend>,
    T: LoadableOn<C>,
{
    fn load_by<'a>(
        &'a self,
        session: &'a mut Session<'_, Awaiting<C>>,
    ) -> BoxFuture<'a, Result<Option<Self>, ConcurrencyError>> {
        self.__load(session.0)
    }
}
