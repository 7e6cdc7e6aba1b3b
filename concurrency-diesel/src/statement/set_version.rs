//! The version in SET.

use std::marker::PhantomData;

use diesel::Column;
use diesel::backend::Backend;
use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::{push_assignment, push_same};
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;

/// `version = ?`, in SET.
pub(crate) struct AssignVersion<'b, C, V> {
    pub(super) version: &'b V,
    pub(super) column: PhantomData<C>,
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
pub(crate) struct KeepVersion<C>(pub(super) PhantomData<C>);

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
pub(crate) struct IncrementVersion<C> {
    pub(super) signed: bool,
    pub(super) column: PhantomData<C>,
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
        let (before, after) = DB::__kept(self.signed);
        out.push_identifier(C::NAME)?;
        out.push_sql(" = ");
        out.push_sql(before);
        push_successor::<C, DB>(&mut out)?;
        out.push_sql(after);
        Ok(())
    }
}

/// Writes the version after the row's; the one after NULL is the initial one.
pub(super) fn push_successor<C: Column, DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    out.push_sql("COALESCE(");
    out.push_identifier(C::NAME)?;
    out.push_sql(", 0) + 1");
    Ok(())
}
