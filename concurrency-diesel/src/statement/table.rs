//! The queries of the catalog about a record's table. `crate::table` knows what the answers mean.

use std::marker::PhantomData;

use diesel::Column;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::bulk::integer_key;
use crate::backend::ConcurrencyBackend;
use crate::bind::Bindable;
use crate::columns::{ColumnVisitor, ConcurrentColumns, RecordVisitor};
use crate::concurrent::{Concurrent, ConcurrentOn, table_path};

/// Returns the table's storage engine, and a sum of facts: 1 if the engine has transactions, 2 if the record's key is
/// one integer and the whole primary key, 4 if the database computes a column that the record writes.
///
/// `SELECT engine, … FROM information_schema.tables WHERE …`.
pub(crate) struct TableQuestion<T>(PhantomData<fn() -> T>);

impl<T> TableQuestion<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Concurrent> QueryId for TableQuestion<T> {
    type QueryId = (TableQuestionText, T::__StatementId);
}

/// Tells the text of this query from that of another statement with the same parts.
pub(crate) struct TableQuestionText;

impl<T, DB> QueryFragment<DB> for TableQuestion<T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let path = table_path::<T, DB>();
        is_not_kept(&mut out);
        out.push_sql(SELECT_ENGINE);
        if let Some(key) = integer_key::<T, DB>()? {
            out.push_sql(" + 2 * COALESCE((SELECT SUM(IF(column_name = ");
            push_text(&mut out, key);
            out.push_sql(", 1, 2)) = 1 FROM information_schema.statistics WHERE index_name = 'PRIMARY' AND ");
            push_table_is(&mut out, path);
            out.push_sql("), 0)");
        }
        out.push_sql(" + 4 * EXISTS (SELECT 1 FROM information_schema.columns WHERE generation_expression <> '' AND ");
        push_table_is(&mut out, path);
        out.push_sql(" AND column_name IN (");
        push_text(&mut out, <T as Concurrent>::__VersionColumn::NAME);
        T::__visit_columns(&mut Names { out: out.reborrow() })?;
        out.push_sql(")) AS SIGNED) FROM information_schema.tables WHERE ");
        push_table_is(&mut out, path);
        Ok(())
    }
}

impl<T> Query for TableQuestion<T> {
    type SqlType = (Nullable<Text>, BigInt);
}

/// Returns the storage engine, and 1 if the engine has transactions. It is the beginning of [`TableQuestion`], for a
/// table whose record does not matter, or for an engine whose name is known.
pub(crate) enum EngineQuestion<'q> {
    Of(&'q [String]),
    Named(&'q str),
}

/// Its text names the table.
impl QueryId for EngineQuestion<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for EngineQuestion<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        is_not_kept(&mut out);
        match *self {
            Self::Of(path) => {
                out.push_sql(SELECT_ENGINE);
                out.push_sql(" AS SIGNED) FROM information_schema.tables WHERE ");
                push_table_is(&mut out, path);
            }
            Self::Named(engine) => {
                out.push_sql(
                    "SELECT engine, CAST(transactions = 'YES' AS SIGNED) FROM information_schema.engines WHERE engine = ",
                );
                push_text(&mut out, engine);
            }
        }
        Ok(())
    }
}

impl Query for EngineQuestion<'_> {
    type SqlType = (Nullable<Text>, BigInt);
}

/// Returns a name, and the statement that would create what it names.
pub(crate) struct ShowTable<'q>(pub(crate) &'q [String]);

/// Its text names the table.
impl QueryId for ShowTable<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for ShowTable<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        is_not_kept(&mut out);
        out.push_sql("SHOW CREATE TABLE ");
        for (position, name) in self.0.iter().enumerate() {
            if position > 0 {
                out.push_sql(".");
            }
            out.push_identifier(name)?;
        }
        Ok(())
    }
}

impl Query for ShowTable<'_> {
    type SqlType = (Text, Text);
}

const SELECT_ENGINE: &str = "SELECT tables.engine, CAST(COALESCE((SELECT MAX(engines.transactions = 'YES') FROM \
                             information_schema.engines WHERE engines.engine = tables.engine), 0)";

/// The catalog is read while the answer is sent, so a time limit can refuse the query in the middle, as it can a
/// locking read.
fn is_not_kept<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>) {
    if !DB::__KEEPS_LOCKING_READS {
        out.unsafe_to_cache_prepared();
    }
}

/// Writes `table_name = 'a' AND table_schema = 'b'`.
fn push_table_is<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>, path: &[String]) {
    out.push_sql("table_name = ");
    push_text(out, path.last().map_or("", String::as_str));
    out.push_sql(" AND table_schema = ");
    match path {
        [schema, _] => push_text(out, schema),
        _ => out.push_sql("DATABASE()"),
    }
}

/// Writes a name as a text.
fn push_text<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>, name: &str) {
    out.push_sql("'");
    out.push_sql(&name.replace('\\', "\\\\").replace('\'', "''"));
    out.push_sql("'");
}

/// Writes `, 'a', 'b'`.
struct Names<'a, 'b, DB: Backend> {
    out: AstPass<'a, 'b, DB>,
}

impl<'b, T, DB> ColumnVisitor<'b, T, DB> for Names<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> &'b U + Copy,
    {
        self.out.push_sql(", ");
        push_text(&mut self.out, name);
        Ok(())
    }
}

impl<'b, T, DB> RecordVisitor<'b, T, DB> for Names<'_, '_, DB>
where
    T: ConcurrentColumns + 'b,
    DB: ConcurrencyBackend,
{
    fn skippable_column<ST: 'static, U, G>(&mut self, name: &'static str, _get: G) -> QueryResult<()>
    where
        U: Bindable<ST, DB> + 'b,
        G: Fn(&'b T, &'b T::__Serialized) -> Option<&'b U> + Copy,
    {
        self.out.push_sql(", ");
        push_text(&mut self.out, name);
        Ok(())
    }
}
