//! A transaction of our own, alone or as a savepoint: who begins one owns it, and it is rolled back wherever its owner ends without
//! having ended it. What is restored or tried again after that is decided by those who use it.

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

/// A transaction or savepoint that was begun here, and its connection, which nobody else reaches meanwhile.
///
/// Dropped before it was ended, by a panic or because its future was dropped, it is rolled back where that can be done at once,
/// and otherwise its connection is marked as broken.
#[must_use = "dropped, it is rolled back"]
pub(crate) struct Transaction<'c, E: Transactions> {
    connection: &'c mut E::Connection,
    /// How many others are around it.
    around: u32,
    is_over: bool,
}

/// What became of a transaction that was to be rolled back.
#[derive(Debug)]
pub(crate) enum RolledBack {
    /// Nothing of it is left.
    Now,
    /// The engine no longer had it: nobody knows what of it was committed before.
    Gone(Error),
}

/// What became of a transaction whose owner was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// It was over, it is rolled back, or it ends with its connection.
    Ended,
    /// The engine no longer had it: nobody knows what of it was committed before.
    Gone,
}

/// Proves that the owner of a transaction asks: only here can one be made, so that nobody begins what nobody owns.
#[derive(Debug)]
pub struct Owned(());

/// Refuses to begin what must be able to start again: inside a transaction only the outermost one can. That of a test stands in for
/// none at all.
pub(crate) fn refuse_inside<E: Transactions>(session: &mut Session<'_, E>) -> QueryResult<()> {
    match session.depth()? {
        0 => Ok(()),
        1 if session.is_in_test_transaction() => Ok(()),
        _ => Err(AlreadyInTransaction),
    }
}

impl<'c, E: Transactions> Transaction<'c, E> {
    /// Begins a transaction, or a savepoint inside of one.
    pub(crate) async fn begin(connection: &'c mut E::Connection) -> QueryResult<Self> {
        Self::begin_over(connection, Vec::new()).await
    }

    /// The same, unless one of these tables cannot roll back. The connection is owned while they are asked for, too: a question whose
    /// future is dropped may leave its answer to the next statement.
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
            // BEGIN may have been done, and the savepoint after it not.
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

    /// The connection, for a closure of the user's.
    pub(crate) fn connection(&mut self) -> &mut E::Connection {
        self.connection
    }

    /// Commits what came out well and rolls back what did not.
    ///
    /// `Ok` means that it is committed: where the engine had dropped the transaction, because of an error that somebody swallowed,
    /// the outcome is an error.
    pub(crate) async fn end<T, X>(self, outcome: Result<T, X>, explain: impl FnOnce(&X) -> Explanation) -> Result<T, X>
    where
        X: From<Error>,
    {
        let mut transaction = self;
        transaction.end_known(outcome, explain, &mut false).await
    }

    /// The same. It also says, after an error or where its future was dropped, whether the transaction may be committed all the same.
    ///
    /// Where the engine no longer had a transaction that was to be rolled back, the error is the outcome's own if that explains
    /// it, and otherwise says that the transaction was lost. Only an error with which the engine rolled back says that nothing is committed.
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
            // As in Diesel: what broke the connection is more interesting than that it is broken.
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
        // The same number must be open as after `begin`: COMMIT would mean another transaction.
        let committed = match E::depth(self.connection)?.checked_sub(self.around) {
            Some(1) if self.around == 0 => self.commit_outermost(may_be_committed).await,
            // A savepoint is not committed by itself.
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
        // An error that comes with no answer to COMMIT is told from one that comes with no answer to anything else.
        let rollback_error = match rolled_back {
            // A COMMIT that was sent met the transaction.
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

    /// The proof that the engine still has the transaction is a request of its own where an abort could come between it and the
    /// COMMIT.
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
    /// Ends what its owner has not ended, where that can be done without waiting; it never panics.
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
    // Nothing else says it: a second transaction cannot begin inside the first.
    match session.batch("BEGIN").await {
        Err(error) if error::is_already_in_transaction(&error) => Ok(true),
        Err(error) => Err(error),
        Ok(()) => session.batch("ROLLBACK").await.map(|()| false),
    }
}

/// Rolls back what is open within so many others.
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

/// A ROLLBACK that is refused is sent again: on Galera it may be answered with a deadlock, and then succeeds.
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

/// Asks for it directly: after an earlier error Diesel says `Ok` although the savepoint is gone.
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

/// Lets Diesel do it one by one: it keeps count of its savepoints, and of what went wrong.
async fn roll_back_each<E: Transactions>(connection: &mut E::Connection, depth: u32, around: u32) {
    let mut depth = depth;
    while depth > around {
        let _ = E::roll_back_to_savepoint(connection, Owned(())).await;
        match E::depth(connection) {
            Ok(left) if left < depth => depth = left,
            Ok(_) => {
                E::mark_broken(connection);
                break;
            }
            Err(_) => break,
        }
    }
}
