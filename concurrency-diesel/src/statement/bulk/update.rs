//! An UPDATE of the rows of many records.

use std::marker::PhantomData;

use diesel::Column;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::set::{SetVersion, push_set};
use super::write::{push_guard, push_key_join, push_key_names};
use super::{Records, push_row_column, push_rows};
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};

/// An UPDATE that returns the number and the version of each row that it wrote.
///
/// `WITH s AS (… FOR NO KEY UPDATE) UPDATE table AS t SET … FROM s WHERE key AND guard RETURNING s.i, t.version`.
pub(crate) struct UpdateAll<T, R, S> {
    records: R,
    is_for: PhantomData<(T, S)>,
}

impl<T, R, S> UpdateAll<T, R, S> {
    pub(crate) const fn new(records: R) -> Self {
        Self { records, is_for: PhantomData }
    }
}

impl<T, DB, S> QueryId for UpdateAll<T, super::Arrays<'_, DB>, S>
where
    DB: ConcurrencyBackend,
    T: Concurrent,
    S: SetVersion,
{
    type QueryId = (UpdateAllText<S>, T::__StatementId);
}

impl<T: Concurrent, S: SetVersion> QueryId for UpdateAll<T, super::Tuples<'_, T>, S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Tells the text of this UPDATE from that of another statement with the same parts.
pub(crate) struct UpdateAllText<S>(PhantomData<S>);

impl<T, R, S, DB> QueryFragment<DB> for UpdateAll<T, R, S>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
    S: SetVersion,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_locked::<T, R, DB>(&self.records, " FOR NO KEY UPDATE", &mut out)?;
        out.push_sql("UPDATE ");
        push_rows::<T, DB>(&mut out)?;
        out.push_sql(" SET ");
        push_set::<T, S, DB>(out.reborrow(), "")?;
        out.push_sql(" FROM s WHERE ");
        push_written::<T, DB>(&mut out)
    }
}

impl<T: Concurrent, R, S> Query for UpdateAll<T, R, S> {
    type SqlType = (BigInt, VersionSqlType<T>);
}

/// Writes the records whose rows are current, and locks these rows in the order of the key, whatever plan follows. So
/// two batches that meet in several rows do not deadlock.
pub(super) fn push_locked<'b, T, R, DB>(
    records: &'b R,
    lock: &'static str,
    out: &mut AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
{
    out.push_sql("WITH s AS MATERIALIZED (SELECT s.* FROM (SELECT * FROM ");
    records.walk_ast(out.reborrow())?;
    out.push_sql(" ORDER BY ");
    push_key_names::<T, DB>(out.reborrow())?;
    out.push_sql(") AS s CROSS JOIN LATERAL (SELECT 1 FROM ");
    push_rows::<T, DB>(out)?;
    out.push_sql(" WHERE ");
    push_key_join::<T, DB>(out.reborrow())?;
    push_guard::<T, DB>(out)?;
    out.push_sql(lock);
    out.push_sql(") AS t) ");
    Ok(())
}

/// Writes `key AND guard RETURNING s.i, t.version`.
pub(super) fn push_written<T, DB>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    push_key_join::<T, DB>(out.reborrow())?;
    push_guard::<T, DB>(out)?;
    out.push_sql(" RETURNING s.i, ");
    push_row_column(out, <T as Concurrent>::__VersionColumn::NAME)
}

/// An UPDATE that returns the number of rows, on engines without RETURNING.
///
/// `UPDATE s STRAIGHT_JOIN table AS t ON key AND guard SET …`.
pub(crate) struct JoinedUpdate<T, R, S> {
    records: R,
    is_for: PhantomData<(T, S)>,
}

impl<T, R, S> JoinedUpdate<T, R, S> {
    pub(crate) const fn new(records: R) -> Self {
        Self { records, is_for: PhantomData }
    }
}

impl<T, R, S> QueryId for JoinedUpdate<T, R, S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, R, S, DB> QueryFragment<DB> for JoinedUpdate<T, R, S>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
    S: SetVersion,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        push_joined::<T, R, DB>(&self.records, &mut out)?;
        push_guard::<T, DB>(&mut out)?;
        out.push_sql(" SET ");
        push_set::<T, S, DB>(out, "t.")
    }
}

/// Writes `s STRAIGHT_JOIN table AS t ON key`: rows are locked in the order of the records.
pub(super) fn push_joined<'b, T, R, DB>(records: &'b R, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    R: Records<DB>,
{
    records.walk_ast(out.reborrow())?;
    out.push_sql(DB::__ORDERED_JOIN);
    push_rows::<T, DB>(out)?;
    out.push_sql(" ON ");
    push_key_join::<T, DB>(out.reborrow())
}
