//! The pieces that statements are made of: the key, the version in WHERE and in SET, the columns.

use std::any::TypeId;
use std::marker::PhantomData;

use diesel::Column;
use diesel::backend::Backend;
use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{SqlType, is_nullable};

use super::update::WithColumns;
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn};

/// A record as statements bind it: itself, and what its `serialize_as` fields were converted to.
pub(crate) struct Source<'b, T: ConcurrentColumns> {
    pub(crate) record: &'b T,
    pub(crate) serialized: &'b T::__Serialized,
}

impl<T: ConcurrentColumns> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ConcurrentColumns> Copy for Source<'_, T> {}

impl<'b, T: ConcurrentColumns> Source<'b, T> {
    /// `articles WHERE id = ?`, without what stands before the table.
    pub(super) fn push_key<DB>(self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        T::__visit_key(&mut KeyWriter { source: self, out, separator: " WHERE " })
    }
}

/// The pieces of statements about a record, which take its version column from its type.
impl<'b, T: Concurrent> Source<'b, T> {
    pub(crate) const fn assign(self, version: &'b T::Version) -> Assign<'b, T> {
        AssignVersion { version, column: PhantomData }
    }

    pub(crate) const fn keep(self) -> KeepVersion<T::__VersionColumn> {
        KeepVersion(PhantomData)
    }

    pub(crate) const fn increment(self, signed: bool) -> IncrementVersion<T::__VersionColumn> {
        IncrementVersion { signed, column: PhantomData }
    }

    pub(crate) const fn version_is(self, version: &'b T::Version) -> Is<'b, T> {
        VersionIs { version, column: PhantomData }
    }

    pub(crate) const fn version_below(self, version: &'b T::Version) -> Below<'b, T> {
        VersionBelow { version, column: PhantomData }
    }

    pub(crate) const fn with_columns<A>(self, version: A) -> WithColumns<'b, T, A> {
        WithColumns { version, source: self }
    }
}

type Assign<'b, T> = AssignVersion<'b, <T as Concurrent>::__VersionColumn, <T as Concurrent>::Version>;
type Is<'b, T> = VersionIs<'b, <T as Concurrent>::__VersionColumn, <T as Concurrent>::Version>;
type Below<'b, T> = VersionBelow<'b, <T as Concurrent>::__VersionColumn, <T as Concurrent>::Version>;

/// Writes the table's name, quoted by Diesel.
pub(super) fn push_table<T, DB>(out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__table().walk_ast(out)
}

/// Writes `column = ?`.
fn push_assignment<'b, ST, U, DB>(out: &mut AstPass<'_, 'b, DB>, name: &str, value: &'b U) -> QueryResult<()>
where
    DB: Backend,
    U: Bindable<ST, DB>,
{
    out.push_identifier(name)?;
    out.push_sql(" = ");
    value.__bind(out)
}

/// Writes ` WHERE a = ? AND b = ?`.
struct KeyWriter<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    source: Source<'b, T>,
    out: AstPass<'a, 'b, DB>,
    separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: Backend,
{
    fn column<ST, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(self.separator);
        self.separator = " AND ";
        let value = get(self.source.record, self.source.serialized);
        push_assignment(&mut self.out, name, value)
    }
}

/// Writes `, a = ?, b = ?`.
pub(super) struct ColumnWriter<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    pub(super) source: Source<'b, T>,
    pub(super) out: AstPass<'a, 'b, DB>,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for ColumnWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: Backend,
{
    fn column<ST, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(", ");
        let value = get(self.source.record, self.source.serialized);
        push_assignment(&mut self.out, name, value)
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for ColumnWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: Backend,
{
    fn skippable_column<ST, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let Some(value) = get(self.source.record, self.source.serialized) else {
            return Ok(());
        };
        self.out.push_sql(", ");
        push_assignment(&mut self.out, name, value)
    }
}

/// `version = ?`, in SET.
pub(crate) struct AssignVersion<'b, C, V> {
    version: &'b V,
    column: PhantomData<C>,
}

impl<C: 'static, V> QueryId for AssignVersion<'_, C, V> {
    type QueryId = AssignVersion<'static, C, ()>;
}

impl<C, V, DB> QueryFragment<DB> for AssignVersion<'_, C, V>
where
    C: Column,
    DB: Backend,
    V: Bindable<SqlTypeOf<C>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_assignment(&mut out, C::NAME, self.version)
    }
}

/// `version = version`, in SET: the row is written, its version stays.
pub(crate) struct KeepVersion<C>(PhantomData<C>);

impl<C: 'static> QueryId for KeepVersion<C> {
    type QueryId = Self;
}

impl<C, DB> QueryFragment<DB> for KeepVersion<C>
where
    C: Column,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_identifier(C::NAME)?;
        out.push_sql(" = ");
        out.push_identifier(C::NAME)
    }
}

/// `version = version + 1`, in SET: from the row's version, whatever the record's is.
pub(crate) struct IncrementVersion<C> {
    signed: bool,
    column: PhantomData<C>,
}

/// The sign is a property of the column, so the column alone tells two texts apart.
impl<C: 'static> QueryId for IncrementVersion<C> {
    type QueryId = Self;
}

impl<C, DB> QueryFragment<DB> for IncrementVersion<C>
where
    C: Column,
    DB: ConcurrencyBackend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (before, after) = DB::__increment(self.signed);
        out.push_identifier(C::NAME)?;
        out.push_sql(" = ");
        out.push_sql(before);
        out.push_identifier(C::NAME)?;
        out.push_sql(after);
        Ok(())
    }
}

/// `version = ?`, in WHERE, by a comparison that finds NULL where the column can hold it.
pub(crate) struct VersionIs<'b, C, V> {
    version: &'b V,
    column: PhantomData<C>,
}

impl<C: 'static, V> QueryId for VersionIs<'_, C, V> {
    type QueryId = VersionIs<'static, C, ()>;
}

impl<C, V, DB> QueryFragment<DB> for VersionIs<'_, C, V>
where
    C: Column<SqlType: SqlType + 'static>,
    DB: ConcurrencyBackend,
    V: Bindable<SqlTypeOf<C>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let comparison = if is_nullable::<SqlTypeOf<C>>() { DB::__NULL_SAFE_EQUAL } else { " = " };
        out.push_identifier(C::NAME)?;
        out.push_sql(comparison);
        self.version.__bind(&mut out)
    }
}

/// By the SQL type and not by the field's: only a column that is NOT NULL can do without a null-safe comparison.
fn is_nullable<ST: SqlType + 'static>() -> bool {
    TypeId::of::<ST::IsNull>() == TypeId::of::<is_nullable::IsNullable>()
}

/// `(version IS NULL OR version < ?)`, in WHERE: the row's version can still move to the value, or below it.
pub(crate) struct VersionBelow<'b, C, V> {
    version: &'b V,
    column: PhantomData<C>,
}

impl<C: 'static, V> QueryId for VersionBelow<'_, C, V> {
    type QueryId = VersionBelow<'static, C, ()>;
}

impl<C, V, DB> QueryFragment<DB> for VersionBelow<'_, C, V>
where
    C: Column,
    DB: Backend,
    V: Bindable<SqlTypeOf<C>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        out.push_identifier(C::NAME)?;
        out.push_sql(" IS NULL OR ");
        out.push_identifier(C::NAME)?;
        out.push_sql(" < ");
        self.version.__bind(&mut out)?;
        out.push_sql(")");
        Ok(())
    }
}
