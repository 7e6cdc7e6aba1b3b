//! `retry_on_conflict` on diesel-async's connections. The policy decides how often to retry and after which pauses; the
//! error says what a conflict is.

mod sleep;

use std::future::Future;

use concurrency_core::RetryPolicy;
use futures_core::future::BoxFuture;

use super::connection::TransactionConnection;
use super::transaction::{self, catch_unwind};
use crate::executor::Awaiting;
use crate::retry::{Attempts, Retryable};
use crate::transaction::{Ended, Frame, asked, refuse_inside};

pub use self::sleep::{Sleep, TokioSleep};

/// Runs the closure in a transaction of its own, and again from the start after a conflict:
/// [`retry_on_conflict`](crate::retry_on_conflict), awaited.
///
/// The pauses are tokio's; on another runtime, call [`retry_on_conflict_with`]. The policy's
/// [`sleep_with`](RetryPolicy::sleep_with) is for the blocking side only. The closure may use what it captures, but not
/// change it.
///
/// A dropped future leaves the connection as a dropped [`transaction_concurrent`](super::transaction_concurrent) does.
///
/// # Errors
///
/// As [there](crate::retry_on_conflict).
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use concurrency_diesel::RetryPolicy;
/// use concurrency_diesel::asynchronous::retry_on_conflict;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection().await;
/// let attempts = AtomicU32::new(0);
/// retry_on_conflict(conn, &RetryPolicy::default(), async |conn| {
///     let mut article: Article = articles::table.find(1).select(Article::as_select()).first(conn).await?;
///     if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
///         // As if another writer saved the article here.
///         diesel::update(articles::table.find(1)).set(articles::version.eq(2)).execute(conn).await?;
///     }
///     article.views += 1;
///     article.save_concurrent(conn).await
/// })
/// .await?;
/// assert_eq!(attempts.into_inner(), 2);
///
/// // A record that was loaded outside stays stale.
/// let (mine, mut theirs) = two_copies(conn).await;
/// theirs.save_concurrent(conn).await?;
/// let policy = RetryPolicy::default().max_attempts(3);
/// let result = retry_on_conflict(conn, &policy, async |conn| mine.clone().save_concurrent(conn).await).await;
/// assert!(result.unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn retry_on_conflict<'c, C, T, E, F>(conn: &'c mut C, policy: &RetryPolicy, f: F) -> BoxFuture<'c, Result<T, E>>
where
    C: TransactionConnection,
    T: Send + 'c,
    E: From<diesel::result::Error> + Retryable + Send + 'c,
    F: for<'a> Work<&'a mut C, Result<T, E>, Work: Send> + Send + 'c,
{
    retry_if_with(conn, policy, TokioSleep, E::is_retryable, f)
}

/// [`retry_on_conflict`] with the pauses of another runtime than tokio.
///
/// # Errors
///
/// As [`retry_on_conflict`].
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::RetryPolicy;
/// use concurrency_diesel::asynchronous::retry_on_conflict_with;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection().await;
/// // The timer of async-std, smol or a test; here tokio's.
/// let sleep = |pause| tokio::time::sleep(pause);
/// let (mine, mut theirs) = two_copies(conn).await;
/// theirs.save_concurrent(conn).await?;
/// let result = retry_on_conflict_with(conn, &RetryPolicy::default(), sleep, async |conn| {
///     mine.clone().save_concurrent(conn).await
/// });
/// assert!(result.await.unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn retry_on_conflict_with<'c, C, T, E, S, F>(
    conn: &'c mut C,
    policy: &RetryPolicy,
    sleep: S,
    f: F,
) -> BoxFuture<'c, Result<T, E>>
where
    C: TransactionConnection,
    T: Send + 'c,
    E: From<diesel::result::Error> + Retryable + Send + 'c,
    S: Sleep + 'c,
    F: for<'a> Work<&'a mut C, Result<T, E>, Work: Send> + Send + 'c,
{
    retry_if_with(conn, policy, sleep, E::is_retryable, f)
}

/// [`retry_on_conflict`] for an error type of another crate: `is_retryable` decides whether the closure runs again, as
/// in [`retry_if`](crate::retry_if).
///
/// # Errors
///
/// As [`retry_on_conflict`].
pub fn retry_if<'c, C, T, E, P, F>(
    conn: &'c mut C,
    policy: &RetryPolicy,
    is_retryable: P,
    f: F,
) -> BoxFuture<'c, Result<T, E>>
where
    C: TransactionConnection,
    T: Send + 'c,
    E: From<diesel::result::Error> + Send + 'c,
    P: Fn(&E) -> bool + Send + Sync + 'c,
    F: for<'a> Work<&'a mut C, Result<T, E>, Work: Send> + Send + 'c,
{
    retry_if_with(conn, policy, TokioSleep, is_retryable, f)
}

/// [`retry_if`] with the pauses of another runtime than tokio.
///
/// # Errors
///
/// As [`retry_on_conflict`].
pub fn retry_if_with<'c, C, T, E, S, P, F>(
    conn: &'c mut C,
    policy: &RetryPolicy,
    sleep: S,
    is_retryable: P,
    f: F,
) -> BoxFuture<'c, Result<T, E>>
where
    C: TransactionConnection,
    T: Send + 'c,
    E: From<diesel::result::Error> + Send + 'c,
    S: Sleep + 'c,
    P: Fn(&E) -> bool + Send + Sync + 'c,
    F: for<'a> Work<&'a mut C, Result<T, E>, Work: Send> + Send + 'c,
{
    let policy = *policy;
    let mut f = f;
    Box::pin(async move {
        refuse_inside(&mut Awaiting::session(conn))?;
        let mut attempts = Attempts::of(&policy);
        loop {
            let ended = attempt(conn, &is_retryable, &mut f).await;
            match attempts.pause_after(&ended, &is_retryable) {
                Some(pause) => sleep.sleep(pause).await,
                None => return ended.outcome,
            }
        }
    })
}

async fn attempt<C, T, E, P, F>(conn: &mut C, is_retryable: &P, f: &mut F) -> Ended<T, E>
where
    C: TransactionConnection,
    E: From<diesel::result::Error>,
    P: Fn(&E) -> bool,
    F: for<'a> Work<&'a mut C, Result<T, E>>,
{
    let mut frame = match Frame::<Awaiting<C>, ()>::begin(conn, ()).await {
        Ok(frame) => frame,
        Err(error) => return Ended::not_begun(error),
    };
    let (conn, (), refusals) = frame.parts();
    let outcome = catch_unwind(refusals, || f(conn)).await;
    transaction::end(frame, outcome, |error| asked(|| is_retryable(error))).await
}

/// An async closure that may be run several times. Its future has a name, so that it can be required to be `Send`.
///
/// There is nothing to implement: `async |conn| …` is one.
#[diagnostic::on_unimplemented(
    message = "this is no async closure that could be run again in a task",
    note = "it is written `async |conn| …`, and what it captures it must not change: load records inside, and return other results"
)]
pub trait Work<A, O>: AsyncFnMut(A) -> O + FnMut(A) -> <Self as Work<A, O>>::Work {
    #[doc(hidden)]
    type Work: Future<Output = O>;
}

impl<F, A, O, W> Work<A, O> for F
where
    F: AsyncFnMut(A) -> O + FnMut(A) -> W,
    W: Future<Output = O>,
{
    type Work = W;
}
