//! Transactions on diesel-async's connections, pooled ones included.

use std::num::NonZeroU32;

use diesel::connection::{TransactionDepthChange, TransactionManagerStatus};
use diesel::result::QueryResult;
use diesel_async::{AsyncConnection, TransactionManager};
use futures_core::future::BoxFuture;

use super::super::transactions::Transactions;
use super::Awaiting;
use crate::backend::ConcurrencyBackend;

impl<C, DB> Transactions for Awaiting<C>
where
    C: AsyncConnection<Backend = DB>,
    DB: ConcurrencyBackend,
{
    fn depth(connection: &mut C) -> QueryResult<u32> {
        Ok(status(connection).transaction_depth()?.map_or(0, NonZeroU32::get))
    }

    /// diesel-async calls every open transaction broken, for the sake of pools, but for this one.
    fn is_in_test_transaction(connection: &mut C) -> bool {
        matches!(status(connection).transaction_depth(), Ok(Some(_)))
            && !C::TransactionManager::is_broken_transaction_manager(connection)
    }

    fn begin(connection: &mut C) -> BoxFuture<'_, QueryResult<()>> {
        Box::pin(begin(connection))
    }

    fn commit(connection: &mut C) -> BoxFuture<'_, QueryResult<()>> {
        Box::pin(commit(connection))
    }

    fn roll_back(connection: &mut C) -> BoxFuture<'_, QueryResult<()>> {
        Box::pin(C::TransactionManager::rollback_transaction(connection))
    }

    fn batch<'a>(connection: &'a mut C, sql: &'a str) -> BoxFuture<'a, QueryResult<()>> {
        Box::pin(connection.batch_execute(sql))
    }

    fn mark_broken(connection: &mut C) {
        status(connection).set_in_error();
    }
}

fn status<C: AsyncConnection>(connection: &mut C) -> &mut TransactionManagerStatus {
    C::TransactionManager::transaction_manager_status_mut(connection)
}

async fn begin<C>(connection: &mut C) -> QueryResult<()>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
{
    if status(connection).transaction_depth()?.is_some() {
        return C::TransactionManager::begin_transaction(connection).await;
    }
    let begun = undivided(connection, C::Backend::__BEGIN).await;
    *status(connection) = TransactionManagerStatus::default();
    begun?;
    count_one(connection)
}

/// In one batch, so that a row is not locked for a round trip more. Where the batch fails at its first statement, the second is
/// not run.
async fn commit<C>(connection: &mut C) -> QueryResult<()>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
{
    if status(connection).transaction_depth()?.is_none_or(|depth| depth.get() > 1) {
        return C::TransactionManager::commit_transaction(connection).await;
    }
    let batch = format!("{}COMMIT", C::Backend::__BEFORE_COMMIT);
    let committed = undivided(connection, &batch).await;
    *status(connection) = TransactionManagerStatus::default();
    if committed.is_err() {
        count_one(connection)?;
    }
    committed
}

/// Runs what begins or ends a transaction. Where this future is dropped, nobody knows whether one is open, and the connection
/// stays marked as broken.
async fn undivided<C: AsyncConnection>(connection: &mut C, sql: &str) -> QueryResult<()> {
    status(connection).set_in_error();
    connection.batch_execute(sql).await
}

fn count_one<C: AsyncConnection>(connection: &mut C) -> QueryResult<()> {
    match status(connection) {
        TransactionManagerStatus::Valid(status) => {
            status.change_transaction_depth(TransactionDepthChange::IncreaseDepth)
        }
        TransactionManagerStatus::InError => Err(diesel::result::Error::BrokenTransactionManager),
    }
}
