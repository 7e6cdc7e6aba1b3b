//! The version in WHERE: the guard of a statement.

use std::marker::PhantomData;

use diesel::Column;
use diesel::backend::Backend;
use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::SqlType;

use super::columns::push_assignment;
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;

/// `version = ?`, in WHERE. If the version can be NULL or is text, it is a comparison that is exact for these, too.
pub(crate) struct VersionIs<'b, C, V> {
    pub(super) version: &'b V,
    pub(super) column: PhantomData<C>,
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
        if needs_only_equality::<SqlTypeOf<C>, V, DB>() {
            push_assignment(&mut out, C::NAME, self.version)
        } else {
            DB::__push_same::<SqlTypeOf<C>, V>(
                &mut out,
                |out| out.push_identifier(C::NAME),
                |out| self.version.__bind(out),
            )
        }
    }
}

/// `quote(version) = ?`, in WHERE: the version is stored as it was when it was read, on an engine that stores one value
/// in several ways.
pub(crate) struct StoredIs<'b, C> {
    pub(super) stored: &'b str,
    pub(super) column: PhantomData<C>,
}

/// Looked up by its text, because it is seldom needed.
impl<C> QueryId for StoredIs<'_, C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, DB> QueryFragment<DB> for StoredIs<'_, C>
where
    C: Column,
    DB: ConcurrencyBackend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_stored::<C, DB>(&mut out)?;
        out.push_sql(" = ");
        DB::__push_text(&mut out, self.stored)
    }
}

/// Writes how the version is stored.
pub(super) fn push_stored<C: Column, DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    out.push_sql(DB::__STORED.unwrap_or_default());
    out.push_sql("(");
    out.push_identifier(C::NAME)?;
    out.push_sql(")");
    Ok(())
}

/// Whether `=` alone tells two versions apart.
pub(super) fn needs_only_equality<ST, V, DB>() -> bool
where
    ST: SqlType + 'static,
    DB: ConcurrencyBackend,
    V: Bindable<ST, DB>,
{
    DB::__equality_is_exact::<ST, V>() && !V::__is_nullable()
}

/// `(version IS NULL OR version < ?)`, in WHERE: the row's version can still move to the value, or below it.
pub(crate) struct VersionBelow<'b, C, V> {
    pub(super) version: &'b V,
    pub(super) column: PhantomData<C>,
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

/// No condition on the version, in WHERE.
pub(crate) struct AnyVersion;

impl QueryId for AnyVersion {
    type QueryId = Self;
}

impl<DB: Backend> QueryFragment<DB> for AnyVersion {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("1 = 1");
        Ok(())
    }
}
