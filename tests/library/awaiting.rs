//! The library as the suite, which does not await, calls it on diesel-async's connections: each function and method waits for
//! the future of the asynchronous one of its name. Which engine is behind them is not its business.
//!
//! `AsyncConnectionWrapper` lets Diesel's own queries of the tests run on the same connection.

#[path = "awaiting/ansi.rs"]
mod ansi;
#[path = "awaiting/block_on.rs"]
mod block_on;
#[path = "awaiting/bulk.rs"]
mod bulk;
#[path = "awaiting/edit_lock.rs"]
pub mod edit_lock;
#[path = "awaiting/methods.rs"]
mod methods;
#[path = "awaiting/scopes.rs"]
mod scopes;
#[path = "awaiting/tracked.rs"]
mod tracked;
#[path = "awaiting/transactions.rs"]
mod transactions;
#[path = "awaiting/triggers.rs"]
pub mod triggers;

use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

pub use self::block_on::{Suite, impatient, run};
pub use self::scopes::{disable_concurrency, disable_concurrency_for, disable_increment, disable_increment_for};
pub use self::transactions::{retry_if, retry_on_conflict, transaction_concurrent};
pub use concurrency_diesel::asynchronous::{ConcurrentOn, LoadableOn};
// The parts that await nothing.
pub use concurrency_diesel::{
    BulkConflict, BulkError, Conflict, Counter, InitialVersion, MergeError, MergeSum, RecordId, Records, Resolution,
    RetryPolicy, Retryable, Trackable, Tracked, TriggerVersionField, VersionField, VersionValue, client_wins,
    store_wins,
};

/// Checks of models, which block here, too.
#[allow(unused_imports, reason = "not every engine asks")]
pub use concurrency_diesel::testing;

/// The imports of the tests.
#[allow(unused_imports, reason = "as in every prelude")]
pub mod prelude {
    pub use super::ansi::AnsiTransactionManager;
    pub use super::bulk::BulkConcurrentDsl;
    pub use super::methods::{AnyConnection, ConcurrentDsl, EmbeddedOn};
    pub use super::tracked::TrackedDsl;
    pub use super::{BoxedError, Crosses};
    // The methods above hide its methods. A method that is not wrapped there does not compile in the suite.
    #[cfg(feature = "async-postgres")]
    pub use concurrency_diesel::asynchronous::prelude::XminVersionField;
    pub use concurrency_diesel::asynchronous::prelude::{
        AutoIncVersionField, ConcurrencyError, Concurrent, ConcurrentColumns, ConditionalVersionField, Doubt,
        IntegerVersionField, MergeError, RandomVersionField, TimestampVersionField, Tracked, TriggerVersionField,
        Versioned,
    };
}

/// A connection of diesel-async on which Diesel's own queries run, too.
pub type Awaited<C> = AsyncConnectionWrapper<C, Suite>;

/// The bound of a closure's captures: what its future may take to another thread.
pub trait Crosses: Send + Sync {}

impl<T: ?Sized + Send + Sync> Crosses for T {}

/// Any error, as a closure may return it.
pub type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Whether a transaction that is left by a panic is rolled back before the panic goes on: nothing can be awaited then.
pub const ROLLS_BACK_AT_ONCE: bool = false;

/// Whether the connections take MySQL's error 1213 for the end of the transaction.
#[allow(dead_code, reason = "other engines do not ask")]
pub const KNOWS_DEADLOCKS: bool = false;
