//! Reading the row of a record as it is now.

use diesel::Selectable;
use diesel::connection::LoadConnection;
use diesel::deserialize::FromSqlRow;
use diesel::dsl::SqlTypeOf;
use diesel::expression::{Expression, QueryMetadata, TypedExpressionType};
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sql_types::SqlType;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::Error;
use crate::executor::load;
use crate::outcome;
use crate::statement::{SelectRecord, Source};

/// A record that can be read again on the connection `C`: one with `#[derive(Queryable, Selectable)]`.
///
/// It is the bound of generic code that calls `current`, `at_version` or `reload_concurrent`; there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read again from a `{C}`",
    label = "this record cannot be loaded",
    note = "add `#[derive(Queryable, Selectable)]` to `{Self}`; `#[diesel(check_for_backend(…))]` on it says which field does not fit"
)]
pub trait LoadableOn<C>: Concurrent {
    /// The committed row with the record's key; only at the version, if one is given.
    #[doc(hidden)]
    fn __load(&self, version: Option<&Self::Version>, connection: &mut C) -> Result<Option<Self>, Error>;
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
    fn __load(&self, version: Option<&Self::Version>, connection: &mut C) -> Result<Option<Self>, Error> {
        let serialized = self.__serialize();
        let source = Source { record: self, serialized: &serialized };
        let select = SelectRecord::new(source, version);
        let rows = load::<_, T, _>(select, connection)?;
        outcome::at_most_one::<T, DB, _>(self, rows)
    }
}
