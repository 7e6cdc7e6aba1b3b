//! A transaction that is open while a future runs, and what becomes of it when that future panics or is dropped.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::task::Poll;

use diesel_async::AsyncConnection;

use crate::backend::ConcurrencyBackend;
use crate::executor::{Awaiting, Transactions};
use crate::records::Records;
use crate::transaction::{self, Open};

/// A connection inside a transaction, and its records with their versions as they were when it began.
///
/// Dropped before the transaction ended, it gives them back and marks the connection as broken: nothing can be awaited there.
pub(in crate::asynchronous) struct Unfinished<'c, C, R>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
    R: Records,
{
    connection: &'c mut C,
    records: R,
    versions: Option<R::__Versions>,
    is_open: bool,
    may_be_committed: bool,
}

impl<'c, C, R> Unfinished<'c, C, R>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
    R: Records,
{
    pub(in crate::asynchronous) async fn begin(connection: &'c mut C, records: R) -> diesel::QueryResult<(Self, Open)> {
        let open = transaction::begin(&mut Awaiting::session(connection)).await?;
        let versions = Some(records.__versions());
        Ok((Self { connection, records, versions, is_open: true, may_be_committed: false }, open))
    }

    /// What the closure is run on.
    pub(in crate::asynchronous) fn parts(&mut self) -> (&mut C, &mut R) {
        (self.connection, &mut self.records)
    }

    /// Commits what came out well, rolls back what did not, and lets a panic go on after that.
    pub(in crate::asynchronous) async fn end<T, E>(
        mut self,
        open: Open,
        outcome: Result<Result<T, E>, Panic>,
    ) -> Result<T, E>
    where
        E: From<diesel::result::Error>,
    {
        let session = &mut Awaiting::session(self.connection);
        match outcome {
            Ok(outcome) => {
                let ended = transaction::end_known(open, outcome, session, &mut self.may_be_committed).await;
                self.is_open = false;
                if ended.is_ok() {
                    self.versions = None;
                }
                ended
            }
            Err(panic) => {
                // The panic goes on whatever happens: a connection that cannot roll back is marked as broken.
                let _ = transaction::roll_back(open, session).await;
                self.is_open = false;
                drop(self);
                resume_unwind(panic)
            }
        }
    }
}

impl<C, R> Drop for Unfinished<'_, C, R>
where
    C: AsyncConnection<Backend: ConcurrencyBackend>,
    R: Records,
{
    fn drop(&mut self) {
        if let Some(versions) = self.versions.take() {
            self.records.__restore(versions, self.may_be_committed);
        }
        if self.is_open {
            Awaiting::mark_broken(self.connection);
        }
    }
}

/// What a panic carries.
pub(in crate::asynchronous) type Panic = Box<dyn Any + Send>;

/// Awaits work that may panic, so that its transaction can be rolled back before the panic goes on.
pub(in crate::asynchronous) async fn catch_unwind<W: Future>(begin: impl FnOnce() -> W) -> Result<W::Output, Panic> {
    let mut work = pin!(panic::catch_unwind(AssertUnwindSafe(begin))?);
    poll_fn(|context| match panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}
