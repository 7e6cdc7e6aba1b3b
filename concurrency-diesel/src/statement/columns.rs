//! Writes tables and columns: the visitors that turn a record's columns into SQL.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::source::Source;
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::ConcurrentOn;

/// Writes the table's name, quoted by Diesel.
pub(super) fn push_table<T, DB>(out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__table().walk_ast(out)
}

/// Writes `column = ?`.
pub(super) fn push_assignment<'b, ST, U, DB>(out: &mut AstPass<'_, 'b, DB>, name: &str, value: &'b U) -> QueryResult<()>
where
    DB: Backend,
    U: Bindable<ST, DB>,
{
    out.push_identifier(name)?;
    out.push_sql(" = ");
    value.__bind(out)
}

/// Writes `column = ?`. If the column can hold NULL, it writes a condition under which NULL equals NULL.
fn push_key_part<'b, ST, U, DB>(out: &mut AstPass<'_, 'b, DB>, name: &str, value: &'b U) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    U: Bindable<ST, DB>,
{
    if !U::__is_nullable() {
        return push_assignment(out, name, value);
    }
    push_null_safe(out, |out| out.push_identifier(name), |out| value.__bind(out))
}

/// Writes the condition that two values are equal or both NULL, in a form that can use an index whatever the values
/// are.
pub(super) fn push_null_safe<'b, DB: ConcurrencyBackend>(
    out: &mut AstPass<'_, 'b, DB>,
    push_column: impl Fn(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    push_value: impl Fn(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
) -> QueryResult<()> {
    if let Some(operator) = DB::__NULL_SAFE_EQUALITY {
        push_column(out)?;
        out.push_sql(operator);
        return push_value(out);
    }
    out.push_sql("(");
    push_column(out)?;
    out.push_sql(" = ");
    push_value(out)?;
    out.push_sql(" OR (");
    push_column(out)?;
    out.push_sql(" IS NULL AND ");
    push_value(out)?;
    out.push_sql(" IS NULL))");
    Ok(())
}

/// Writes ` WHERE a = ? AND b = ?`.
pub(super) struct KeyWriter<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    pub(super) source: Source<'b, T>,
    pub(super) out: AstPass<'a, 'b, DB>,
    pub(super) separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(self.separator);
        self.separator = " AND ";
        let value = get(self.source.record, self.source.serialized);
        push_key_part(&mut self.out, name, value)
    }
}

/// Writes `a = ?, b = ?`, after the separator.
pub(super) struct ColumnWriter<'a, 'b, T: ConcurrentColumns, DB: Backend> {
    pub(super) source: Source<'b, T>,
    pub(super) out: AstPass<'a, 'b, DB>,
    pub(super) separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for ColumnWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(self.separator);
        self.separator = ", ";
        let value = get(self.source.record, self.source.serialized);
        push_assignment(&mut self.out, name, value)
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for ColumnWriter<'_, 'b, T, DB>
where
    T: ConcurrentColumns,
    DB: Backend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let Some(value) = get(self.source.record, self.source.serialized) else {
            return Ok(());
        };
        self.out.push_sql(self.separator);
        self.separator = ", ";
        push_assignment(&mut self.out, name, value)
    }
}

/// Writes `a = a`.
pub(super) fn push_same<DB: Backend>(out: &mut AstPass<'_, '_, DB>, name: &str) -> QueryResult<()> {
    out.push_identifier(name)?;
    out.push_sql(" = ");
    out.push_identifier(name)
}

/// Writes `a = a, b = b` for the columns of the key.
pub(super) struct SameKeyWriter<'a, 'b, DB: Backend> {
    pub(super) out: AstPass<'a, 'b, DB>,
    pub(super) separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for SameKeyWriter<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    T::__Serialized: 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(self.separator);
        self.separator = ", ";
        push_same(&mut self.out, name)
    }
}
