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

/// Writes `t.a = s.k0 AND t.b = s.k1`. For a part that can be NULL it writes a condition under which NULL equals NULL.
pub(super) fn push_key_join<T, DB>(mut out: AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut key = KeyParts(Vec::new());
    T::__visit_key(&mut key)?;
    let (nullable, others): (Vec<_>, Vec<_>) = key.0.into_iter().partition(|part| part.is_nullable);
    let mut separator = "";
    for part in &nullable {
        out.push_sql(separator);
        separator = " AND ";
        part.push_null_safe(&others, &mut out)?;
    }
    for part in &others {
        out.push_sql(separator);
        separator = " AND ";
        part.push_equal(&mut out)?;
    }
    Ok(())
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

/// Writes the condition that a row's version is the expected one, with `=` if that is exact.
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

/// A column of the key, and its number in `s`.
struct KeyPart {
    name: &'static str,
    number: usize,
    is_nullable: bool,
}

impl KeyPart {
    /// Writes `t.a = s.k0`.
    fn push_equal<DB: Backend>(&self, out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
        push_row_column(out, self.name)?;
        out.push_sql(" = ");
        push_name(out, "s.k", self.number);
        Ok(())
    }

    /// Writes `t.a <=> s.k0`, or `(t.a = s.k0 AND … OR t.a IS NULL AND s.k0 IS NULL AND …)`. PostgreSQL uses an index
    /// for the whole key only if the other parts are in both halves.
    fn push_null_safe<DB>(&self, others: &[Self], out: &mut AstPass<'_, '_, DB>) -> QueryResult<()>
    where
        DB: ConcurrencyBackend,
    {
        if let Some(operator) = DB::__NULL_SAFE_EQUALITY {
            push_row_column(out, self.name)?;
            out.push_sql(operator);
            push_name(out, "s.k", self.number);
            return Ok(());
        }
        out.push_sql("(");
        self.push_equal(out)?;
        Self::push_all(others, out)?;
        out.push_sql(" OR ");
        push_row_column(out, self.name)?;
        push_name(out, " IS NULL AND s.k", self.number);
        out.push_sql(" IS NULL");
        Self::push_all(others, out)?;
        out.push_sql(")");
        Ok(())
    }

    /// Writes ` AND t.a = s.k0` for each part.
    fn push_all<DB: Backend>(parts: &[Self], out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
        for part in parts {
            out.push_sql(" AND ");
            part.push_equal(out)?;
        }
        Ok(())
    }
}

/// Collects the columns of the key.
struct KeyParts(Vec<KeyPart>);

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for KeyParts
where
    T: ConcurrentColumns + 'b,
    DB: Backend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.0.push(KeyPart { name, number: self.0.len(), is_nullable: U::__is_nullable() });
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
