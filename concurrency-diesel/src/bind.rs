//! The bounds on field types, one trait each, so that an error names the field's type and not Diesel's machinery.

use std::any::TypeId;

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, SingleValue};

use crate::executor::{Executor, Session};

/// A value that can be written to a column of SQL type `ST` on the backend `DB`.
///
/// Every type with Diesel's [`ToSql`] has it; there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be saved to a column of SQL type `{ST}` on `{DB}`",
    label = "a field of type `{Self}` does not fit its column",
    note = "give the field a type that implements `diesel::serialize::ToSql<{ST}, {DB}>`, or convert it with `#[diesel(serialize_as = …)]`"
)]
pub trait Bindable<ST, DB: Backend> {
    #[doc(hidden)]
    fn __bind<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// The SQL type, so that an engine can choose a comparison.
    #[doc(hidden)]
    fn __sql_type() -> TypeId;

    /// What the engine's own type is, so that it can choose a comparison.
    #[doc(hidden)]
    fn __metadata(lookup: &mut DB::MetadataLookup) -> DB::TypeMetadata;
}

#[diagnostic::do_not_recommend]
impl<U, ST, DB> Bindable<ST, DB> for U
where
    ST: 'static,
    DB: Backend + HasSqlType<ST>,
    U: ToSql<ST, DB>,
{
    fn __bind<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_bind_param::<ST, U>(self)
    }

    fn __sql_type() -> TypeId {
        TypeId::of::<ST>()
    }

    fn __metadata(lookup: &mut DB::MetadataLookup) -> DB::TypeMetadata {
        <DB as HasSqlType<ST>>::metadata(lookup)
    }
}

/// A version that can be written to and read from a column of SQL type `ST` on the backend `DB`.
///
/// Every type with `Clone` and Diesel's [`ToSql`] and [`FromSql`](diesel::deserialize::FromSql) has it; there is nothing to
/// implement.
#[diagnostic::on_unimplemented(
    message = "a version of type `{Self}` cannot be kept in a column of SQL type `{ST}` on `{DB}`",
    label = "the version field's type does not fit its column",
    note = "the type must implement `Clone`, and `ToSql` and `FromSqlRow` for `{ST}` on `{DB}`: `i64` for `BigInt`, `i32` for `Integer`, `Option<i64>` for `Nullable<BigInt>`"
)]
pub trait VersionOn<ST, DB: Backend>: Bindable<ST, DB> + Clone + Send + Sync {
    /// Runs a statement that answers with versions, to its end: what the database refuses late is an error, too.
    #[doc(hidden)]
    fn __load<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<Self>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = ST> + QueryFragment<DB> + QueryId + 'a;
}

#[diagnostic::do_not_recommend]
impl<V, ST, DB> VersionOn<ST, DB> for V
where
    ST: SingleValue + 'static,
    DB: Backend + QueryMetadata<ST> + 'static,
    V: Bindable<ST, DB> + FromSqlRow<ST, DB> + Clone + Send + Sync + 'static,
{
    fn __load<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<Self>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = ST> + QueryFragment<DB> + QueryId + 'a,
    {
        session.load(statement)
    }
}
