//! A transaction of our own, outermost or a savepoint. Its owner ends it. If the owner goes away without ending it, it
//! is rolled back. Its users decide what is restored or tried again after that.

mod frame;
mod refusals;

use diesel::result::Error::{AlreadyInTransaction, BrokenTransactionManager, NotInTransaction, RollbackErrorOnCommit};
use diesel::result::{Error, QueryResult};

use crate::backend::ConcurrencyBackend;
use crate::error;
use crate::executor::{Session, Transactions};
use crate::table::{ListedTable, refuse_without_rollback};

pub(crate) use frame::{Ended, Frame};
#[cfg(feature = "async")]
pub(crate) use refusals::Refusals;
pub(crate) use refusals::{Explanation, Refusal, asked, marked, note_asked};

/// A transaction or savepoint that was begun here, and its connection, which nothing else reaches meanwhile.
///
/// If it is dropped before it was ended, by a panic or because its future was dropped, it is rolled back if that can be
/// done at once. Otherwise its connection is marked as broken.
#[must_use = "dropped, it is rolled back"]
pub(crate) struct Transaction<'c, E: Transactions> {
    connection: &'c mut E::Connection,
    /// How many transactions and savepoints are around it.
    around: u32,
    is_over: bool,
}

/// What became of a transaction that was to be rolled back.
#[derive(Debug)]
pub(crate) enum RolledBack {
    /// Nothing of it is left.
    Now,
    /// The engine no longer had it: what was committed of it before is unknown.
    Gone(Error),
}

/// What became of a transaction whose owner was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// It was over, it is rolled back, or it ends with its connection.
    Ended,
    /// The engine no longer had it: what was committed of it before is unknown.
    Gone,
}

/// Proves that the owner of a transaction asks. It can be made only here, so nothing is begun without an owner.
#[derive(Debug)]
pub struct Owned(());

/// Refuses to begin a transaction that must be able to start again: inside a transaction only the outermost one can. A
/// test transaction counts as none.
pub(crate) fn refuse_inside<E: Transactions>(session: &mut Session<'_, E>) -> QueryResult<()> {
    match session.depth()? {
        0 => Ok(()),
        1 if session.is_in_test_transaction() => Ok(()),
        _ => Err(AlreadyInTransaction),
    }
}

impl<'c, E: Transactions> Transaction<'c, E> {
    /// Begins a transaction, or a savepoint if one is open.
    pub(crate) async fn begin(connection: &'c mut E::Connection) -> QueryResult<Self> {
        Self::begin_over(connection, Vec::new()).await
    }

    /// The same, unless one of these tables cannot roll back. The connection is owned while the tables are queried,
    /// too: a query whose future is dropped may leave its answer to the next statement.
    pub(crate) async fn begin_over(connection: &'c mut E::Connection, tables: Vec<ListedTable>) -> QueryResult<Self> {
        let around = E::depth(connection)?;
        let mut transaction = Self { connection, around, is_over: false };
        let begun = transaction.open(tables).await;
        transaction.is_over = begun.is_err();
        begun.map(|()| transaction)
    }

    async fn open(&mut self, tables: Vec<ListedTable>) -> QueryResult<()> {
        refuse_without_rollback(tables, &mut self.session()).await?;
        match self.around {
            0 => self.begin_outermost().await,
            _ => E::set_savepoint(self.connection, Owned(())).await,
        }
    }

    async fn begin_outermost(&mut self) -> QueryResult<()> {
        let begun = E::batch(self.connection, E::Backend::__BEGIN).await;
        if begun.is_ok() {
            E::set_open(self.connection, true);
        } else if E::Backend::__BEFORE_COMMIT.is_some() && E::batch(self.connection, "ROLLBACK").await.is_err() {
            // BEGIN may have succeeded although the savepoint after it failed.
            E::mark_broken(self.connection);
        }
        begun
    }

    /// The connection as the saves see it.
    pub(crate) fn session(&mut self) -> Session<'_, E> {
        Session(self.connection)
    }

    /// Whether it is a savepoint.
    pub(crate) const fn is_nested(&self) -> bool {
        self.around > 0
    }

    /// The connection, for a user's closure.
    pub(crate) fn connection(&mut self) -> &mut E::Connection {
        self.connection
    }

    /// Commits if the outcome is `Ok`, and rolls back otherwise.
    ///
    /// `Ok` means that the transaction is committed. If the engine had dropped it because of an error that the closure
    /// swallowed, the outcome is an error.
    pub(crate) async fn end<T, X>(self, outcome: Result<T, X>, explain: impl FnOnce(&X) -> Explanation) -> Result<T, X>
    where
        X: From<Error>,
    {
        let mut transaction = self;
        transaction.end_known(outcome, explain, &mut false).await
    }

    /// The same. After an error, or if its future is dropped, `may_be_committed` says whether the transaction may be
    /// committed.
    ///
    /// If the engine no longer had a transaction that was to be rolled back, the error is the outcome's own if that
    /// explains the loss, and otherwise says that the transaction was lost. Only an error with which the engine rolled
    /// back proves that nothing is committed.
    pub(crate) async fn end_known<T, X>(
        &mut self,
        outcome: Result<T, X>,
        explain: impl FnOnce(&X) -> Explanation,
        may_be_committed: &mut bool,
    ) -> Result<T, X>
    where
        X: From<Error>,
    {
        let error = match outcome {
            Ok(value) => return self.commit(may_be_committed).await.map(|()| value).map_err(X::from),
            Err(error) => error,
        };
        match self.roll_back().await {
            // As in Diesel: the error that broke the connection says more than that it is broken.
            Ok(RolledBack::Now) | Err(BrokenTransactionManager) => Err(error),
            Ok(RolledBack::Gone(lost)) => {
                let explanation = explain(&error);
                *may_be_committed = explanation != Explanation::RolledBack;
                Err(if explanation == Explanation::Nothing { lost.into() } else { error })
            }
            Err(rollback_error) => Err(rollback_error.into()),
        }
    }

    async fn commit(&mut self, may_be_committed: &mut bool) -> QueryResult<()> {
        // The depth must be the same as after `begin`: otherwise COMMIT would end another transaction.
        let committed = match E::depth(self.connection)?.checked_sub(self.around) {
            Some(1) if self.around == 0 => self.commit_outermost(may_be_committed).await,
            // Releasing a savepoint commits nothing by itself.
            Some(1) => E::release_savepoint(self.connection, Owned(())).await.map_err(error::at_end),
            Some(2..) => Err(AlreadyInTransaction),
            Some(0) | None => Err(NotInTransaction),
        };
        let Err(commit_error) = committed else {
            self.is_over = true;
            *may_be_committed = false;
            return Ok(());
        };
        let was_sent = std::mem::take(may_be_committed);
        let is_unanswered = was_sent && error::is_unanswered(&commit_error);
        // Diesel itself rolls back to a savepoint that it cannot release after an error.
        let is_rolled_back = self.is_nested() && E::depth(self.connection) == Ok(self.around);
        let rolled_back = if is_rolled_back { Ok(RolledBack::Now) } else { self.roll_back().await };
        self.is_over = true;
        let is_lost = error::is_transaction_lost(&commit_error);
        *may_be_committed = is_unanswered || is_lost;
        // An unanswered COMMIT has another error than any other unanswered statement.
        let rollback_error = match rolled_back {
            // If COMMIT was sent, the engine still had the transaction.
            Ok(RolledBack::Gone(lost)) if !was_sent && !is_lost && !refusals::explains::<E::Backend>(&commit_error) => {
                *may_be_committed = true;
                return Err(lost);
            }
            Err(rollback_error) if is_unanswered => rollback_error,
            Ok(_) if is_unanswered => BrokenTransactionManager,
            Err(BrokenTransactionManager) | Ok(_) => return Err(commit_error),
            Err(_) if error::is_unanswered(&commit_error) => return Err(commit_error),
            Err(rollback_error) => rollback_error,
        };
        Err(RollbackErrorOnCommit { rollback_error: Box::new(rollback_error), commit_error: Box::new(commit_error) })
    }

    /// The proof that the engine still has the transaction is a request of its own, if an abort could come between it
    /// and a COMMIT in the same request.
    async fn commit_outermost(&mut self, is_sent: &mut bool) -> QueryResult<()> {
        if let Some(before) = E::Backend::__BEFORE_COMMIT {
            E::batch(self.connection, before).await?;
        }
        *is_sent = true;
        E::batch(self.connection, E::Backend::__COMMIT).await?;
        E::set_open(self.connection, false);
        Ok(())
    }

    /// Rolls back, and with it whatever is still open inside.
    pub(crate) async fn roll_back(&mut self) -> QueryResult<RolledBack> {
        let rolled_back = roll_back::<E>(self.connection, self.around).await;
        self.is_over = true;
        rolled_back
    }
}

impl<E: Transactions> Transaction<'_, E> {
    /// Ends what its owner has not ended, if that can be done without waiting. It never panics.
    fn abandon(&mut self) -> Abandoned {
        match std::mem::replace(&mut self.is_over, true) {
            true => Abandoned::Ended,
            false => E::abandon(self.connection, self.around),
        }
    }
}

impl<E: Transactions> Drop for Transaction<'_, E> {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// Whether the engine still has the transaction that is open, after an error with which it may have rolled back.
pub(crate) async fn is_open<E: Transactions>(session: &mut Session<'_, E>) -> QueryResult<bool> {
    if !E::Backend::__ERROR_MAY_ROLL_BACK {
        return Ok(true);
    }
    // No other statement tells: a second transaction cannot begin inside the first.
    match session.batch("BEGIN").await {
        Err(error) if error::is_already_in_transaction(&error) => Ok(true),
        Err(error) => Err(error),
        Ok(()) => session.batch("ROLLBACK").await.map(|()| false),
    }
}

/// Rolls back what is open inside this many others.
pub(crate) async fn roll_back<E: Transactions>(connection: &mut E::Connection, around: u32) -> QueryResult<RolledBack> {
    let depth = E::depth(connection)?;
    if depth <= around {
        return Ok(RolledBack::Gone(NotInTransaction));
    }
    let rolled_back = match around {
        0 => roll_back_outermost::<E>(connection).await,
        _ => roll_back_savepoints::<E>(connection, depth, around).await,
    };
    match rolled_back {
        Ok(()) => Ok(RolledBack::Now),
        Err(error) if error::is_transaction_lost(&error) => Ok(RolledBack::Gone(error::at_end(error))),
        Err(error) => Err(error),
    }
}

/// Sends a refused ROLLBACK again: Galera may answer it with a deadlock, and the second then succeeds.
async fn roll_back_outermost<E: Transactions>(connection: &mut E::Connection) -> QueryResult<()> {
    let first = E::batch(connection, E::Backend::__ROLLBACK).await;
    let is_over = match &first {
        Ok(()) => true,
        Err(error) if error::is_unanswered(error) => false,
        Err(error) if error::is_nothing_to_roll_back(error) => true,
        Err(_) => E::batch(connection, "ROLLBACK").await.is_ok(),
    };
    if is_over {
        E::set_open(connection, false);
    } else {
        E::mark_broken(connection);
    }
    match first {
        Err(error) if is_over && !error::is_transaction_lost(&error) => Ok(()),
        first => first,
    }
}

/// Rolls back directly: after an earlier error Diesel returns `Ok` although the savepoint is gone.
async fn roll_back_savepoints<E: Transactions>(
    connection: &mut E::Connection,
    depth: u32,
    around: u32,
) -> QueryResult<()> {
    let rolled_back = E::batch(connection, &format!("ROLLBACK TO SAVEPOINT diesel_savepoint_{around}")).await;
    match rolled_back {
        Ok(()) => E::set_depth(connection, around)?,
        Err(_) => roll_back_each::<E>(connection, depth, around).await,
    }
    rolled_back
}

/// Lets Diesel roll back one by one: it counts its savepoints, and tracks what went wrong with them. A savepoint that is
/// refused again may still hold what was written in it, which no COMMIT may commit. So the connection is given up, unless
/// the whole transaction is gone.
async fn roll_back_each<E: Transactions>(connection: &mut E::Connection, depth: u32, around: u32) {
    let mut depth = depth;
    while depth > around {
        let rolled_back = E::roll_back_to_savepoint(connection, Owned(())).await;
        let is_undone = rolled_back.as_ref().err().is_none_or(error::is_transaction_lost);
        match E::depth(connection) {
            Ok(left) if left < depth && is_undone => depth = left,
            Ok(_) => {
                E::mark_broken(connection);
                break;
            }
            Err(_) => break,
        }
    }
}
