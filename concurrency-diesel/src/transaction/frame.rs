//! A transaction around a closure of the user's, which gives records back their versions if it is not committed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::result::{Error, QueryResult};

use super::Transaction;
use crate::backend::ConcurrencyBackend as _;
use crate::executor::Transactions;
use crate::records::{self, Kept, Records};

/// An open transaction, and its records with their versions as they were when it began.
///
/// Dropped before the transaction ended, it gives them back; what becomes of the transaction, its owner knows.
pub(crate) struct Frame<'c, E, R>
where
    E: Transactions,
    R: Records<E::Backend>,
{
    transaction: Transaction<'c, E>,
    records: R,
    kept: Option<(Kept, R::__Memories)>,
    may_be_committed: bool,
}

impl<'c, E, R> Frame<'c, E, R>
where
    E: Transactions,
    R: Records<E::Backend>,
{
    pub(crate) async fn begin(connection: &'c mut E::Connection, records: R) -> QueryResult<Self> {
        let tables = if E::Backend::__HAS_TABLES_WITHOUT_TRANSACTIONS { records::tables(&records) } else { Vec::new() };
        let transaction = Transaction::begin_over(connection, tables).await?;
        let mut frame = Self { transaction, records, kept: None, may_be_committed: false };
        frame.kept = Some(records::keep(&frame.records));
        Ok(frame)
    }

    /// What the closure is run on.
    pub(crate) fn parts(&mut self) -> (&mut E::Connection, &mut R) {
        (self.transaction.connection(), &mut self.records)
    }

    /// Commits what came out well and rolls back what did not. `explains` says of an error whether the engine had no
    /// transaction any more because of it.
    pub(crate) async fn end<T, X>(self, outcome: Result<T, X>, explains: impl FnOnce(&X) -> bool) -> Result<T, X>
    where
        X: From<Error>,
    {
        let mut frame = self;
        let ended = frame.transaction.end_known(outcome, explains, &mut frame.may_be_committed).await;
        if ended.is_ok() {
            frame.kept = None;
        }
        ended
    }

    /// Rolls back because of a panic, which goes on whatever happens: a connection that cannot roll back is marked as broken.
    #[cfg(feature = "async")]
    pub(crate) async fn roll_back(self) {
        let mut frame = self;
        let _ = frame.transaction.roll_back().await;
    }
}

impl<E, R> Drop for Frame<'_, E, R>
where
    E: Transactions,
    R: Records<E::Backend>,
{
    fn drop(&mut self) {
        if let Some(kept) = self.kept.take() {
            let (records, may_be_committed) = (&mut self.records, self.may_be_committed);
            // A key of the user's that panics here, too, must not end the program.
            let _ = catch_unwind(AssertUnwindSafe(|| records::restore(records, kept, may_be_committed)));
        }
    }
}
