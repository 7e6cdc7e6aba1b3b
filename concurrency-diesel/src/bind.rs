//! The bounds on field types, one trait each, so that an error names the field's type and not Diesel's internals.

use std::any::{Any, TypeId};
use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, HasSqlType, SingleValue, SqlType, Text, is_nullable};

use crate::backend::ConcurrencyBackend;
use crate::executor::{Executor, Session};

/// A value that can be written to a column of SQL type `ST` on the backend `DB`.
///
/// Every type with Diesel's [`ToSql`] implements it; there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be saved to a column of SQL type `{ST}` on `{DB}`",
    label = "a field of type `{Self}` does not fit its column",
    note = "give the field a type that implements `diesel::serialize::ToSql<{ST}, {DB}>`, or convert it with `#[diesel(serialize_as = …)]`"
)]
pub trait Bindable<ST, DB: Backend> {
    #[doc(hidden)]
    fn __bind<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Binds the values of many records as one array, on engines that have arrays.
    #[doc(hidden)]
    fn __bind_array<'b>(values: &'b [Element<'b, Self>], out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        Self: Sized;

    /// Whether the engine has arrays of this type.
    #[doc(hidden)]
    fn __has_array() -> bool
    where
        DB: ConcurrencyBackend;

    /// Writes what the value is bound as, so that keys can be told apart by it.
    #[doc(hidden)]
    fn __write_bound(&self, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        DB: ConcurrencyBackend;

    /// Appends the sort key of the value as a part of a key.
    #[doc(hidden)]
    fn __push_order(&self, order: &mut Vec<u8>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend;

    /// How many bytes the value is sent as, on engines that need to know.
    #[doc(hidden)]
    fn __length(&self) -> QueryResult<usize>
    where
        DB: ConcurrencyBackend;

    /// The SQL type, so that an engine can choose a comparison.
    #[doc(hidden)]
    fn __sql_type() -> TypeId;

    /// Whether the column can hold NULL. The SQL type decides, because the field's type need not show it.
    #[doc(hidden)]
    fn __is_nullable() -> bool;

    /// The engine's own type, so that it can choose a comparison.
    #[doc(hidden)]
    fn __metadata(lookup: &mut DB::MetadataLookup) -> DB::TypeMetadata;
}

#[diagnostic::do_not_recommend]
impl<U, ST, DB> Bindable<ST, DB> for U
where
    ST: SqlType + 'static,
    DB: Backend + HasSqlType<ST>,
    U: ToSql<ST, DB>,
{
    fn __bind<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_bind_param::<ST, U>(self)
    }

    fn __bind_array<'b>(values: &'b [Element<'b, Self>], out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
    {
        DB::__push_array::<ST, U>(out, values)
    }

    fn __has_array() -> bool
    where
        DB: ConcurrencyBackend,
    {
        DB::__has_array_of::<ST>()
    }

    fn __write_bound(&self, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
    {
        DB::__write_bound::<ST, U>(self, out)
    }

    fn __push_order(&self, order: &mut Vec<u8>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
    {
        DB::__push_order::<ST, U>(self, order)
    }

    fn __length(&self) -> QueryResult<usize>
    where
        DB: ConcurrencyBackend,
    {
        DB::__length::<ST, U>(self)
    }

    fn __sql_type() -> TypeId {
        TypeId::of::<ST>()
    }

    fn __is_nullable() -> bool {
        TypeId::of::<ST::IsNull>() == TypeId::of::<is_nullable::IsNullable>()
    }

    fn __metadata(lookup: &mut DB::MetadataLookup) -> DB::TypeMetadata {
        <DB as HasSqlType<ST>>::metadata(lookup)
    }
}

/// The value of one record in an array of many records' values; `None` if the record leaves its column as it is.
#[doc(hidden)]
#[derive(Debug)]
pub struct Element<'b, U>(pub(crate) Option<&'b U>);

impl<ST, U, DB> ToSql<ST, DB> for Element<'_, U>
where
    DB: Backend,
    U: ToSql<ST, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.map_or(Ok(IsNull::Yes), |value| value.to_sql(out))
    }
}

/// A version that can be written to and read from a column of SQL type `ST` on the backend `DB`.
///
/// Every type with `Clone` and Diesel's [`ToSql`] and [`FromSql`](diesel::deserialize::FromSql) implements it; there is
/// nothing to implement.
#[diagnostic::on_unimplemented(
    message = "a version of type `{Self}` cannot be kept in a column of SQL type `{ST}` on `{DB}`",
    label = "the version field's type does not fit its column",
    note = "the type must implement `Clone`, and `ToSql` and `FromSqlRow` for `{ST}` on `{DB}`: `i64` for `BigInt`, `i32` for `Integer`, `Option<i64>` for `Nullable<BigInt>`"
)]
pub trait VersionOn<ST, DB: Backend>: Bindable<ST, DB> + Clone + Send + Sync {
    /// A copy of the version for a list of versions of all types.
    #[doc(hidden)]
    fn __erase(&self) -> Box<dyn Any + Send>;

    /// A copy of a version in such a list, if it is of this type.
    #[doc(hidden)]
    fn __recall(version: &(dyn Any + Send)) -> Option<Self>;

    /// Runs a statement that returns versions, to its end: a late refusal of the database is an error, too.
    #[doc(hidden)]
    fn __load<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<Self>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = ST> + QueryFragment<DB> + QueryId + 'a;

    /// The same for versions and how they are stored.
    #[doc(hidden)]
    fn __load_stored<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(Self, String)>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = (ST, Text)> + QueryFragment<DB> + QueryId + 'a;

    /// The same for numbers alone.
    #[doc(hidden)]
    fn __load_numbers<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<i64>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = BigInt> + QueryFragment<DB> + QueryId + 'a;

    /// The same for versions of many records, each with the record's number.
    #[doc(hidden)]
    fn __load_numbered<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(i64, Self)>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = (BigInt, ST)> + QueryFragment<DB> + QueryId + 'a;
}

#[diagnostic::do_not_recommend]
impl<V, ST, DB> VersionOn<ST, DB> for V
where
    ST: SingleValue + 'static,
    DB: Backend
        + QueryMetadata<ST>
        + QueryMetadata<(BigInt, ST)>
        + QueryMetadata<(ST, Text)>
        + QueryMetadata<BigInt>
        + 'static,
    V: Bindable<ST, DB> + FromSqlRow<ST, DB> + Clone + Send + Sync + 'static,
    (i64, V): FromSqlRow<(BigInt, ST), DB>,
    (V, String): FromSqlRow<(ST, Text), DB>,
    i64: FromSqlRow<BigInt, DB>,
{
    fn __erase(&self) -> Box<dyn Any + Send> {
        Box::new(self.clone())
    }

    fn __recall(version: &(dyn Any + Send)) -> Option<Self> {
        version.downcast_ref().cloned()
    }

    fn __load<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<Self>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = ST> + QueryFragment<DB> + QueryId + 'a,
    {
        session.load(statement)
    }

    fn __load_stored<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(Self, String)>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = (ST, Text)> + QueryFragment<DB> + QueryId + 'a,
    {
        session.load(statement)
    }

    fn __load_numbers<'a, E, Q>(statement: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<i64>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = BigInt> + QueryFragment<DB> + QueryId + 'a,
    {
        session.load(statement)
    }

    fn __load_numbered<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(i64, Self)>>>
    where
        E: Executor<Backend = DB>,
        Q: Query<SqlType = (BigInt, ST)> + QueryFragment<DB> + QueryId + 'a,
    {
        session.load(statement)
    }
}
