//! The methods of many records under the names and signatures of the synchronous side, each of which waits for the asynchronous
//! method of its name.

use concurrency_diesel::asynchronous::{self, ConcurrentOn};
use concurrency_diesel::{BulkConflict, BulkError, ConcurrencyBackend, Concurrent};
use diesel_async::AsyncConnection;

use super::block_on::block_on;

/// [`asynchronous::BulkConcurrentDsl`], waited for.
pub trait BulkConcurrentDsl {
    type Record: Concurrent;

    fn save_all_concurrent<C>(&mut self, conn: &mut C) -> Result<(), BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    fn save_each_concurrent<C>(&mut self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    fn delete_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    fn delete_each_concurrent<C>(&self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    fn check_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;
}

impl<T: Concurrent> BulkConcurrentDsl for [T] {
    type Record = T;

    fn save_all_concurrent<C>(&mut self, conn: &mut C) -> Result<(), BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::BulkConcurrentDsl::save_all_concurrent(self, conn))
    }

    fn save_each_concurrent<C>(&mut self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::BulkConcurrentDsl::save_each_concurrent(self, conn))
    }

    fn delete_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::BulkConcurrentDsl::delete_all_concurrent(self, conn))
    }

    fn delete_each_concurrent<C>(&self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::BulkConcurrentDsl::delete_each_concurrent(self, conn))
    }

    fn check_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: AsyncConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        block_on(asynchronous::BulkConcurrentDsl::check_all_concurrent(self, conn))
    }
}
