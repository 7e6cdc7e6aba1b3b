//! The statements of edit locks. On each engine every statement has one text, whatever the lock.

use concurrency_core::EDIT_LOCKS_TABLE;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};

use crate::backend::ConcurrencyBackend;

/// The columns of a lock's row: `edit_lock::holder::LockRow`.
pub(crate) type LockColumns = (Text, BigInt, BigInt, BigInt, BigInt);

/// The record that a lock is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockName<'a> {
    pub(crate) table: &'a str,
    pub(crate) key: &'a str,
}

impl<'a> LockName<'a> {
    /// Writes ` WHERE table_name = ? AND record_key = ?`.
    fn push_where<'b, DB: ConcurrencyBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        'a: 'b,
    {
        out.push_sql(" WHERE table_name = ");
        DB::__push_text(out, self.table)?;
        out.push_sql(" AND record_key = ");
        DB::__push_text(out, self.key)
    }
}

/// Writes the columns of a lock, and the database's time.
fn push_columns<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>) {
    out.push_sql("holder, since_ms, until_ms, turn, ");
    out.push_sql(DB::__EDIT_LOCKS.now_ms);
}

fn push_returning<DB: ConcurrencyBackend>(out: &mut AstPass<'_, '_, DB>) {
    out.push_sql(" RETURNING ");
    push_columns(out);
}

/// `INSERT INTO concurrency_edit_locks …`, or an update of the existing row if it is the holder's or has run out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakeLock<'a> {
    pub(crate) name: LockName<'a>,
    pub(crate) holder: &'a str,
    pub(crate) lasting_ms: i64,
}

/// The same statement, which returns the row if it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakeLockReturning<'a>(pub(crate) TakeLock<'a>);

/// `UPDATE concurrency_edit_locks SET …, turn = turn + 1 WHERE … AND turn = ?`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakeLockOver<'a> {
    pub(crate) name: LockName<'a>,
    pub(crate) holder: &'a str,
    pub(crate) lasting_ms: i64,
    pub(crate) turn: i64,
}

/// The same statement, which returns the row if it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakeLockOverReturning<'a>(pub(crate) TakeLockOver<'a>);

/// `UPDATE concurrency_edit_locks SET until_ms = 0 WHERE … AND holder = ?`. The row keeps the turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReleaseLock<'a> {
    pub(crate) name: LockName<'a>,
    pub(crate) holder: &'a str,
}

/// `SELECT holder, … FROM concurrency_edit_locks WHERE …`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SelectLock<'a>(pub(crate) LockName<'a>);

/// `DELETE FROM concurrency_edit_locks WHERE until_ms <= …`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeleteExpired;

/// `CREATE TABLE IF NOT EXISTS concurrency_edit_locks …`. It is sent seldom, so it is not kept prepared.
#[derive(Debug)]
pub(crate) struct CreateLocks(pub(crate) String);

impl<DB: ConcurrencyBackend> QueryFragment<DB> for TakeLock<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let sql = DB::__EDIT_LOCKS;
        out.push_sql("INSERT INTO ");
        out.push_sql(EDIT_LOCKS_TABLE);
        out.push_sql(" (table_name, record_key, holder, since_ms, until_ms, turn) VALUES (");
        DB::__push_text(&mut out, self.name.table)?;
        out.push_sql(", ");
        DB::__push_text(&mut out, self.name.key)?;
        out.push_sql(", ");
        DB::__push_text(&mut out, self.holder)?;
        out.push_sql(", ");
        out.push_sql(sql.now_ms);
        out.push_sql(", ");
        out.push_sql(sql.now_ms);
        out.push_sql(" + ");
        DB::__push_number(&mut out, &self.lasting_ms)?;
        out.push_sql(", 1)");
        out.push_sql(sql.where_it_is_there);
        Ok(())
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for TakeLockReturning<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        push_returning(&mut out);
        Ok(())
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for TakeLockOver<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let now_ms = DB::__EDIT_LOCKS.now_ms;
        out.push_sql("UPDATE ");
        out.push_sql(EDIT_LOCKS_TABLE);
        out.push_sql(" SET holder = ");
        DB::__push_text(&mut out, self.holder)?;
        out.push_sql(", since_ms = ");
        out.push_sql(now_ms);
        out.push_sql(", until_ms = ");
        out.push_sql(now_ms);
        out.push_sql(" + ");
        DB::__push_number(&mut out, &self.lasting_ms)?;
        out.push_sql(", turn = turn + 1");
        self.name.push_where(&mut out)?;
        out.push_sql(" AND turn = ");
        DB::__push_number(&mut out, &self.turn)
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for TakeLockOverReturning<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        push_returning(&mut out);
        Ok(())
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for ReleaseLock<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_sql(EDIT_LOCKS_TABLE);
        out.push_sql(" SET until_ms = 0");
        self.name.push_where(&mut out)?;
        out.push_sql(" AND until_ms <> 0 AND holder = ");
        DB::__push_text(&mut out, self.holder)
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for SelectLock<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        push_columns(&mut out);
        out.push_sql(" FROM ");
        out.push_sql(EDIT_LOCKS_TABLE);
        self.0.push_where(&mut out)
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for DeleteExpired {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DELETE FROM ");
        out.push_sql(EDIT_LOCKS_TABLE);
        out.push_sql(" WHERE until_ms <= ");
        out.push_sql(DB::__EDIT_LOCKS.now_ms);
        Ok(())
    }
}

impl<DB: ConcurrencyBackend> QueryFragment<DB> for CreateLocks {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(&self.0);
        Ok(())
    }
}

impl QueryId for TakeLock<'_> {
    type QueryId = TakeLock<'static>;
}

impl QueryId for TakeLockReturning<'_> {
    type QueryId = TakeLockReturning<'static>;
}

impl QueryId for TakeLockOver<'_> {
    type QueryId = TakeLockOver<'static>;
}

impl QueryId for TakeLockOverReturning<'_> {
    type QueryId = TakeLockOverReturning<'static>;
}

impl QueryId for ReleaseLock<'_> {
    type QueryId = ReleaseLock<'static>;
}

impl QueryId for SelectLock<'_> {
    type QueryId = SelectLock<'static>;
}

impl QueryId for DeleteExpired {
    type QueryId = Self;
}

impl QueryId for CreateLocks {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for TakeLockReturning<'_> {
    type SqlType = LockColumns;
}

impl Query for TakeLockOverReturning<'_> {
    type SqlType = LockColumns;
}

impl Query for SelectLock<'_> {
    type SqlType = LockColumns;
}
