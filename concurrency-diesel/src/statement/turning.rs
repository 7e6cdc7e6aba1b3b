//! `SELECT …` of what may replace a table's writes: triggers, rules, a view.

use std::marker::PhantomData;

use diesel::Column;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::columns::push_table;
use super::source::Source;
use crate::backend::{ConcurrencyBackend, WriteEvent};
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType, table_path};

/// The kind of a write, as a type.
pub(crate) trait Write: 'static {
    const EVENT: WriteEvent;
}

/// UPDATE.
pub(crate) struct Updates;

impl Write for Updates {
    const EVENT: WriteEvent = WriteEvent::Update;
}

/// DELETE.
pub(crate) struct Deletes;

impl Write for Deletes {
    const EVENT: WriteEvent = WriteEvent::Delete;
}

/// A SELECT of how many triggers and rules may have replaced a write of the kind `W`, and of the version of the
/// record's row.
pub(crate) struct SelectUnwritten<'b, T: Concurrent, W> {
    source: Source<'b, T>,
    write: PhantomData<W>,
}

impl<'b, T: Concurrent, W> SelectUnwritten<'b, T, W> {
    pub(crate) const fn new(source: Source<'b, T>) -> Self {
        Self { source, write: PhantomData }
    }
}

impl<T: Concurrent, W: 'static> QueryId for SelectUnwritten<'_, T, W> {
    type QueryId = (SelectUnwrittenText<W>, T::__StatementId);
}

/// Tells the text of this SELECT from that of another statement with the same parts.
pub(crate) struct SelectUnwrittenText<W>(PhantomData<W>);

impl<T, W, DB> QueryFragment<DB> for SelectUnwritten<'_, T, W>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    W: Write,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_sql(&DB::__count_of_turning(table_path::<T, DB>(), W::EVENT));
        out.push_sql(", ");
        out.push_identifier(T::__VersionColumn::NAME)?;
        out.push_sql(" FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        out.push_sql(DB::__COMMITTED_READ);
        Ok(())
    }
}

impl<T: Concurrent, W> Query for SelectUnwritten<'_, T, W> {
    type SqlType = (BigInt, VersionSqlType<T>);
}

/// The same without a row.
pub(crate) struct SelectTurning<T, W>(PhantomData<(T, W)>);

impl<T, W> SelectTurning<T, W> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Looked up by its text, because it is seldom needed.
impl<T, W> QueryId for SelectTurning<T, W> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, W, DB> QueryFragment<DB> for SelectTurning<T, W>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    W: Write,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_sql(&DB::__count_of_turning(table_path::<T, DB>(), W::EVENT));
        Ok(())
    }
}

impl<T, W> Query for SelectTurning<T, W> {
    type SqlType = BigInt;
}

/// A SELECT of what a record's table is, as a sum: 1 for a view; 2 if its UPDATEs may be replaced by other writes, 4 if
/// its DELETEs may be; 8 for a view that cannot be updated, 16 for one from which nothing can be deleted.
pub(crate) struct SelectRelation<T>(PhantomData<T>);

impl<T> SelectRelation<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Looked up by its text, because it is seldom needed.
impl<T: Concurrent> QueryId for SelectRelation<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for SelectRelation<T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let path = table_path::<T, DB>();
        let facts = [
            DB::__count_of_views(path),
            DB::__count_of_turning(path, WriteEvent::Update),
            DB::__count_of_turning(path, WriteEvent::Delete),
            DB::__count_of_unwritable_views(path, WriteEvent::Update),
            DB::__count_of_unwritable_views(path, WriteEvent::Delete),
        ];
        out.push_sql("SELECT 0");
        for (fact, weight) in facts.iter().zip([1, 2, 4, 8, 16]) {
            out.push_sql(&format!(" + {weight} * ({fact} > 0)"));
        }
        Ok(())
    }
}

impl<T> Query for SelectRelation<T> {
    type SqlType = BigInt;
}
