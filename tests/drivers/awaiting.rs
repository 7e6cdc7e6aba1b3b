//! diesel-async's connections, and how the suite, which does not await, calls the library on them: each method waits for
//! the future of the asynchronous method of its name. Which engine is behind them is not its business.
//!
//! `AsyncConnectionWrapper` lets Diesel's own queries of the tests run on the same connection.

#[path = "awaiting/block_on.rs"]
mod block_on;
#[path = "awaiting/facade.rs"]
mod facade;
#[path = "awaiting/transactions.rs"]
mod transactions;

use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

pub use self::block_on::{Suite, run};
pub use concurrency_diesel::asynchronous::{ConcurrentOn, LoadableOn};

/// What the suite calls the library through.
pub mod prelude {
    pub use super::facade::*;
    pub use super::transactions::Transactions as AnsiTransactionManager;
}

/// A connection of diesel-async on which Diesel's own queries run, too.
pub type Awaited<C> = AsyncConnectionWrapper<C, Suite>;

/// Whether the connections take MySQL's error 1213 for the end of the transaction.
#[allow(dead_code, reason = "other engines do not ask")]
pub const KNOWS_DEADLOCKS: bool = false;
