//! Transactions on diesel-async's connections, pooled ones included.

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};

use diesel::connection::TransactionManagerStatus;
use diesel::result::QueryResult;
use diesel_async::{AsyncConnection, TransactionManager};
use futures_core::future::BoxFuture;

use super::super::blocking::{count_down, counted};
use super::super::transactions::Transactions;
use super::Awaiting;
use crate::backend::ConcurrencyBackend;
use crate::transaction::{Abandoned, Owned};

impl<C, DB> Transactions for Awaiting<C>
where
    C: AsyncConnection<Backend = DB>,
    DB: ConcurrencyBackend,
{
    fn depth(connection: &mut C) -> QueryResult<u32> {
        Ok(status(connection).transaction_depth()?.map_or(0, NonZeroU32::get))
    }

    /// For the sake of pools, diesel-async calls every open transaction broken except this one.
    fn is_in_test_transaction(connection: &mut C) -> bool {
        matches!(status(connection).transaction_depth(), Ok(Some(_)))
            && !C::TransactionManager::is_broken_transaction_manager(connection)
    }

    fn set_open(connection: &mut C, is_open: bool) {
        *status(connection) = counted(is_open);
    }

    fn set_depth(connection: &mut C, depth: u32) -> QueryResult<()> {
        count_down(status(connection), depth)
    }

    fn set_savepoint(connection: &mut C, _: Owned) -> BoxFuture<'_, QueryResult<()>> {
        Box::pin(C::TransactionManager::begin_transaction(connection))
    }

    fn release_savepoint(connection: &mut C, _: Owned) -> BoxFuture<'_, QueryResult<()>> {
        Box::pin(C::TransactionManager::commit_transaction(connection))
    }

    fn roll_back_to_savepoint(connection: &mut C, _: Owned) -> BoxFuture<'_, QueryResult<()>> {
        Box::pin(C::TransactionManager::rollback_transaction(connection))
    }

    fn batch<'a>(connection: &'a mut C, sql: &'a str) -> BoxFuture<'a, QueryResult<()>> {
        Box::pin(connection.batch_execute(sql))
    }

    fn mark_broken(connection: &mut C) {
        status(connection).set_in_error();
    }

    /// Nothing can be awaited here. A shared connection does not see the mark, but runs what follows after this
    /// ROLLBACK, outside of the transaction.
    fn abandon(connection: &mut C, _: u32) -> Abandoned {
        let _ = catch_unwind(AssertUnwindSafe(|| Self::mark_broken(connection)));
        if DB::__QUEUES_STATEMENTS {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let mut queued = pin!(connection.batch_execute("ROLLBACK"));
                let _ = queued.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }));
        }
        Abandoned::Ended
    }

    /// Nothing can be awaited here.
    fn put_back(connection: &mut C, _: Option<&str>) {
        let _ = catch_unwind(AssertUnwindSafe(|| Self::mark_broken(connection)));
    }
}

fn status<C: AsyncConnection>(connection: &mut C) -> &mut TransactionManagerStatus {
    C::TransactionManager::transaction_manager_status_mut(connection)
}
