//! Reading the row of a record as it is now.

use diesel::Selectable;
use std::future::{Ready, ready};

use diesel::connection::LoadConnection;
use diesel::deserialize::FromSqlRow;
use diesel::dsl::SqlTypeOf;
use diesel::expression::{Expression, QueryMetadata, TypedExpressionType};
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sql_types::SqlType;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{self, Blocking, Executor, Session};
use crate::memory::Memory as _;
use crate::outcome;
use crate::save::deleted;
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
    fn __load(&self, connection: &mut C) -> Result<Option<Self>, ConcurrencyError>;
}

#[diagnostic::do_not_recommend]
impl<T, C, DB> LoadableOn<C> for T
where
    DB: ConcurrencyBackend + QueryMetadata<SqlTypeOf<T::SelectExpression>> + 'static,
    C: LoadConnection<Backend = DB>,
    T: ConcurrentOn<DB>
        + Selectable<
            DB,
            SelectExpression: Expression<SqlType: SqlType + TypedExpressionType + 'static>
                                  + QueryFragment<DB>
                                  + QueryId,
        > + FromSqlRow<SqlTypeOf<T::SelectExpression>, DB>
        + 'static,
{
    fn __load(&self, connection: &mut C) -> Result<Option<Self>, ConcurrencyError> {
        let serialized = self.__serialize();
        let source = Source { record: self, serialized: &serialized };
        let rows = executor::load::<_, T, _>(SelectRecord::new(source), connection);
        outcome::at_most_one::<T, DB, _>(self, rows)
    }
}

/// A record that can be read again in a session of the executor `E`: what [`LoadableOn`] is to a connection.
pub(crate) trait LoadableBy<E: Executor>: Concurrent {
    /// The committed row with the record's key.
    fn load_by<'a>(&'a self, session: &'a mut Session<'_, E>) -> E::Future<'a, Result<Option<Self>, ConcurrencyError>>;
}

impl<T, C> LoadableBy<Blocking<C>> for T
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: LoadableOn<C>,
{
    fn load_by<'a>(
        &'a self,
        session: &'a mut Session<'_, Blocking<C>>,
    ) -> Ready<Result<Option<Self>, ConcurrencyError>> {
        ready(self.__load(session.0))
    }
}

/// The row as it is now, or `None` if it was deleted.
pub(crate) async fn current<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<Option<T>, ConcurrencyError>
where
    E: Executor,
    T: LoadableBy<E>,
{
    record.load_by(session).await
}

/// The row, if it is at this version now. It is compared here, because one version may be stored in several ways.
pub(crate) async fn at_version<T, E>(
    record: &T,
    version: T::Version,
    session: &mut Session<'_, E>,
) -> Result<Option<T>, ConcurrencyError>
where
    E: Executor,
    T: LoadableBy<E>,
{
    let row = current(record, session).await?;
    Ok(row.filter(|row| outcome::is_current(row, &version)))
}

/// Overwrites the record with its row as it is now.
pub(crate) async fn reload<T, E>(record: &mut T, session: &mut Session<'_, E>) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend> + LoadableBy<E>,
{
    match current(record, session).await? {
        Some(mut row) => {
            T::__Memory::succeed(record, &mut row);
            *record = row;
            Ok(())
        }
        None => Err(deleted::<T, E>(record)),
    }
}
