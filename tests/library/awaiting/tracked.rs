//! The method of tracked records, which waits for the asynchronous one of its name.

use concurrency_diesel::asynchronous::{self, ConcurrentOn, Connection, LoadableOn};
use concurrency_diesel::{Concurrent, MergeError, Trackable, Tracked};

use super::block_on::block_on;

/// [`asynchronous::TrackedDsl`], waited for.
pub trait TrackedDsl<T> {
    fn save_merging<C, Use>(&mut self, conn: &mut C) -> Result<(), MergeError<T>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone;
}

impl<T> TrackedDsl<T> for Tracked<T> {
    fn save_merging<C, Use>(&mut self, conn: &mut C) -> Result<(), MergeError<T>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
    {
        block_on(asynchronous::TrackedDsl::save_merging(self, conn))
    }
}
