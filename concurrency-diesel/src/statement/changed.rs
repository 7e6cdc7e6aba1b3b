//! Whether the row holds what a record would write: the version in SET that advances only if a checked column changes,
//! and the SELECT that compares the row after a write.

use concurrency_core::VersionField;
use diesel::Column;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::push_table;
use super::select::{Committed, Lock as _};
use super::selection::{EveryColumn, Selection};
use super::set_version::push_successor;
use super::source::Source;
use super::where_version::VersionIs;
use crate::backend::{Column as ColumnName, ConcurrencyBackend};
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType, table_path};

/// `version = CASE WHEN NOT (a IS NOT DISTINCT FROM ?) OR … THEN version + 1 ELSE version END`, in SET.
///
/// It comes before the columns: MySQL assigns from left to right, and the comparison must see what the row held.
pub(crate) struct AdvanceIfChanged<'b, T: ConcurrentColumns, S = EveryColumn> {
    pub(super) source: Source<'b, T>,
    pub(super) selection: S,
}

impl<T: ConcurrentColumns, S: Copy> Clone for AdvanceIfChanged<'_, T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ConcurrentColumns, S: Copy> Copy for AdvanceIfChanged<'_, T, S> {}

/// Only signed versions have this id: a generic struct may have signed and unsigned ones, with different texts.
impl<T: Concurrent, S: Selection<T>> QueryId for AdvanceIfChanged<'_, T, S> {
    type QueryId = (ChangedText, T::__StatementId);
    const HAS_STATIC_QUERY_ID: bool = S::IS_STATIC && T::__SKIPPABLE == 0 && T::VersionField::__SIGNED;
}

/// Tells this text from that of another fragment of the same struct.
pub(crate) struct ChangedText;

impl<T, S, DB> QueryFragment<DB> for AdvanceIfChanged<'_, T, S>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    S: Selection<T>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (before, after) = DB::__kept(T::VersionField::__SIGNED);
        let version = <T as Concurrent>::__VersionColumn::NAME;
        out.push_identifier(version)?;
        out.push_sql(" = ");
        out.push_sql(before);
        out.push_sql("CASE WHEN ");
        out.push_identifier(version)?;
        // A row without a version gets one in any case.
        out.push_sql(" IS NULL");
        let mut changes = ChangeWriter { source: self.source, out: out.reborrow() };
        self.selection.visit_checked::<DB, _>(&mut changes)?;
        out.push_sql(" THEN ");
        push_successor::<T::__VersionColumn, DB>(&mut out)?;
        out.push_sql(" ELSE ");
        out.push_identifier(version)?;
        out.push_sql(" END");
        out.push_sql(after);
        Ok(())
    }
}

/// A SELECT of the version of a record's row, if it is at the record's version and holds everything that a save would
/// write.
pub(crate) struct SelectUnchanged<'b, T: Concurrent, S> {
    source: Source<'b, T>,
    guard: VersionIs<'b, T::__VersionColumn, T::Version>,
    selection: S,
}

impl<'b, T: Concurrent, S> SelectUnchanged<'b, T, S> {
    pub(crate) fn new(source: Source<'b, T>, selection: S) -> Self {
        Self { source, guard: source.version_is(source.record.__version()), selection }
    }
}

/// Looked up by its text, because it is seldom needed and differs for each selection.
impl<T: Concurrent, S> QueryId for SelectUnchanged<'_, T, S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: Concurrent, S> Query for SelectUnchanged<'_, T, S> {
    type SqlType = VersionSqlType<T>;
}

impl<T, S, DB> QueryFragment<DB> for SelectUnchanged<'_, T, S>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    S: Selection<T>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("SELECT ");
        out.push_identifier(<T as Concurrent>::__VersionColumn::NAME)?;
        out.push_sql(" FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        out.push_sql(" AND ");
        self.guard.walk_ast(out.reborrow())?;
        out.push_sql(" AND NOT (1 = 0");
        let mut changes = ChangeWriter { source: self.source, out: out.reborrow() };
        self.selection.visit_columns::<DB, _>(&mut changes)?;
        out.push_sql(")");
        Committed::push(&mut out);
        Ok(())
    }
}

/// Writes ` OR NOT (a IS NOT DISTINCT FROM ?) OR NOT (b IS NOT DISTINCT FROM ?)`.
struct ChangeWriter<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    source: Source<'b, T>,
    out: AstPass<'a, 'b, DB>,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for ChangeWriter<'_, 'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        let value = get(self.source.record, self.source.serialized);
        push_changed::<T, ST, U, DB>(&mut self.out, name, value)
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for ChangeWriter<'_, 'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let Some(value) = get(self.source.record, self.source.serialized) else {
            return Ok(());
        };
        push_changed::<T, ST, U, DB>(&mut self.out, name, value)
    }
}

fn push_changed<'b, T, ST, U, DB>(out: &mut AstPass<'_, 'b, DB>, name: &str, value: &'b U) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    U: Bindable<ST, DB>,
{
    out.push_sql(" OR NOT (");
    let column = ColumnName { table: table_path::<T, DB>(), name };
    DB::__push_unchanged::<ST, U>(out, column, |out| out.push_identifier(name), |out| value.__bind(out))?;
    out.push_sql(")");
    Ok(())
}
