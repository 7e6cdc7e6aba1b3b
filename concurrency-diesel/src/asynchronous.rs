//! The same on the connections of diesel-async.

use diesel_async::AsyncConnectionCore;
use futures_core::future::BoxFuture;

use crate::backend::ConcurrencyBackend;
use crate::columns::ConcurrentColumns;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::Error;
use crate::executor::Awaiting;
use crate::save;

/// T
pub trait ConcurrentDsl: Concurrent + Sized {
    /// T
    fn save_concurrent<'a, C>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), Error>>
    where
        C: AsyncConnectionCore<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend> + Send + Sync,
        <Self as ConcurrentColumns>::__Serialized: Send + Sync,
    {
        Box::pin(async move { save::save(self, &mut Awaiting::session(conn)).await })
    }
}
impl<T: Concurrent> ConcurrentDsl for T {}
