//! A transaction around a closure of the user's, which gives records back their versions if it is not committed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::result::{Error, QueryResult};

#[cfg(feature = "async")]
use super::RolledBack;
use super::refusals::{self, Explanation, Refusal, Refusals};
use super::{Abandoned, Transaction};
use crate::backend::ConcurrencyBackend as _;
use crate::executor::Transactions;
use crate::records::{self, Kept, Records};

/// An open transaction, and its records with their versions as they were when it began.
///
/// Dropped before the transaction ended, it ends that first, and then gives them back.
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
    /// It could not begin.
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

    /// What the closure is run on, and who hears what it is told.
    pub(crate) fn parts(&mut self) -> (&mut E::Connection, &mut R, &mut Refusals) {
        (self.transaction.connection(), &mut self.records, &mut self.refusals)
    }

    /// Commits what came out well and rolls back what did not.
    ///
    /// Where the engine had no transaction any more, the error is the outcome's own if that explains it, or if the closure of
    /// another transaction of ours is around, whose end then says so. `asked` says what the error was heard to explain by itself.
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

    /// Rolls back because of a panic, which goes on whatever happens: a connection that cannot roll back is marked as broken.
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
            // A key of the user's that panics here, too, must not end the program.
            let _ = catch_unwind(AssertUnwindSafe(|| records::restore(records, kept, may_be_committed)));
        }
    }
}
