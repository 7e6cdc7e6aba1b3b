//! Whether the key of a record is its table's primary key, which the model says and the database need not.

use diesel::Column;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::Item;
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType, table_path};
use crate::statement::columns::push_table;

/// The key's column, where the key is one integer: anything else has values that are equal to others, or none that a `CASE` compares.
pub(crate) fn integer_key<T, DB>() -> QueryResult<Option<&'static str>>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut key = IntegerKey { names: Vec::new(), is_integer: true };
    T::__visit_key(&mut key)?;
    Ok(match key.names.as_slice() {
        [name] if key.is_integer => Some(name),
        _ => None,
    })
}

struct IntegerKey {
    names: Vec<&'static str>,
    is_integer: bool,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for IntegerKey
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.names.push(name);
        self.is_integer &= DB::__is_integer::<ST, U>();
        Ok(())
    }
}

/// Answers with 1 where the column alone is the primary key of the table, and with the version of a row that is locked already.
///
/// `SELECT (SELECT … FROM information_schema.statistics WHERE …), version FROM table WHERE key LOCK IN SHARE MODE`.
pub(crate) struct SelectPrimary<'b, T: Concurrent> {
    item: Item<'b, T>,
    column: &'static str,
}

impl<'b, T: Concurrent> SelectPrimary<'b, T> {
    pub(crate) const fn new(item: Item<'b, T>, column: &'static str) -> Self {
        Self { item, column }
    }
}

impl<T: Concurrent> QueryId for SelectPrimary<'_, T> {
    type QueryId = (SelectPrimaryText, T::__StatementId);
}

/// Tells the text of this SELECT from that of another statement with the same parts.
pub(crate) struct SelectPrimaryText;

impl<T, DB> QueryFragment<DB> for SelectPrimary<'_, T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'c>(&'c self, mut out: AstPass<'_, 'c, DB>) -> QueryResult<()> {
        out.push_sql("SELECT CAST(COALESCE((SELECT SUM(IF(column_name = ");
        push_text(&mut out, self.column);
        out.push_sql(", 1, 2)) FROM information_schema.statistics WHERE index_name = 'PRIMARY' AND table_name = ");
        match table_path::<T, DB>() {
            [schema, table] => {
                push_text(&mut out, table);
                out.push_sql(" AND table_schema = ");
                push_text(&mut out, schema);
            }
            path => {
                push_text(&mut out, path.last().map_or("", String::as_str));
                out.push_sql(" AND table_schema = DATABASE()");
            }
        }
        out.push_sql("), 0) AS SIGNED), ");
        out.push_identifier(<T as Concurrent>::__VersionColumn::NAME)?;
        out.push_sql(" FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.item.source.push_key(out.reborrow())?;
        out.push_sql(DB::__COMMITTED_READ);
        Ok(())
    }
}

impl<T: Concurrent> Query for SelectPrimary<'_, T> {
    type SqlType = (BigInt, VersionSqlType<T>);
}

/// Writes a name as a text.
fn push_text<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>, name: &str) {
    out.push_sql("'");
    out.push_sql(&name.replace('\\', "\\\\").replace('\'', "''"));
    out.push_sql("'");
}
