//! Diesel's `AnsiTransactionManager` manages Diesel's own connections only: here is what tests need of it, by its names.

use diesel::Connection;
use diesel::connection::{
    SimpleConnection as _, TransactionDepthChange, TransactionManager as _, TransactionManagerStatus,
};
use diesel::result::{Error, QueryResult};
use diesel_async::AsyncConnection;

use super::Awaited;

type Manager<C> = <Awaited<C> as Connection>::TransactionManager;

pub struct AnsiTransactionManager;

impl AnsiTransactionManager {
    pub fn transaction_manager_status_mut<C: AsyncConnection>(conn: &mut Awaited<C>) -> &mut TransactionManagerStatus {
        Manager::<C>::transaction_manager_status_mut(conn)
    }

    pub fn is_broken_transaction_manager<C: AsyncConnection>(conn: &mut Awaited<C>) -> bool {
        Manager::<C>::is_broken_transaction_manager(conn)
    }

    pub fn begin_transaction<C: AsyncConnection>(conn: &mut Awaited<C>) -> QueryResult<()> {
        Manager::<C>::begin_transaction(conn)
    }

    pub fn begin_transaction_sql<C: AsyncConnection>(conn: &mut Awaited<C>, sql: &str) -> QueryResult<()> {
        if Manager::<C>::transaction_manager_status_mut(conn).transaction_state()?.transaction_depth().is_some() {
            return Err(Error::AlreadyInTransaction);
        }
        conn.batch_execute(sql)?;
        let state = Manager::<C>::transaction_manager_status_mut(conn).transaction_state()?;
        state.change_transaction_depth(TransactionDepthChange::IncreaseDepth)
    }

    pub fn commit_transaction<C: AsyncConnection>(conn: &mut Awaited<C>) -> QueryResult<()> {
        Manager::<C>::commit_transaction(conn)
    }

    pub fn rollback_transaction<C: AsyncConnection>(conn: &mut Awaited<C>) -> QueryResult<()> {
        Manager::<C>::rollback_transaction(conn)
    }
}
