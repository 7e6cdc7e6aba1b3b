//! Transactions on both kinds of connections: what an executor can do with one. `transaction` decides when one begins
//! and how it ends.

use diesel::result::QueryResult;

use super::{Executor, Session};
use crate::transaction::{Abandoned, Owned, Transaction};

/// A kind of connection that can hold a transaction open.
///
/// Diesel's own transaction manager counts what is open, so these transactions and `Connection::transaction` can be
/// nested in each other.
pub trait Transactions: Executor {
    /// How many transactions and savepoints are open; 0 outside of a transaction. A raw BEGIN is not seen.
    fn depth(connection: &mut Self::Connection) -> QueryResult<u32>;

    /// Whether the connection is in what Diesel's `begin_test_transaction` began.
    fn is_in_test_transaction(connection: &mut Self::Connection) -> bool;

    /// Tells Diesel's count that the outermost transaction has begun or ended.
    fn set_open(connection: &mut Self::Connection, is_open: bool);

    /// Tells Diesel's count that only this many transactions and savepoints are still open.
    fn set_depth(connection: &mut Self::Connection, depth: u32) -> QueryResult<()>;

    /// Sets a savepoint inside a transaction.
    fn set_savepoint(connection: &mut Self::Connection, owned: Owned) -> Self::Future<'_, QueryResult<()>>;

    /// Releases the innermost savepoint. After an error it may still exist.
    fn release_savepoint(connection: &mut Self::Connection, owned: Owned) -> Self::Future<'_, QueryResult<()>>;

    /// Rolls back to the innermost savepoint.
    fn roll_back_to_savepoint(connection: &mut Self::Connection, owned: Owned) -> Self::Future<'_, QueryResult<()>>;

    /// Runs statements as they are. MySQL can prepare neither CREATE TRIGGER nor DROP TRIGGER.
    fn batch<'a>(connection: &'a mut Self::Connection, sql: &'a str) -> Self::Future<'a, QueryResult<()>>;

    /// Prevents further use of the connection, because it is unknown what is open on it.
    fn mark_broken(connection: &mut Self::Connection);

    /// Rolls back what is open inside this many others, if that can be done without waiting; otherwise marks the
    /// connection as broken. It never panics, because it is called while a panic goes on.
    fn abandon(connection: &mut Self::Connection, around: u32) -> Abandoned;

    /// Runs the statement that restores the session, if there is one and the executor need not wait for it. Otherwise
    /// marks the connection as broken. It never panics, because it is called while a panic goes on.
    fn put_back(connection: &mut Self::Connection, sql: Option<&str>);
}

impl<E: Transactions> Session<'_, E> {
    /// How many transactions and savepoints are open.
    pub(crate) fn depth(&mut self) -> QueryResult<u32> {
        E::depth(self.0)
    }

    /// Whether the connection is in what Diesel's `begin_test_transaction` began.
    pub(crate) fn is_in_test_transaction(&mut self) -> bool {
        E::is_in_test_transaction(self.0)
    }

    /// Begins a transaction, or a savepoint if one is open. Its owner ends it.
    pub(crate) async fn begin(&mut self) -> QueryResult<Transaction<'_, E>> {
        Transaction::begin(self.0).await
    }

    /// Runs statements as they are.
    pub(crate) fn batch<'a>(&'a mut self, sql: &'a str) -> E::Future<'a, QueryResult<()>> {
        E::batch(self.0, sql)
    }
}
