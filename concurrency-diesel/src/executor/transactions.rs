//! Transactions on both kinds of connections: what an executor can do with one. When one is begun, and how it ends, is
//! decided in `transaction`.

use diesel::result::QueryResult;

use super::{Executor, Session};
use crate::transaction::{Abandoned, Owned, Transaction};

/// A kind of connection that can hold a transaction open.
///
/// Diesel's own transaction manager keeps count of what is open, so that these and `Connection::transaction` may be nested in
/// each other.
pub trait Transactions: Executor {
    /// How many transactions and savepoints are open: 0 outside a transaction. A raw BEGIN is not seen.
    fn depth(connection: &mut Self::Connection) -> QueryResult<u32>;

    /// Whether the connection is in what Diesel's `begin_test_transaction` began.
    fn is_in_test_transaction(connection: &mut Self::Connection) -> bool;

    /// Tells Diesel's count that the outermost transaction was begun, or that it was ended.
    fn set_open(connection: &mut Self::Connection, is_open: bool);

    /// Tells Diesel's count that of the savepoints only those within so many are still open.
    fn set_depth(connection: &mut Self::Connection, depth: u32) -> QueryResult<()>;

    /// Sets a savepoint inside a transaction.
    fn set_savepoint(connection: &mut Self::Connection, owned: Owned) -> Self::Future<'_, QueryResult<()>>;

    /// Releases the innermost savepoint. After an error it may still be there.
    fn release_savepoint(connection: &mut Self::Connection, owned: Owned) -> Self::Future<'_, QueryResult<()>>;

    /// Rolls back to the innermost savepoint.
    fn roll_back_to_savepoint(connection: &mut Self::Connection, owned: Owned) -> Self::Future<'_, QueryResult<()>>;

    /// Runs statements as they stand. MySQL can prepare neither CREATE TRIGGER nor DROP TRIGGER.
    fn batch<'a>(connection: &'a mut Self::Connection, sql: &'a str) -> Self::Future<'a, QueryResult<()>>;

    /// Keeps the connection from being used again: nobody knows what is open on it.
    fn mark_broken(connection: &mut Self::Connection);

    /// Rolls back what is open within so many others, where that can be done without waiting; else keeps the connection from being
    /// used again. It never panics: it is called while a panic goes on.
    fn abandon(connection: &mut Self::Connection, around: u32) -> Abandoned;
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

    /// Begins a transaction, or a savepoint inside of one, which its owner ends.
    pub(crate) async fn begin(&mut self) -> QueryResult<Transaction<'_, E>> {
        Transaction::begin(self.0).await
    }

    /// Runs statements as they stand.
    pub(crate) fn batch<'a>(&'a mut self, sql: &'a str) -> E::Future<'a, QueryResult<()>> {
        E::batch(self.0, sql)
    }
}
