//! What an UPDATE of many rows sets.

use diesel::Column;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::{push_name, push_row_column};
use crate::backend::{Column as ColumnName, ConcurrencyBackend};
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn, table_path};

/// What is set for the version.
pub(crate) trait SetVersion: 'static {
    /// Writes the assignment, if there is anything to set.
    ///
    /// It comes before the columns: MySQL assigns from left to right, and a comparison must see what the row held.
    fn push<T, DB>(out: AstPass<'_, '_, DB>, target: &'static str) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>;

    /// Whether anything is set for the version.
    const IS_SET: bool;
}

/// `version = s.n0`: the next version is known.
pub(crate) struct AssignNext;

impl SetVersion for AssignNext {
    fn push<T, DB>(mut out: AstPass<'_, '_, DB>, target: &'static str) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        out.push_sql(target);
        out.push_identifier(<T as Concurrent>::__VersionColumn::NAME)?;
        out.push_sql(" = s.n0");
        Ok(())
    }

    const IS_SET: bool = true;
}

/// `version = CASE WHEN NOT (t.a IS NOT DISTINCT FROM s.c0) OR … THEN version + 1 ELSE version END`.
pub(crate) struct BumpIfChanged;

impl SetVersion for BumpIfChanged {
    fn push<T, DB>(mut out: AstPass<'_, '_, DB>, target: &'static str) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        let version = <T as Concurrent>::__VersionColumn::NAME;
        let mut names = Names(Vec::new());
        T::__visit_columns(&mut names)?;
        out.push_sql(target);
        out.push_identifier(version)?;
        out.push_sql(" = CASE WHEN ");
        push_row_column(&mut out, version)?;
        // A row without a version gets one in any case.
        out.push_sql(" IS NULL");
        let table = table_path::<T, DB>();
        T::__visit_checked(&mut ChangeWriter { names: &names.0, table, out: out.reborrow() })?;
        out.push_sql(" THEN COALESCE(");
        push_row_column(&mut out, version)?;
        out.push_sql(", 0) + 1 ELSE ");
        push_row_column(&mut out, version)?;
        out.push_sql(" END");
        Ok(())
    }

    const IS_SET: bool = true;
}

/// Nothing: the version cannot be set.
pub(crate) struct LeaveVersion;

impl SetVersion for LeaveVersion {
    fn push<T, DB>(_out: AstPass<'_, '_, DB>, _target: &'static str) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Ok(())
    }

    const IS_SET: bool = false;
}

/// Writes what is set for the version, then `a = s.c0, b = s.c1`; `target` precedes each column that is set.
pub(super) fn push_set<T, S, DB>(mut out: AstPass<'_, '_, DB>, target: &'static str) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    S: SetVersion,
{
    S::push::<T, DB>(out.reborrow(), target)?;
    let separator = if S::IS_SET { ", " } else { "" };
    let mut columns = SetWriter { out: out.reborrow(), target, separator, next_number: 0 };
    T::__visit_columns(&mut columns)?;
    if columns.separator.is_empty() {
        // Nothing is left to set, but the rows must be written.
        T::__visit_key(&mut SameKey { out, target, separator: "" })?;
    }
    Ok(())
}

struct SetWriter<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
    target: &'static str,
    separator: &'static str,
    next_number: usize,
}

impl<DB: Backend> SetWriter<'_, '_, DB> {
    /// Writes `a = `, and returns the number of the column.
    fn push_target(&mut self, name: &'static str) -> QueryResult<usize> {
        self.out.push_sql(self.separator);
        self.separator = ", ";
        self.out.push_sql(self.target);
        self.out.push_identifier(name)?;
        self.out.push_sql(" = ");
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        Ok(number)
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for SetWriter<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        let number = self.push_target(name)?;
        push_name(&mut self.out, "s.c", number);
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for SetWriter<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let number = self.push_target(name)?;
        push_name(&mut self.out, "CASE WHEN s.f", number);
        push_name(&mut self.out, " THEN s.c", number);
        self.out.push_sql(" ELSE ");
        push_row_column(&mut self.out, name)?;
        self.out.push_sql(" END");
        Ok(())
    }
}

/// Writes `a = t.a` for each column of the key.
struct SameKey<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
    target: &'static str,
    separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for SameKey<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(self.separator);
        self.separator = ", ";
        self.out.push_sql(self.target);
        self.out.push_identifier(name)?;
        self.out.push_sql(" = ");
        push_row_column(&mut self.out, name)
    }
}

/// Collects the columns in the order in which they are numbered.
struct Names(Vec<&'static str>);

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Names
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.0.push(name);
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for Names
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        self.0.push(name);
        Ok(())
    }
}

/// Writes ` OR NOT (t.a IS NOT DISTINCT FROM s.c0) OR (s.f1 AND NOT (t.b IS NOT DISTINCT FROM s.c1))`.
struct ChangeWriter<'n, 'a, 'b, DB: Backend> {
    names: &'n [&'static str],
    table: &'static [String],
    out: AstPass<'a, 'b, DB>,
}

impl<DB: ConcurrencyBackend> ChangeWriter<'_, '_, '_, DB> {
    /// The number of a column that every save writes.
    fn number(&self, name: &'static str) -> usize {
        self.names.iter().position(|column| *column == name).unwrap_or(self.names.len())
    }

    fn push_changed<ST, U>(&mut self, name: &'static str, number: usize) -> QueryResult<()>
    where
        U: Bindable<ST, DB>,
    {
        self.out.push_sql("NOT (");
        DB::__push_unchanged::<ST, U>(
            &mut self.out,
            ColumnName { table: self.table, name },
            |out| push_row_column(out, name),
            |out| {
                push_name(out, "s.c", number);
                Ok(())
            },
        )?;
        self.out.push_sql(")");
        Ok(())
    }
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for ChangeWriter<'_, '_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        let number = self.number(name);
        self.out.push_sql(" OR ");
        self.push_changed::<ST, U>(name, number)
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for ChangeWriter<'_, '_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        let number = self.number(name);
        push_name(&mut self.out, " OR (s.f", number);
        self.out.push_sql(" AND ");
        self.push_changed::<ST, U>(name, number)?;
        self.out.push_sql(")");
        Ok(())
    }
}
