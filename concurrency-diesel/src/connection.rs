//! The connections that the methods of `prelude` take.

use diesel::connection::LoadConnection;

use crate::backend::ConcurrencyBackend;

/// A connection of Diesel's that records can be saved on: every [`LoadConnection`] to a supported database, pooled ones
/// included.
///
/// There is nothing to implement, and generic code may ask for `C: LoadConnection<Backend: ConcurrencyBackend>` as
/// well.
#[diagnostic::on_unimplemented(
    message = "records cannot be saved on a `{Self}` by a method of `concurrency_diesel::prelude`",
    label = "no connection of Diesel's to a supported database",
    note = "on a connection of diesel-async use `concurrency_diesel::asynchronous::prelude` instead, and await what its methods return",
    note = "supported are `SqliteConnection`, `PgConnection` and `MysqlConnection`, pooled or not; enable the feature `sqlite`, `postgres` or `mysql` of concurrency-diesel"
)]
pub trait Connection: LoadConnection<Backend = <Self as Connection>::Database> {
    /// Its backend. This is our own associated type, so that rustc looks for no backend if the type is not a connection
    /// of Diesel's.
    type Database: ConcurrencyBackend;
}

#[diagnostic::do_not_recommend]
impl<C: LoadConnection<Backend: ConcurrencyBackend>> Connection for C {
    type Database = C::Backend;
}
