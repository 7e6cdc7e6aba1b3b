//! The scopes for futures: in force while the future is polled, on whatever thread that is, and at no other time.

use std::future::{Future, poll_fn};
use std::pin::pin;

use super::ScopeGuard;
use crate::concurrent::Concurrent;

/// Runs a future in whose saves no record is checked against its row's version: see
/// [`disable_concurrency`](crate::disable_concurrency).
///
/// The scope is in force while this future is polled. Other tasks are not affected, on the same thread neither, and
/// what the future spawns is a task of its own. The future is `Send` if the one it runs is.
///
/// # Example
///
/// ```
/// use concurrency_diesel::asynchronous::disable_concurrency;
///
/// # fn save_everything() -> std::future::Ready<Result<(), concurrency_diesel::ConcurrencyError>> { std::future::ready(Ok(())) }
/// # async fn import() -> Result<(), concurrency_diesel::ConcurrencyError> {
/// disable_concurrency(async {
///     save_everything().await
/// })
/// .await
/// # }
/// ```
pub async fn disable_concurrency<F: Future>(future: F) -> F::Output {
    scoped(future, super::disable_concurrency).await
}

/// [`disable_concurrency`] for records of the type `T` alone: see [`disable_concurrency_for`](crate::disable_concurrency_for).
pub async fn disable_concurrency_for<T: Concurrent, F: Future>(future: F) -> F::Output {
    scoped(future, super::disable_concurrency_for::<T>).await
}

/// Runs a future whose saves leave the versions as they are: see [`disable_increment`](crate::disable_increment).
///
/// It is in force as [`disable_concurrency`] is.
pub async fn disable_increment<F: Future>(future: F) -> F::Output {
    scoped(future, super::disable_increment).await
}

/// [`disable_increment`] for records of the type `T` alone: see [`disable_increment_for`](crate::disable_increment_for).
pub async fn disable_increment_for<T: Concurrent, F: Future>(future: F) -> F::Output {
    scoped(future, super::disable_increment_for::<T>).await
}

/// Holds the guard during each poll and never across an await.
async fn scoped<F: Future>(future: F, begin: impl Fn() -> ScopeGuard) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let _scope = begin();
        future.as_mut().poll(context)
    })
    .await
}
