//! Transactions on both kinds of connections: what an executor can do with one. When one is begun, and how it ends, is
//! decided in `transaction`.

use diesel::result::QueryResult;

use super::{Executor, Session};

/// A kind of connection that can hold a transaction open.
///
/// Diesel's own transaction manager keeps count of what is open, so that these and `Connection::transaction` may be nested in
/// each other.
pub trait Transactions: Executor {
    /// How many transactions and savepoints are open: 0 outside a transaction. A raw BEGIN is not seen.
    fn depth(connection: &mut Self::Connection) -> QueryResult<u32>;

    /// Whether the connection is in what Diesel's `begin_test_transaction` began.
    fn is_in_test_transaction(connection: &mut Self::Connection) -> bool;

    /// Begins a transaction with the engine's `__BEGIN`, or a savepoint inside of one.
    fn begin(connection: &mut Self::Connection) -> Self::Future<'_, QueryResult<()>>;

    /// Commits the transaction, where the engine's `__BEFORE_COMMIT` proves that it is still there, or releases the savepoint.
    ///
    /// After an error it may still be open.
    fn commit(connection: &mut Self::Connection) -> Self::Future<'_, QueryResult<()>>;

    /// Rolls back the transaction or the savepoint.
    fn roll_back(connection: &mut Self::Connection) -> Self::Future<'_, QueryResult<()>>;

    /// Runs statements as they stand. MySQL can prepare neither CREATE TRIGGER nor DROP TRIGGER.
    fn batch<'a>(connection: &'a mut Self::Connection, sql: &'a str) -> Self::Future<'a, QueryResult<()>>;

    /// Keeps the connection from being used again: nobody knows what is open on it.
    fn mark_broken(connection: &mut Self::Connection);
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

    /// Begins a transaction, or a savepoint inside of one.
    pub(crate) fn begin(&mut self) -> E::Future<'_, QueryResult<()>> {
        E::begin(self.0)
    }

    /// Commits the transaction, where it is still there, or releases the savepoint.
    pub(crate) fn commit(&mut self) -> E::Future<'_, QueryResult<()>> {
        E::commit(self.0)
    }

    /// Rolls back the transaction or the savepoint.
    pub(crate) fn roll_back(&mut self) -> E::Future<'_, QueryResult<()>> {
        E::roll_back(self.0)
    }

    /// Runs statements as they stand.
    pub(crate) fn batch<'a>(&'a mut self, sql: &'a str) -> E::Future<'a, QueryResult<()>> {
        E::batch(self.0, sql)
    }

    /// Keeps the connection from being used again.
    pub(crate) fn mark_broken(&mut self) {
        E::mark_broken(self.0);
    }
}
