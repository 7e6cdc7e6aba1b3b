//! The save of a tracked record that merges, as a function, because no method can stand before it.

use concurrency_diesel::asynchronous::{ConcurrentOn, Connection, LoadableOn, Tracked};
use concurrency_diesel::{Concurrent, MergeError, Trackable};

use super::block_on::block_on;

/// The save of a tracked record that was loaded so and became this one, which is then what it is after the save.
pub fn save_merging<T, C, Use>(base: T, record: &mut T, conn: &mut C) -> Result<(), MergeError<T>>
where
    C: Connection<Use>,
    T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
{
    let mut tracked = Tracked::new(base);
    *tracked = record.clone();
    let result = block_on(tracked.save_merging(conn));
    *record = tracked.into_inner();
    result
}
