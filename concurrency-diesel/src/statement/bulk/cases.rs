//! An UPDATE of many rows of one table. The values are in the SET, one for each key, and the versions in the WHERE.

use diesel::Column;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::write::push_exactly;
use super::{Item, push_row_column, push_rows};
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};
use crate::statement::Source;

/// `UPDATE table AS t FORCE INDEX (PRIMARY) SET a = CASE t.id WHEN ? THEN ? … END, … WHERE t.id IN (?, …) AND
/// t.version = CASE t.id WHEN ? THEN ? … END`.
///
/// The rows were locked before, but a lock is no guard: engines without transactions have no locks.
///
/// A join is written to a temporary table first, which is slow if a column is a TEXT. Without the index a table that is
/// not much larger than the batch would be scanned, and every row locked.
pub(crate) struct CaseUpdate<'b, T: Concurrent> {
    items: &'b [Item<'b, T>],
    next: &'b [T::Version],
    is_full: bool,
}

impl<'b, T: Concurrent> CaseUpdate<'b, T> {
    /// The statement is kept prepared only if it has the usual length.
    pub(crate) const fn new(items: &'b [Item<'b, T>], next: &'b [T::Version], is_full: bool) -> Self {
        Self { items, next, is_full }
    }
}

impl<T: Concurrent> QueryId for CaseUpdate<'_, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for CaseUpdate<'_, T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'c>(&'c self, mut out: AstPass<'_, 'c, DB>) -> QueryResult<()> {
        if !self.is_full {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("UPDATE ");
        push_rows::<T, DB>(&mut out)?;
        out.push_sql(" FORCE INDEX (PRIMARY) SET ");
        let mut cases = CaseWriter { items: self.items, out: out.reborrow(), separator: "" };
        let version = <T as Concurrent>::__VersionColumn::NAME;
        let next = self.items.iter().zip(self.next).map(|(item, next)| (*item, next));
        cases.push_assignment::<VersionSqlType<T>, _>(version, next)?;
        T::__visit_columns(&mut cases)?;
        out.push_sql(" WHERE ");
        push_key_column::<T, DB>(out.reborrow())?;
        let mut separator = " IN (";
        for item in self.items {
            out.push_sql(separator);
            separator = ", ";
            push_key_value(item.source, out.reborrow())?;
        }
        out.push_sql(") AND ");
        push_exactly::<VersionSqlType<T>, T::Version, DB>(
            &mut out,
            |out| push_row_column(out, version),
            |out| {
                let versions = self.items.iter().map(|item| (*item, item.source.record.__version()));
                push_case::<T, VersionSqlType<T>, T::Version, DB>(out, versions)
            },
        )
    }
}

/// Writes `CASE t.id WHEN ? THEN ? … END`.
fn push_case<'b, T, ST, U, DB>(
    out: &mut AstPass<'_, 'b, DB>,
    values: impl Iterator<Item = (Item<'b, T>, &'b U)>,
) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB, __Serialized: 'b> + 'b,
    ST: 'static,
    U: Bindable<ST, DB> + 'b,
{
    out.push_sql("CASE ");
    push_key_column::<T, DB>(out.reborrow())?;
    for (item, value) in values {
        out.push_sql(" WHEN ");
        push_key_value(item.source, out.reborrow())?;
        out.push_sql(" THEN ");
        DB::__push_typed::<ST, U>(out, value)?;
    }
    out.push_sql(" END");
    Ok(())
}

/// Writes `a = CASE t.id WHEN ? THEN ? … END`, after the separator.
struct CaseWriter<'i, 'a, 'b, T: ConcurrentColumns, DB: Backend> {
    items: &'i [Item<'b, T>],
    out: AstPass<'a, 'b, DB>,
    separator: &'static str,
}

impl<'b, T, DB> CaseWriter<'_, '_, 'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn push_assignment<ST, U>(
        &mut self,
        name: &'static str,
        values: impl Iterator<Item = (Item<'b, T>, &'b U)>,
    ) -> QueryResult<()>
    where
        ST: 'static,
        U: Bindable<ST, DB> + 'b,
    {
        self.out.push_sql(self.separator);
        self.separator = ", ";
        self.out.push_identifier(name)?;
        self.out.push_sql(" = ");
        push_case::<T, ST, U, DB>(&mut self.out, values)
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for CaseWriter<'_, '_, 'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        let items = self.items;
        let values = items.iter().map(|item| (*item, get(item.source.record, item.source.serialized)));
        self.push_assignment::<ST, U>(name, values)
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for CaseWriter<'_, '_, 'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, _name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        Err(diesel::result::Error::QueryBuilderError("a column that is left out has no value for each key".into()))
    }
}

/// Writes `t.id`.
fn push_key_column<T, DB>(out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__visit_key(&mut KeyColumn { out })
}

/// Writes the key's value.
fn push_key_value<'b, T, DB>(source: Source<'b, T>, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__visit_key(&mut KeyValue { source, out })
}

struct KeyColumn<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyColumn<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        push_row_column(&mut self.out, name)
    }
}

struct KeyValue<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    source: Source<'b, T>,
    out: AstPass<'a, 'b, DB>,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyValue<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        get(self.source.record, self.source.serialized).__bind(&mut self.out)
    }
}
