//! A transaction around a user's closure. If it is not committed, it restores the records' versions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::result::{Error, QueryResult};

#[cfg(feature = "async")]
use super::RolledBack;
use super::refusals::{self, Explanation, Refusal, Refusals};
use super::{Abandoned, Transaction};
use crate::backend::ConcurrencyBackend as _;
use crate::executor::Transactions;
use crate::records::{self, Kept, Records};

/// An open transaction, and its records with their versions from when it began.
///
/// If it is dropped before the transaction ended, it ends the transaction first, and then restores the versions.
pub(crate) struct Frame<'c, E, R>
where
    E: Transactions,
    R: Records<E::Backend>,
{
    transaction: Transaction<'c, E>,
    records: R,
    kept: Option<(Kept, R::__Memories)>,
    refusals: Refusals,
    may_be_committed: bool,
}

/// How a transaction ended around a closure.
pub(crate) struct Ended<T, X> {
    pub(crate) outcome: Result<T, X>,
    /// Whether it may be committed although the outcome is an error.
    pub(crate) may_be_committed: bool,
}

impl<T, X: From<Error>> Ended<T, X> {
    /// The transaction could not begin.
    pub(crate) fn not_begun(error: Error) -> Self {
        Self { outcome: Err(error.into()), may_be_committed: false }
    }
}

impl<'c, E, R> Frame<'c, E, R>
where
    E: Transactions,
    R: Records<E::Backend>,
{
    pub(crate) async fn begin(connection: &'c mut E::Connection, records: R) -> QueryResult<Self> {
        let tables = if E::Backend::__HAS_TABLES_WITHOUT_TRANSACTIONS { records::tables(&records) } else { Vec::new() };
        let transaction = Transaction::begin_over(connection, tables).await?;
        let mut frame =
            Self { transaction, records, kept: None, refusals: Refusals::default(), may_be_committed: false };
        frame.kept = Some(records::keep(&frame.records));
        Ok(frame)
    }

    /// What the closure is run on, and the refusals that note what it is told.
    pub(crate) fn parts(&mut self) -> (&mut E::Connection, &mut R, &mut Refusals) {
        (self.transaction.connection(), &mut self.records, &mut self.refusals)
    }

    /// Commits if the outcome is `Ok`, and rolls back otherwise.
    ///
    /// If the engine no longer had the transaction, the error is the outcome's own if that explains the loss. It is
    /// also the outcome's own inside the closure of another transaction of ours, whose end then reports the loss.
    /// `asked` says how much of the loss the error explains by itself.
    pub(crate) async fn end<T, X>(self, outcome: Result<T, X>, asked: impl FnOnce(&X) -> Refusal) -> Ended<T, X>
    where
        X: From<Error>,
    {
        let mut frame = self;
        let Self { transaction, refusals, may_be_committed, .. } = &mut frame;
        let is_told_around = transaction.is_nested() && refusals::is_heard();
        let explain = |error: &X| match refusals.explanation::<E::Backend>(asked(error)) {
            Explanation::Nothing if is_told_around => Explanation::Told,
            explanation => explanation,
        };
        let outcome = transaction.end_known(outcome, explain, may_be_committed).await;
        if outcome.is_ok() {
            frame.kept = None;
        }
        Ended { outcome, may_be_committed: frame.may_be_committed }
    }

    /// Rolls back because of a panic, which goes on in any case. A connection that cannot roll back is marked as
    /// broken.
    #[cfg(feature = "async")]
    pub(crate) async fn roll_back(self) {
        let mut frame = self;
        let rolled_back = frame.transaction.roll_back().await;
        frame.may_be_committed = matches!(rolled_back, Ok(RolledBack::Gone(_)));
    }
}

impl<E, R> Drop for Frame<'_, E, R>
where
    E: Transactions,
    R: Records<E::Backend>,
{
    fn drop(&mut self) {
        self.may_be_committed |= self.transaction.abandon() == Abandoned::Gone;
        self.refusals.pass_on();
        if let Some(kept) = self.kept.take() {
            let (records, may_be_committed) = (&mut self.records, self.may_be_committed);
            // If user code panics here, too, that must not abort the program.
            let _ = catch_unwind(AssertUnwindSafe(|| records::restore(records, kept, may_be_committed)));
        }
    }
}
