//! Transactions on Diesel's connections, pooled ones included.

use std::future::{Ready, ready};
use std::num::NonZeroU32;

use diesel::connection::{
    Connection, LoadConnection, TransactionDepthChange, TransactionManager, TransactionManagerStatus,
};
use diesel::result::QueryResult;

use super::super::transactions::Transactions;
use super::Blocking;
use crate::backend::ConcurrencyBackend;

impl<C, DB> Transactions for Blocking<C>
where
    C: LoadConnection<Backend = DB>,
    DB: ConcurrencyBackend,
{
    fn depth(connection: &mut C) -> QueryResult<u32> {
        Ok(status(connection).transaction_depth()?.map_or(0, NonZeroU32::get))
    }

    /// Diesel calls every open transaction broken, for the sake of pools, but for this one.
    fn is_in_test_transaction(connection: &mut C) -> bool {
        matches!(status(connection).transaction_depth(), Ok(Some(_)))
            && !C::TransactionManager::is_broken_transaction_manager(connection)
    }

    fn begin(connection: &mut C) -> Ready<QueryResult<()>> {
        ready(begin(connection))
    }

    fn commit(connection: &mut C) -> Ready<QueryResult<()>> {
        ready(commit(connection))
    }

    fn roll_back(connection: &mut C) -> Ready<QueryResult<()>> {
        ready(C::TransactionManager::rollback_transaction(connection))
    }

    fn batch<'a>(connection: &'a mut C, sql: &'a str) -> Ready<QueryResult<()>> {
        ready(connection.batch_execute(sql))
    }

    fn mark_broken(connection: &mut C) {
        status(connection).set_in_error();
    }
}

fn status<C: Connection>(connection: &mut C) -> &mut TransactionManagerStatus {
    C::TransactionManager::transaction_manager_status_mut(connection)
}

fn begin<C>(connection: &mut C) -> QueryResult<()>
where
    C: Connection<Backend: ConcurrencyBackend>,
{
    if status(connection).transaction_depth()?.is_some() {
        return C::TransactionManager::begin_transaction(connection);
    }
    connection.batch_execute(C::Backend::__BEGIN)?;
    change_depth(connection, TransactionDepthChange::IncreaseDepth)
}

/// In one batch, so that a row is not locked for a round trip more. Where the batch fails at its first statement, the second is
/// not run.
fn commit<C>(connection: &mut C) -> QueryResult<()>
where
    C: Connection<Backend: ConcurrencyBackend>,
{
    if status(connection).transaction_depth()?.is_none_or(|depth| depth.get() > 1) {
        return C::TransactionManager::commit_transaction(connection);
    }
    connection.batch_execute(&format!("{}COMMIT", C::Backend::__BEFORE_COMMIT))?;
    // PostgreSQL's connection has noticed by itself.
    if status(connection).transaction_depth()?.is_some() {
        change_depth(connection, TransactionDepthChange::DecreaseDepth)?;
    }
    Ok(())
}

fn change_depth<C: Connection>(connection: &mut C, change: TransactionDepthChange) -> QueryResult<()> {
    match status(connection) {
        TransactionManagerStatus::Valid(status) => status.change_transaction_depth(change),
        TransactionManagerStatus::InError => Err(diesel::result::Error::BrokenTransactionManager),
    }
}
