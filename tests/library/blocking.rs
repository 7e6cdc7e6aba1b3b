//! The library itself, as the suite calls it on Diesel's own connections. It does not know which engine is behind them.

use concurrency_diesel::ConcurrencyBackend;
use diesel::connection::LoadConnection;

pub use concurrency_diesel::*;

/// The imports of the tests.
pub mod prelude {
    pub use super::{AnyConnection, BoxedError, Crosses, EmbeddedOn};
    pub use concurrency_diesel::prelude::*;
    pub use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
}

/// A connection of generic code.
pub trait AnyConnection: LoadConnection<Backend: ConcurrencyBackend> {}

impl<C: LoadConnection<Backend: ConcurrencyBackend>> AnyConnection for C {}

/// An embedded struct of generic code.
pub trait EmbeddedOn<DB: ConcurrencyBackend>: ConcurrentColumnsOn<DB> + Sized {}

impl<DB: ConcurrencyBackend, E: ConcurrentColumnsOn<DB>> EmbeddedOn<DB> for E {}

/// The bound of a closure's captures: anything.
pub trait Crosses {}

impl<T: ?Sized> Crosses for T {}

/// Any error, as a closure may return it.
pub type BoxedError = Box<dyn std::error::Error>;

/// Does work of which nothing can be dropped before its end.
pub fn impatient<R>(_polls: u32, work: impl FnOnce() -> R) -> R {
    work()
}

/// Whether a transaction that is left by a panic is rolled back before the panic goes on.
pub const ROLLS_BACK_AT_ONCE: bool = true;

/// Whether the connections take MySQL's error 1213 for the end of the transaction.
#[allow(dead_code, reason = "other engines do not ask")]
pub const KNOWS_DEADLOCKS: bool = true;
