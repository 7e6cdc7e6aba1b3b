//! Transactions on Diesel's connections, pooled ones included.

use std::future::{Ready, ready};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{
    Connection, LoadConnection, TransactionDepthChange, TransactionManager, TransactionManagerStatus,
};
use diesel::result::QueryResult;

use super::super::now;
use super::super::transactions::Transactions;
use super::Blocking;
use crate::backend::ConcurrencyBackend;
use crate::transaction::{self, Abandoned, Owned, RolledBack};

impl<C, DB> Transactions for Blocking<C>
where
    C: LoadConnection<Backend = DB>,
    DB: ConcurrencyBackend,
{
    fn depth(connection: &mut C) -> QueryResult<u32> {
        Ok(status(connection).transaction_depth()?.map_or(0, NonZeroU32::get))
    }

    /// For the sake of pools, Diesel calls every open transaction broken except this one.
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

    fn set_savepoint(connection: &mut C, _: Owned) -> Ready<QueryResult<()>> {
        ready(C::TransactionManager::begin_transaction(connection))
    }

    fn release_savepoint(connection: &mut C, _: Owned) -> Ready<QueryResult<()>> {
        ready(C::TransactionManager::commit_transaction(connection))
    }

    fn roll_back_to_savepoint(connection: &mut C, _: Owned) -> Ready<QueryResult<()>> {
        ready(C::TransactionManager::rollback_transaction(connection))
    }

    fn batch<'a>(connection: &'a mut C, sql: &'a str) -> Ready<QueryResult<()>> {
        ready(connection.batch_execute(sql))
    }

    fn mark_broken(connection: &mut C) {
        status(connection).set_in_error();
    }

    fn abandon(connection: &mut C, around: u32) -> Abandoned {
        match catch_unwind(AssertUnwindSafe(|| now(transaction::roll_back::<Self>(connection, around)))) {
            Ok(Ok(RolledBack::Now)) => Abandoned::Ended,
            Ok(Ok(RolledBack::Gone(_))) => Abandoned::Gone,
            Ok(Err(_)) | Err(_) => {
                Self::mark_broken(connection);
                Abandoned::Ended
            }
        }
    }

    fn put_back(connection: &mut C, sql: Option<&str>) {
        let put_back = sql.map(|sql| catch_unwind(AssertUnwindSafe(|| connection.batch_execute(sql))));
        if !matches!(put_back, Some(Ok(Ok(())))) {
            Self::mark_broken(connection);
        }
    }
}

/// The connection's own count of what is open.
pub(super) fn status<C: Connection>(connection: &mut C) -> &mut TransactionManagerStatus {
    C::TransactionManager::transaction_manager_status_mut(connection)
}

/// The count with the outermost transaction open, or with none.
pub(in crate::executor) fn counted(is_open: bool) -> TransactionManagerStatus {
    let mut status = TransactionManagerStatus::default();
    if let (true, TransactionManagerStatus::Valid(status)) = (is_open, &mut status) {
        // Only counting down from zero is refused.
        let _ = status.change_transaction_depth(TransactionDepthChange::IncreaseDepth);
    }
    status
}

/// Counts down to this many open transactions.
pub(in crate::executor) fn count_down(status: &mut TransactionManagerStatus, depth: u32) -> QueryResult<()> {
    while let TransactionManagerStatus::Valid(open) = status {
        match open.transaction_depth() {
            Some(left) if left.get() > depth => open.change_transaction_depth(TransactionDepthChange::DecreaseDepth)?,
            _ => break,
        }
    }
    Ok(())
}
