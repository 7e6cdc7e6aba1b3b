//! The connections of diesel-async that records can be saved on, and what happens to one when a save on it is dropped.

use std::marker::PhantomData;

use diesel::result::Error::BrokenTransactionManager;
use diesel::result::QueryResult;
use diesel_async::{AsyncConnection, AsyncConnectionCore, TransactionManager};

use crate::backend::ConcurrencyBackend;
use crate::executor::{Awaiting, Session};

/// A connection of diesel-async that records can be saved on: every [`AsyncConnection`] to a supported database, pooled
/// ones included, and `&AsyncPgConnection`.
///
/// `Use` tells the two kinds apart, [`Exclusive`] and [`Shared`]. rustc infers it, also in generic code:
///
/// ```
/// use concurrency_diesel::asynchronous::{Connection, ConcurrentOn, prelude::*};
///
/// async fn save_twice<T, C, Use>(record: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
/// where
///     C: Connection<Use>,
///     T: ConcurrentOn<C::Backend>,
/// {
///     record.save_concurrent(conn).await?;
///     record.save_concurrent(conn).await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "records cannot be saved on a `{Self}`",
    label = "no connection of diesel-async to a supported database",
    note = "it must be an `AsyncPgConnection`, `AsyncMysqlConnection` or `SyncConnectionWrapper<SqliteConnection>`, pooled or not, or a `&AsyncPgConnection`; the methods on Diesel's own connections are in `concurrency_diesel::prelude`"
)]
pub trait Connection<Use>: AsyncConnectionCore<Backend = <Self as Connection<Use>>::Database> {
    /// Its backend. This is our own associated type, so that rustc looks for no backend if the type is not a connection
    /// of diesel-async.
    type Database: ConcurrencyBackend;

    /// Whether it is marked as broken.
    #[doc(hidden)]
    fn __is_broken(&mut self) -> bool;

    /// Prevents further use of the connection: its next answer may belong to another statement.
    #[doc(hidden)]
    fn __mark_broken(&mut self);
}

/// Marks a connection that has one user at a time.
#[derive(Debug, Clone, Copy)]
pub struct Exclusive;

/// Marks a connection that several users share. It assigns each answer to its statement.
#[derive(Debug, Clone, Copy)]
pub struct Shared;

#[diagnostic::do_not_recommend]
impl<C> Connection<Exclusive> for C
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
{
    type Database = C::Backend;

    fn __is_broken(&mut self) -> bool {
        C::TransactionManager::transaction_manager_status_mut(self).transaction_state().is_err()
    }

    fn __mark_broken(&mut self) {
        C::TransactionManager::transaction_manager_status_mut(self).set_in_error();
    }
}

#[diagnostic::do_not_recommend]
impl<'c, C> Connection<Shared> for &'c C
where
    &'c C: AsyncConnectionCore<Backend: ConcurrencyBackend>,
{
    type Database = <Self as AsyncConnectionCore>::Backend;

    fn __is_broken(&mut self) -> bool {
        false
    }

    fn __mark_broken(&mut self) {}
}

/// A connection of diesel-async on which a batch or a transaction can run: every [`AsyncConnection`] to a supported
/// database, pooled ones included. A transaction needs exclusive use, so `&AsyncPgConnection` is not one.
///
/// There is nothing to implement, and generic code may ask for `C: AsyncConnection<Backend: ConcurrencyBackend>` as
/// well.
#[diagnostic::on_unimplemented(
    message = "no transaction can run on a `{Self}` by `concurrency_diesel::asynchronous`",
    label = "no connection of diesel-async to a supported database",
    note = "on a connection of Diesel's own use `concurrency_diesel::prelude` instead, whose methods and functions return no future",
    note = "supported are `AsyncPgConnection`, `AsyncMysqlConnection` and `SyncConnectionWrapper<SqliteConnection>`, pooled or not"
)]
pub trait TransactionConnection: AsyncConnection<Backend = <Self as TransactionConnection>::Database> {
    /// Its backend. This is our own associated type, so that rustc looks for no backend if the type is not a connection
    /// of diesel-async.
    type Database: ConcurrencyBackend;
}

#[diagnostic::do_not_recommend]
impl<C: AsyncConnection<Backend: ConcurrencyBackend>> TransactionConnection for C {
    type Database = C::Backend;
}

/// A connection on which statements are under way. If it is dropped before they end, it marks the connection as broken,
/// unless the engine's connections survive that.
pub(super) struct UnderWay<'c, C: Connection<Use>, Use> {
    connection: &'c mut C,
    is_over: bool,
    kind: PhantomData<fn() -> Use>,
}

impl<'c, C: Connection<Use>, Use> UnderWay<'c, C, Use> {
    /// Refuses a connection that is broken.
    pub(super) fn on(connection: &'c mut C) -> QueryResult<Self> {
        if connection.__is_broken() {
            return Err(BrokenTransactionManager);
        }
        Ok(Self { connection, is_over: false, kind: PhantomData })
    }

    pub(super) fn session(&mut self) -> Session<'_, Awaiting<C>> {
        Awaiting::session(self.connection)
    }

    /// Notes that every answer has come.
    pub(super) fn over(&mut self) {
        self.is_over = true;
    }
}

impl<C: Connection<Use>, Use> Drop for UnderWay<'_, C, Use> {
    fn drop(&mut self) {
        if !self.is_over && !C::Backend::__SURVIVES_DROPPED_STATEMENTS {
            self.connection.__mark_broken();
        }
    }
}

/// A future that runs these statements on the connection.
macro_rules! under_way {
    ($connection:ident, |$session:ident| $work:expr) => {
        Box::pin(async move {
            let mut under_way = $crate::asynchronous::connection::UnderWay::on($connection)?;
            let $session = &mut under_way.session();
            let output = $work.await;
            under_way.over();
            output
        })
    };
}
pub(super) use under_way;
