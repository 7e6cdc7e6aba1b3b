//! A DELETE of the rows of many records.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::update::{push_joined, push_locked, push_written};
use super::write::push_guard;
use super::{Arrays, Records, Tuples, push_rows};
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};

/// A DELETE that returns the number and the version of each row that it deleted.
///
/// `WITH s AS (… FOR UPDATE) DELETE FROM table AS t USING s WHERE key AND guard RETURNING s.i, t.version`.
pub(crate) struct DeleteAll<T, R> {
    records: R,
    is_for: PhantomData<T>,
}

impl<T, R> DeleteAll<T, R> {
    pub(crate) const fn new(records: R) -> Self {
        Self { records, is_for: PhantomData }
    }
}

impl<T: Concurrent, DB: ConcurrencyBackend> QueryId for DeleteAll<T, Arrays<'_, DB>> {
    type QueryId = (DeleteAllText, T::__StatementId);
}

impl<T: Concurrent> QueryId for DeleteAll<T, Tuples<'_, T>> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Tells the text of this DELETE from that of another statement with the same parts.
pub(crate) struct DeleteAllText;

impl<T, R, DB> QueryFragment<DB> for DeleteAll<T, R>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_locked::<T, R, DB>(&self.records, DB::__LOCKING_READ, &mut out)?;
        out.push_sql("DELETE FROM ");
        push_rows::<T, DB>(&mut out)?;
        out.push_sql(" USING s WHERE ");
        push_written::<T, DB>(&mut out)
    }
}

impl<T: Concurrent, R> Query for DeleteAll<T, R> {
    type SqlType = (BigInt, VersionSqlType<T>);
}

/// A DELETE that returns the number of rows, on engines without RETURNING.
///
/// `DELETE t FROM s STRAIGHT_JOIN table AS t ON key AND guard`.
pub(crate) struct JoinedDelete<T, R> {
    records: R,
    is_for: PhantomData<T>,
}

impl<T, R> JoinedDelete<T, R> {
    pub(crate) const fn new(records: R) -> Self {
        Self { records, is_for: PhantomData }
    }
}

impl<T, R> QueryId for JoinedDelete<T, R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, R, DB> QueryFragment<DB> for JoinedDelete<T, R>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DELETE t FROM ");
        push_joined::<T, R, DB>(&self.records, &mut out)?;
        push_guard::<T, DB>(&mut out)
    }
}
