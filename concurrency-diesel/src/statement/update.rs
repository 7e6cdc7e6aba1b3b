//! `UPDATE table SET … WHERE key AND guard`, for every kind of save.

use diesel::Column;
use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use std::marker::PhantomData;

use super::columns::{ColumnWriter, SameKeyWriter, push_same, push_table};
use super::selection::{EveryColumn, Selection};
use super::source::Source;
use crate::backend::ConcurrencyBackend;
use crate::columns::ConcurrentColumns;
use crate::concurrent::{Concurrent, ConcurrentOn};

/// An UPDATE of one record's row: what it sets, and the guard under which the row is written.
pub(crate) struct Update<'b, T: Concurrent, S, G> {
    source: Source<'b, T>,
    set: S,
    guard: G,
}

impl<'b, T: Concurrent, S, G> Update<'b, T, S, G> {
    pub(crate) const fn new(source: Source<'b, T>, set: S, guard: G) -> Self {
        Self { source, set, guard }
    }
}

impl<T, S, G> QueryId for Update<'_, T, S, G>
where
    T: Concurrent,
    S: QueryId,
    G: QueryId,
{
    type QueryId = (UpdateText, T::__StatementId, S::QueryId, G::QueryId);
    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID && G::HAS_STATIC_QUERY_ID;
}

/// Tells the text of an UPDATE from that of another statement with the same parts.
pub(crate) struct UpdateText;

impl<T, S, G, DB> QueryFragment<DB> for Update<'_, T, S, G>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    S: QueryFragment<DB>,
    G: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        push_table::<T, DB>(out.reborrow())?;
        out.push_sql(" SET ");
        self.set.walk_ast(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        out.push_sql(" AND ");
        self.guard.walk_ast(out.reborrow())
    }
}

/// What is set for the version, then each selected column of the record.
pub(crate) struct WithColumns<'b, T: ConcurrentColumns, A, S = EveryColumn> {
    pub(crate) version: A,
    pub(crate) source: Source<'b, T>,
    pub(crate) selection: S,
}

impl<T: ConcurrentColumns, A: Copy, S: Copy> Clone for WithColumns<'_, T, A, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ConcurrentColumns, A: Copy, S: Copy> Copy for WithColumns<'_, T, A, S> {}

impl<T: ConcurrentColumns, A: QueryId, S: Selection<T>> QueryId for WithColumns<'_, T, A, S> {
    type QueryId = (ColumnsText, T::__StatementId, A::QueryId);
    const HAS_STATIC_QUERY_ID: bool = A::HAS_STATIC_QUERY_ID && S::IS_STATIC && T::__SKIPPABLE == 0;
}

/// Tells a SET clause with the record's columns from one without.
pub(crate) struct ColumnsText;

impl<T, A, S, DB> QueryFragment<DB> for WithColumns<'_, T, A, S>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    A: QueryFragment<DB>,
    S: Selection<T>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.selection.is_kept_prepared() {
            out.unsafe_to_cache_prepared();
        }
        self.version.walk_ast(out.reborrow())?;
        let mut columns = ColumnWriter { source: self.source, out, separator: ", " };
        self.selection.visit_columns::<DB, _>(&mut columns)
    }
}

/// Only the selected columns of the record, because the version cannot be set.
pub(crate) struct Columns<'b, T: ConcurrentColumns, S = EveryColumn> {
    pub(crate) source: Source<'b, T>,
    pub(crate) selection: S,
}

impl<T: ConcurrentColumns, S: Copy> Clone for Columns<'_, T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ConcurrentColumns, S: Copy> Copy for Columns<'_, T, S> {}

impl<T: ConcurrentColumns, S: Selection<T>> QueryId for Columns<'_, T, S> {
    type QueryId = (ColumnsText, T::__StatementId);
    const HAS_STATIC_QUERY_ID: bool = S::IS_STATIC && T::__SKIPPABLE == 0;
}

impl<T, S, DB> QueryFragment<DB> for Columns<'_, T, S>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    S: Selection<T>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.selection.is_kept_prepared() {
            out.unsafe_to_cache_prepared();
        }
        let mut columns = ColumnWriter { source: self.source, out: out.reborrow(), separator: "" };
        self.selection.visit_columns::<DB, _>(&mut columns)?;
        if columns.separator.is_empty() {
            // Nothing is left to set, but the row must be written.
            return push_same_row::<T, DB>(out);
        }
        Ok(())
    }
}

/// Any one column, set to itself: the row is written, and stays as it is.
pub(crate) struct SameRow<T>(pub(crate) PhantomData<T>);

copy_whatever!([T] SameRow<T>);

impl<T: ConcurrentColumns> QueryId for SameRow<T> {
    type QueryId = (SameRowText, T::__StatementId);
}

/// Tells this text from that of another fragment of the same struct.
pub(crate) struct SameRowText;

impl<T, DB> QueryFragment<DB> for SameRow<T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_same_row::<T, DB>(out)
    }
}

/// Writes `a = a` for one column of the record. It uses the key only if the record has no other column, because some
/// keys cannot be set.
fn push_same_row<T, DB>(mut out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    match T::__COLUMNS.first() {
        Some(column) => push_same(&mut out, column),
        None => T::__visit_key(&mut SameKeyWriter { out, separator: "" }),
    }
}

/// What a user's changeset sets, followed by what is set for the version, if anything.
///
/// The version comes last because the changeset may set it, too: SQLite and MySQL keep the last assignment, and
/// PostgreSQL rejects the second. Diesel's tuple places the commas and leaves out an empty changeset.
#[derive(Clone, Copy)]
pub(crate) struct Changes<U>(pub(crate) U);

/// Not kept prepared, as Diesel keeps no update prepared: a changeset has as many texts as it has subsets.
impl<U> QueryId for Changes<U> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<U, DB> QueryFragment<DB> for Changes<U>
where
    DB: ConcurrencyBackend,
    U: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        self.0.walk_ast(out)
    }
}

/// An UPDATE that returns the version that it wrote.
pub(crate) struct ReturningVersion<S, C> {
    update: S,
    column: PhantomData<C>,
}

impl<S, C> ReturningVersion<S, C> {
    pub(crate) const fn new(update: S) -> Self {
        Self { update, column: PhantomData }
    }
}

impl<S: QueryId, C: 'static> QueryId for ReturningVersion<S, C> {
    type QueryId = ReturningVersion<S::QueryId, C>;
    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S, C, DB> QueryFragment<DB> for ReturningVersion<S, C>
where
    DB: ConcurrencyBackend,
    S: QueryFragment<DB>,
    C: Column,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.update.walk_ast(out.reborrow())?;
        out.push_sql(" RETURNING ");
        out.push_identifier(C::NAME)
    }
}

impl<S, C: Column> Query for ReturningVersion<S, C> {
    type SqlType = SqlTypeOf<C>;
}
