//! `transaction_concurrent` on diesel-async's connections. `crate::transaction` begins and ends the transaction.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::task::Poll;

use futures_core::future::BoxFuture;

use super::connection::TransactionConnection;
use crate::executor::Awaiting;
use crate::records::Records;
use crate::transaction::{Ended, Frame, Refusal, Refusals};

/// Runs the closure in a transaction, and restores the versions of the listed records if it rolls back:
/// [`transaction_concurrent`](crate::transaction_concurrent), awaited.
///
/// The closure may use what it captures, but not change it: rustc cannot yet prove that the future of an async closure
/// is `Send` if the closure changes what it captured. List records instead, and return other results.
///
/// If this future is dropped, the listed records get their versions back. The connection is marked as broken, because
/// it may still be inside the transaction: a pool does not hand it out again, and no transaction begins on it. If the
/// future is dropped during COMMIT, the transaction may have been committed; then the next save conflicts.
///
/// # Errors
///
/// As [there](crate::transaction_concurrent).
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::asynchronous::transaction_concurrent;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection().await;
/// # diesel::insert_into(articles::table)
/// #     .values((articles::id.eq(2), articles::title.eq("second"), articles::views.eq(0), articles::version.eq(1)))
/// #     .execute(conn)
/// #     .await?;
/// let mut first: Article = articles::table.find(1).select(Article::as_select()).first(conn).await?;
/// let mut second: Article = articles::table.find(2).select(Article::as_select()).first(conn).await?;
/// // Another writer saves the second article.
/// diesel::update(articles::table.find(2)).set(articles::version.eq(2)).execute(conn).await?;
///
/// let conflict = transaction_concurrent(conn, (&mut first, &mut second), async |conn, (first, second)| {
///     first.save_concurrent(conn).await?;
///     assert_eq!(first.version, 2);
///     second.save_concurrent(conn).await
/// });
/// assert!(conflict.await.unwrap_err().is_conflict());
///
/// // The save of the first article was rolled back, and so was its version in memory: it can be saved again.
/// assert_eq!(first.version, 1);
/// second.reload_concurrent(conn).await?;
/// transaction_concurrent(conn, (&mut first, &mut second), async |conn, (first, second)| {
///     first.save_concurrent(conn).await?;
///     second.save_concurrent(conn).await
/// })
/// .await?;
/// assert_eq!((first.version, second.version), (2, 3));
/// # Ok(())
/// # }
/// ```
pub fn transaction_concurrent<'c, C, R, T, E, F>(conn: &'c mut C, records: R, f: F) -> BoxFuture<'c, Result<T, E>>
where
    C: TransactionConnection,
    R: Records<C::Database, __Memories: Send> + Send + 'c,
    T: Send + 'c,
    E: From<diesel::result::Error> + Send + 'c,
    F: for<'a, 'r> WorkOnce<&'a mut C, &'r mut R, Result<T, E>, Work: Send> + Send + 'c,
{
    Box::pin(async move {
        let mut frame = Frame::<Awaiting<C>, R>::begin(conn, records).await?;
        let (conn, records, refusals) = frame.parts();
        let outcome = catch_unwind(refusals, || f(conn, records)).await;
        end(frame, outcome, |_| Refusal::None).await.outcome
    })
}

/// Commits if the closure succeeded, and rolls back if it failed. After a panic it rolls back and lets the panic go on.
pub(super) async fn end<C, R, T, E>(
    frame: Frame<'_, Awaiting<C>, R>,
    outcome: Result<Result<T, E>, Panic>,
    asked: impl FnOnce(&E) -> Refusal,
) -> Ended<T, E>
where
    C: TransactionConnection,
    R: Records<C::Database>,
    E: From<diesel::result::Error>,
{
    match outcome {
        Ok(outcome) => frame.end(outcome, asked).await,
        Err(panic) => {
            frame.roll_back().await;
            resume_unwind(panic)
        }
    }
}

/// The payload of a panic.
type Panic = Box<dyn Any + Send>;

/// Awaits work that may panic, so that its transaction can be rolled back before the panic goes on. `refusals` hears
/// the errors that the work is told.
pub(super) async fn catch_unwind<W: Future>(
    refusals: &mut Refusals,
    begin: impl FnOnce() -> W,
) -> Result<W::Output, Panic> {
    let mut work = pin!(refusals.hear(|| panic::catch_unwind(AssertUnwindSafe(begin)))?);
    poll_fn(|context| match refusals.hear(|| panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// An async closure that is run once, with two arguments. Its future has a name, so that it can be required to be
/// `Send`.
///
/// There is nothing to implement: `async |conn, records| …` is one.
#[diagnostic::on_unimplemented(
    message = "this is no async closure that a transaction could run in a task",
    note = "it is written `async |conn, (first, second)| …`, and what it captures it must not change: list records instead, and return other results"
)]
pub trait WorkOnce<A, B, O>: AsyncFnOnce(A, B) -> O + FnOnce(A, B) -> <Self as WorkOnce<A, B, O>>::Work {
    #[doc(hidden)]
    type Work: Future<Output = O>;
}

impl<F, A, B, O, W> WorkOnce<A, B, O> for F
where
    F: AsyncFnOnce(A, B) -> O + FnOnce(A, B) -> W,
    W: Future<Output = O>,
{
    type Work = W;
}
