//! The version in SET.

use std::marker::PhantomData;

use concurrency_core::VersionField;
use diesel::Column;
use diesel::backend::Backend;
use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::{push_assignment, push_same};
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::concurrent::Concurrent;

/// `version = ?`, in SET.
pub(crate) struct AssignVersion<'b, C, V> {
    pub(super) version: &'b V,
    pub(super) column: PhantomData<C>,
}

copy_whatever!(['b, C, V] AssignVersion<'b, C, V>);

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

/// `version = version`, in SET: the row is written, but its version stays.
pub(crate) struct KeepVersion<C>(pub(super) PhantomData<C>);

copy_whatever!([C] KeepVersion<C>);

impl<C: 'static> QueryId for KeepVersion<C> {
    type QueryId = Self;
}

impl<C, DB> QueryFragment<DB> for KeepVersion<C>
where
    C: Column,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_same(&mut out, C::NAME)
    }
}

/// `version = version + 1`, in SET: from the row's version, whatever the record's is.
pub(crate) struct IncrementVersion<T>(pub(super) PhantomData<T>);

copy_whatever!([T] IncrementVersion<T>);

/// Only signed versions have this id: a signed and an unsigned field of one column have different texts.
impl<T: Concurrent> QueryId for IncrementVersion<T> {
    type QueryId = IncrementVersion<T::__VersionColumn>;
    const HAS_STATIC_QUERY_ID: bool = T::VersionField::__SIGNED;
}

impl<T, DB> QueryFragment<DB> for IncrementVersion<T>
where
    T: Concurrent,
    DB: ConcurrencyBackend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (before, after) = DB::__kept(T::VersionField::__SIGNED);
        out.push_identifier(T::__VersionColumn::NAME)?;
        out.push_sql(" = ");
        out.push_sql(before);
        push_successor::<T::__VersionColumn, DB>(&mut out)?;
        out.push_sql(after);
        Ok(())
    }
}

/// Writes the version after the row's. The version after NULL is the initial one.
pub(super) fn push_successor<C: Column, DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    out.push_sql("COALESCE(");
    out.push_identifier(C::NAME)?;
    out.push_sql(", 0) + 1");
    Ok(())
}
