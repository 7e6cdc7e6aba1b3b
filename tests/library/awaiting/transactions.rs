//! Transactions and retries whose closures do not await: what they do is done when it is polled.

use std::future::ready;
use std::time::Duration;

use concurrency_diesel::asynchronous::{self, Sleep, TokioSleep};
use concurrency_diesel::{ConcurrencyBackend, Records, RetryPolicy, Retryable};
use diesel::result::Error;
use diesel_async::AsyncConnection;

use super::block_on::block_on;

pub fn transaction_concurrent<C, R, T, E, F>(conn: &mut C, records: R, f: F) -> Result<T, E>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
    R: Records<C::Backend, __Memories: Send> + Send,
    T: Send,
    E: From<Error> + Send,
    F: FnOnce(&mut C, &mut R) -> Result<T, E> + Send,
{
    block_on(asynchronous::transaction_concurrent(conn, records, |conn: &mut C, records: &mut R| {
        ready(f(conn, records))
    }))
}

pub fn retry_on_conflict<C, T, E, F>(conn: &mut C, policy: &RetryPolicy, f: F) -> Result<T, E>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
    T: Send,
    E: From<Error> + Retryable + Send,
    F: FnMut(&mut C) -> Result<T, E> + Send,
{
    let mut f = f;
    block_on(asynchronous::retry_on_conflict_with(conn, policy, Pauses(*policy), |conn: &mut C| ready(f(conn))))
}

pub fn retry_if<C, T, E, P, F>(conn: &mut C, policy: &RetryPolicy, is_retryable: P, f: F) -> Result<T, E>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
    T: Send,
    E: From<Error> + Send,
    P: Fn(&E) -> bool + Send + Sync,
    F: FnMut(&mut C) -> Result<T, E> + Send,
{
    let mut f = f;
    block_on(asynchronous::retry_if_with(conn, policy, Pauses(*policy), is_retryable, |conn: &mut C| ready(f(conn))))
}

/// The pauses that a test looks at, or tokio's.
struct Pauses(RetryPolicy);

impl Sleep for Pauses {
    async fn sleep(&self, pause: Duration) {
        match self.0.__sleep() {
            Some(sleep) => sleep(pause),
            None => TokioSleep.sleep(pause).await,
        }
    }
}
