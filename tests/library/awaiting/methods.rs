//! The methods of records under the names and signatures of the synchronous side, each of which waits for the asynchronous
//! method of its name.

use concurrency_diesel::asynchronous::{self, ConcurrentOn, Connection, LoadableOn};
use concurrency_diesel::{ConcurrencyBackend, ConcurrentColumnsOn, Conflict, Resolution};
use diesel::AsChangeset;
use diesel::query_builder::QueryFragment;
use diesel_async::AsyncConnection;

use super::block_on::block_on;

use concurrency_diesel::asynchronous::prelude::{ConcurrencyError, Concurrent};

/// [`asynchronous::ConcurrentDsl`], waited for.
pub trait ConcurrentDsl: Concurrent {
    fn save_concurrent<C, Use>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::save_concurrent(self, conn))
    }

    fn save_unchecked<C, Use>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::save_unchecked(self, conn))
    }

    fn save_without_increment<C, Use>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::save_without_increment(self, conn))
    }

    fn touch_concurrent<C, Use>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::touch_concurrent(self, conn))
    }

    fn delete_concurrent<C, Use>(&self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::delete_concurrent(self, conn))
    }

    fn delete_if_exists<C, Use>(&self, conn: &mut C) -> Result<bool, ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::delete_if_exists(self, conn))
    }

    fn check_concurrent<C, Use>(&self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::check_concurrent(self, conn))
    }

    fn lock_concurrent<C, Use>(&self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::lock_concurrent(self, conn))
    }

    fn is_changed<C, Use>(&self, conn: &mut C) -> Result<bool, ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::ConcurrentDsl::is_changed(self, conn))
    }

    fn current<C, Use>(&self, conn: &mut C) -> Result<Option<Self>, ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        block_on(asynchronous::ConcurrentDsl::current(self, conn))
    }

    fn at_version<C, Use>(&self, version: Self::Version, conn: &mut C) -> Result<Option<Self>, ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        block_on(asynchronous::ConcurrentDsl::at_version(self, version, conn))
    }

    fn reload_concurrent<C, Use>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        block_on(asynchronous::ConcurrentDsl::reload_concurrent(self, conn))
    }

    fn update_concurrent<U, C, Use>(&self, changes: U, conn: &mut C) -> Result<Self::Version, ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend>,
        U: AsChangeset<Target = Self::Table, Changeset: QueryFragment<C::Backend> + Send + Sync> + Send,
    {
        block_on(asynchronous::ConcurrentDsl::update_concurrent(self, changes, conn))
    }

    fn save_resolving<C, Use>(
        &mut self,
        conn: &mut C,
        resolver: impl FnMut(Conflict<Self>) -> Resolution<Self> + Send,
    ) -> Result<(), ConcurrencyError>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C> + Clone,
    {
        block_on(asynchronous::ConcurrentDsl::save_resolving(self, conn, resolver))
    }
}

impl<T: Concurrent> ConcurrentDsl for T {}

/// A connection of generic code.
pub trait AnyConnection: AsyncConnection<Backend: ConcurrencyBackend> {}

impl<C: AsyncConnection<Backend: ConcurrencyBackend>> AnyConnection for C {}

/// An embedded struct of generic code.
pub trait EmbeddedOn<DB: ConcurrencyBackend>:
    ConcurrentColumnsOn<DB, __Serialized: Send + Sync> + Send + Sync + Sized
{
}

impl<DB, E> EmbeddedOn<DB> for E
where
    DB: ConcurrencyBackend,
    E: ConcurrentColumnsOn<DB, __Serialized: Send + Sync> + Send + Sync,
{
}
