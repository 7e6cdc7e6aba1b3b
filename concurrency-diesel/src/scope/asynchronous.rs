//! The scopes for futures. They are in force while the future is polled, on whatever thread that is, and at no other
//! time.

use std::future::{Future, poll_fn};
use std::pin::pin;

use super::{Scope, Switch};
use crate::concurrent::Concurrent;

/// Runs a future, and checks no record that it saves against its row's version: see
/// [`disable_concurrency`](crate::disable_concurrency).
///
/// The scope is in force while this future is polled. It does not affect other tasks, even on the same thread. What the
/// future spawns is another task. The future is `Send` if the one that it runs is.
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
    polled_in(Scope::new(Switch::Concurrency), future).await
}

/// [`disable_concurrency`] for records of the type `T` only: see
/// [`disable_concurrency_for`](crate::disable_concurrency_for).
pub async fn disable_concurrency_for<T: Concurrent, F: Future>(future: F) -> F::Output {
    polled_in(Scope::of::<T>(Switch::Concurrency), future).await
}

/// Runs a future whose saves keep the versions: see [`disable_increment`](crate::disable_increment).
///
/// It is in force as [`disable_concurrency`] is.
pub async fn disable_increment<F: Future>(future: F) -> F::Output {
    polled_in(Scope::new(Switch::Increment), future).await
}

/// [`disable_increment`] for records of the type `T` only: see [`disable_increment_for`](crate::disable_increment_for).
pub async fn disable_increment_for<T: Concurrent, F: Future>(future: F) -> F::Output {
    polled_in(Scope::of::<T>(Switch::Increment), future).await
}

/// Begins and ends the scope with each poll, so that it is in force across no await.
async fn polled_in<F: Future>(scope: Scope, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| scope.during(|| future.as_mut().poll(context))).await
}
