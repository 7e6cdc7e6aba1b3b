//! `SELECT … FROM table WHERE key`, of the version or of the whole record, under the lock that the question needs.

use std::marker::PhantomData;

use diesel::dsl::SqlTypeOf;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::{Column, Selectable};

use super::columns::push_table;
use super::source::Source;
use super::where_version::VersionIs;
use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn, VersionSqlType};

/// How a SELECT sees and locks its row.
pub(crate) trait Lock: 'static {
    /// Whether it keeps other writers off.
    const HOLDS: bool;

    /// What the SELECT ends with on the engine.
    fn sql<DB: ConcurrencyBackend>() -> &'static str;

    /// Writes it, and sees to it that a statement that locks is kept prepared only where that is safe.
    fn push<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>) {
        let sql = Self::sql::<DB>();
        if !sql.is_empty() && !DB::__KEEPS_LOCKING_READS {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(sql);
    }
}

/// Sees what is committed.
pub(crate) struct Committed;

impl Lock for Committed {
    const HOLDS: bool = false;

    fn sql<DB: ConcurrencyBackend>() -> &'static str {
        DB::__COMMITTED_READ
    }
}

/// Keeps other writers off the row until the transaction ends.
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

/// A SELECT of one record's row as it is committed, at any version or only at the one given.
pub(crate) struct SelectRecord<'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: Concurrent + Selectable<DB>,
{
    source: Source<'b, T>,
    selection: T::SelectExpression,
    version: Option<VersionIs<'b, T::__VersionColumn, T::Version>>,
}

impl<'b, T, DB> SelectRecord<'b, T, DB>
where
    DB: ConcurrencyBackend,
    T: Concurrent + Selectable<DB>,
{
    pub(crate) fn new(source: Source<'b, T>, version: Option<&'b T::Version>) -> Self {
        Self { source, selection: T::construct_selection(), version: version.map(|version| source.version_is(version)) }
    }
}

/// With and without a version are two texts under one type, so they are cached by their text.
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
        if let Some(version) = &self.version {
            out.push_sql(" AND ");
            version.walk_ast(out.reborrow())?;
        }
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

/// A SELECT of the version that this connection's last UPDATE computed, on engines without RETURNING.
pub(crate) struct LastInsertId<C> {
    signed: bool,
    column: PhantomData<C>,
}

impl<C> LastInsertId<C> {
    pub(crate) const fn new(signed: bool) -> Self {
        Self { signed, column: PhantomData }
    }
}

/// The sign is a property of the column, so the column alone tells two texts apart.
impl<C: 'static> QueryId for LastInsertId<C> {
    type QueryId = Self;
}

impl<C, DB: ConcurrencyBackend> QueryFragment<DB> for LastInsertId<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(if self.signed { "SELECT CAST(LAST_INSERT_ID() AS SIGNED)" } else { "SELECT LAST_INSERT_ID()" });
        Ok(())
    }
}

impl<C: Column> Query for LastInsertId<C> {
    type SqlType = SqlTypeOf<C>;
}
