//! `SELECT … FROM table WHERE key`, of the version or of the whole record, under the lock that the caller needs.

use std::marker::PhantomData;

use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};
use diesel::{Column, Selectable};

use super::columns::push_table;
use super::source::Source;
use super::where_version::{VersionIs, push_stored};
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};

/// How a SELECT sees and locks its row.
pub(crate) trait Lock: 'static {
    /// Whether it locks the row against other writers.
    const HOLDS: bool;

    /// The end of the SELECT on the engine.
    fn sql<DB: ConcurrencyBackend>() -> &'static str;

    /// Writes it. A statement that locks is kept prepared only if that is safe.
    fn push<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>) {
        let sql = Self::sql::<DB>();
        if !sql.is_empty() && !DB::__KEEPS_LOCKING_READS {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(sql);
    }
}

/// Reads what is committed.
pub(crate) struct Committed;

impl Lock for Committed {
    const HOLDS: bool = false;

    fn sql<DB: ConcurrencyBackend>() -> &'static str {
        DB::__COMMITTED_READ
    }
}

/// Locks the row against other writers until the transaction ends.
pub(crate) struct ForUpdate;

impl Lock for ForUpdate {
    const HOLDS: bool = true;

    fn sql<DB: ConcurrencyBackend>() -> &'static str {
        DB::__LOCKING_READ
    }
}

/// A SELECT of the version of one record's row.
pub(crate) struct SelectVersion<'b, T: Concurrent, L> {
    source: Source<'b, T>,
    lock: PhantomData<L>,
}

impl<'b, T: Concurrent, L> SelectVersion<'b, T, L> {
    pub(crate) const fn new(source: Source<'b, T>) -> Self {
        Self { source, lock: PhantomData }
    }
}

impl<T: Concurrent, L: 'static> QueryId for SelectVersion<'_, T, L> {
    type QueryId = (SelectVersionText<L>, T::__StatementId);
}

/// Tells the text of this SELECT from that of another statement with the same parts.
pub(crate) struct SelectVersionText<L>(PhantomData<L>);

impl<T, L, DB> QueryFragment<DB> for SelectVersion<'_, T, L>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
    L: Lock,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_identifier(T::__VersionColumn::NAME)?;
        out.push_sql(" FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        L::push(&mut out);
        Ok(())
    }
}

impl<T: Concurrent, L> Query for SelectVersion<'_, T, L> {
    type SqlType = VersionSqlType<T>;
}

/// A SELECT of the version of a record's row and of how it is stored, if the row does not match the version by a
/// write's guard.
///
/// `SELECT version, quote(version) FROM table WHERE key AND NOT (version = ?)`.
pub(crate) struct SelectStored<'b, T: Concurrent> {
    source: Source<'b, T>,
    guard: VersionIs<'b, T::__VersionColumn, T::Version>,
}

impl<'b, T: Concurrent> SelectStored<'b, T> {
    pub(crate) const fn new(source: Source<'b, T>, version: &'b T::Version) -> Self {
        Self { source, guard: source.version_is(version) }
    }
}

/// Looked up by its text, because it is seldom needed.
impl<T: Concurrent> QueryId for SelectStored<'_, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for SelectStored<'_, T>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_identifier(<T as Concurrent>::__VersionColumn::NAME)?;
        out.push_sql(", ");
        push_stored::<T::__VersionColumn, DB>(&mut out)?;
        out.push_sql(" FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        out.push_sql(" AND NOT (");
        self.guard.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

impl<T: Concurrent> Query for SelectStored<'_, T> {
    type SqlType = (VersionSqlType<T>, Text);
}

/// A SELECT of how many rows the statement before it wrote and kept itself, without its triggers.
pub(crate) struct SelectChanges;

impl QueryId for SelectChanges {
    type QueryId = Self;
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for SelectChanges {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT changes()");
        Ok(())
    }
}

impl Query for SelectChanges {
    type SqlType = BigInt;
}

/// A SELECT of a number for the current database, by a statement that is kept prepared or by one that is not.
#[cfg(feature = "testing")]
pub(crate) struct SelectDatabase<const IS_KEPT: bool>;

#[cfg(feature = "testing")]
impl<const IS_KEPT: bool> QueryId for SelectDatabase<IS_KEPT> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = IS_KEPT;
}

#[cfg(feature = "testing")]
impl<const IS_KEPT: bool, DB: ConcurrencyBackend> QueryFragment<DB> for SelectDatabase<IS_KEPT> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !IS_KEPT {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("SELECT ");
        out.push_sql(DB::__CURRENT_DATABASE.unwrap_or("0"));
        Ok(())
    }
}

#[cfg(feature = "testing")]
impl<const IS_KEPT: bool> Query for SelectDatabase<IS_KEPT> {
    type SqlType = BigInt;
}

/// A SELECT of one record's row as it is committed.
pub(crate) struct SelectRecord<'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: Concurrent + Selectable<DB>,
{
    source: Source<'b, T>,
    selection: T::SelectExpression,
}

impl<'b, T, DB> SelectRecord<'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: Concurrent + Selectable<DB>,
{
    pub(crate) fn new(source: Source<'b, T>) -> Self {
        Self { source, selection: T::construct_selection() }
    }
}

/// The selection depends on its value as well as on its type, so the statement is cached by its text.
impl<T, DB> QueryId for SelectRecord<'_, T, DB>
where
    DB: ConcurrencyBackend,
    T: Concurrent + Selectable<DB>,
{
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for SelectRecord<'_, T, DB>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB> + Selectable<DB, SelectExpression: QueryFragment<DB>>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.selection.walk_ast(out.reborrow())?;
        out.push_sql(" FROM ");
        push_table::<T, DB>(out.reborrow())?;
        self.source.push_key(out.reborrow())?;
        Committed::push(&mut out);
        Ok(())
    }
}

impl<T, DB> Query for SelectRecord<'_, T, DB>
where
    DB: ConcurrencyBackend,
    T: Concurrent + Selectable<DB, SelectExpression: QueryId>,
{
    type SqlType = SqlTypeOf<T::SelectExpression>;
}
