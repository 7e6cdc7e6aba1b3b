//! Diesel's own connections, and how the suite calls the library on them: as everybody does. Which engine is behind them
//! is not its business.

use concurrency_diesel::{ConcurrencyBackend, ConcurrentColumnsOn};
use diesel::connection::LoadConnection;

pub use concurrency_diesel::{ConcurrentOn, LoadableOn};

/// What the suite calls the library through.
pub mod prelude {
    pub use super::{AnyConnection, EmbeddedOn};
    pub use concurrency_diesel::prelude::*;
    pub use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
}

/// A connection of generic code.
pub trait AnyConnection: LoadConnection<Backend: ConcurrencyBackend> {}

impl<C: LoadConnection<Backend: ConcurrencyBackend>> AnyConnection for C {}

/// An embedded struct of generic code.
pub trait EmbeddedOn<DB: ConcurrencyBackend>: ConcurrentColumnsOn<DB> {}

impl<DB: ConcurrencyBackend, E: ConcurrentColumnsOn<DB>> EmbeddedOn<DB> for E {}

/// Whether the connections take MySQL's error 1213 for the end of the transaction.
#[allow(dead_code, reason = "other engines do not ask")]
pub const KNOWS_DEADLOCKS: bool = true;
