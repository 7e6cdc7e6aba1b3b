//! Writes the conditions that join the records `s` to their rows `t`.

use diesel::Column;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sql_types::SqlType;

use super::{push_name, push_row_column};
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};
use crate::statement::where_version::needs_only_equality;

/// Writes `t.a = s.k0 AND t.b = s.k1`.
pub(super) fn push_key_join<T, DB>(out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__visit_key(&mut KeyJoin { out, next_number: 0, separator: "" })
}

/// Writes ` AND t.version = s.v0`, by a comparison that is exact.
pub(super) fn push_guard<T, DB>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let version = <T as Concurrent>::__VersionColumn::NAME;
    out.push_sql(" AND ");
    push_exactly::<VersionSqlType<T>, T::Version, DB>(
        out,
        |out| push_row_column(out, version),
        |out| {
            out.push_sql("s.v0");
            Ok(())
        },
    )
}

/// Writes that a row's version is the one expected: by `=` where that is exact.
pub(super) fn push_exactly<'b, ST, V, DB>(
    out: &mut AstPass<'_, 'b, DB>,
    push_version: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    push_expected: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
) -> QueryResult<()>
where
    ST: SqlType + 'static,
    DB: ConcurrencyBackend,
    V: Bindable<ST, DB>,
{
    if needs_only_equality::<ST, V, DB>() {
        push_version(out)?;
        out.push_sql(" = ");
        return push_expected(out);
    }
    DB::__push_same::<ST, V>(out, push_version, push_expected)
}

/// Writes `s.k0, s.k1`.
pub(super) fn push_key_names<T, DB>(out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__visit_key(&mut KeyNames { out, next_number: 0 })
}

/// Writes `t.a, t.b`.
pub(super) fn push_row_key<T, DB>(out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    T::__visit_key(&mut RowKey { out, separator: "" })
}

struct RowKey<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
    separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for RowKey<'_, '_, DB>
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
        push_row_column(&mut self.out, name)
    }
}

struct KeyJoin<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
    next_number: usize,
    separator: &'static str,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyJoin<'_, '_, DB>
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
        self.separator = " AND ";
        push_row_column(&mut self.out, name)?;
        self.out.push_sql(" = ");
        push_name(&mut self.out, "s.k", self.next_number);
        self.next_number = self.next_number.saturating_add(1);
        Ok(())
    }
}

struct KeyNames<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
    next_number: usize,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyNames<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, _name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        if self.next_number > 0 {
            self.out.push_sql(", ");
        }
        push_name(&mut self.out, "s.k", self.next_number);
        self.next_number = self.next_number.saturating_add(1);
        Ok(())
    }
}
