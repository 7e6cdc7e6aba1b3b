//! How a transaction of our own is begun and ended, alone or as a savepoint. What is restored or tried again when it is rolled
//! back is decided by those who use it.

use diesel::result::Error::{AlreadyInTransaction, BrokenTransactionManager, NotInTransaction, RollbackErrorOnCommit};
use diesel::result::QueryResult;

use crate::executor::{Session, Transactions};

/// A transaction or savepoint that was begun here and must be ended.
#[must_use = "what was begun stays open until `end` or `roll_back`"]
#[derive(Debug)]
pub(crate) struct Open {
    /// How many others are around it.
    around: u32,
}

/// Begins a transaction, or a savepoint inside of one.
pub(crate) async fn begin<E: Transactions>(session: &mut Session<'_, E>) -> QueryResult<Open> {
    let around = session.depth()?;
    session.begin().await?;
    Ok(Open { around })
}

/// Refuses to begin what must be able to start again: inside a transaction only the outermost one can. That of a test stands in for
/// none at all.
pub(crate) fn refuse_inside<E: Transactions>(session: &mut Session<'_, E>) -> QueryResult<()> {
    match session.depth()? {
        0 => Ok(()),
        1 if session.is_in_test_transaction() => Ok(()),
        _ => Err(AlreadyInTransaction),
    }
}

/// Commits what came out well and rolls back what did not.
///
/// `Ok` means that it is committed: where the engine had dropped the transaction, because of an error that somebody swallowed,
/// the outcome is an error.
pub(crate) async fn end<E, T, X>(open: Open, outcome: Result<T, X>, session: &mut Session<'_, E>) -> Result<T, X>
where
    E: Transactions,
    X: From<diesel::result::Error>,
{
    end_known(open, outcome, session, &mut false).await
}

/// The same, and says after an error, or where its future was dropped, whether the transaction may be committed all the same.
pub(crate) async fn end_known<E, T, X>(
    open: Open,
    outcome: Result<T, X>,
    session: &mut Session<'_, E>,
    may_be_committed: &mut bool,
) -> Result<T, X>
where
    E: Transactions,
    X: From<diesel::result::Error>,
{
    match outcome {
        Ok(value) => {
            commit(open, session, may_be_committed).await?;
            Ok(value)
        }
        Err(error) => match roll_back(open, session).await {
            // As in Diesel: what broke the connection is more interesting than that it is broken.
            Ok(()) | Err(BrokenTransactionManager) => Err(error),
            Err(rollback_error) => Err(rollback_error.into()),
        },
    }
}

async fn commit<E: Transactions>(
    open: Open,
    session: &mut Session<'_, E>,
    may_be_committed: &mut bool,
) -> QueryResult<()> {
    // The same number must be open as after `begin`: COMMIT would mean another transaction.
    let committed = match session.depth()?.checked_sub(open.around) {
        Some(1) => {
            // A savepoint is not committed by itself.
            *may_be_committed = open.around == 0;
            session.commit().await
        }
        Some(2..) => Err(AlreadyInTransaction),
        Some(0) | None => Err(NotInTransaction),
    };
    let Err(commit_error) = committed else {
        *may_be_committed = false;
        return Ok(());
    };
    let rolled_back = roll_back(open, session).await;
    // Whoever could still roll back had not lost the connection.
    *may_be_committed &= rolled_back.is_err();
    Err(match rolled_back {
        Ok(()) | Err(BrokenTransactionManager) => commit_error,
        Err(rollback_error) => {
            RollbackErrorOnCommit { rollback_error: Box::new(rollback_error), commit_error: Box::new(commit_error) }
        }
    })
}

/// Rolls back, and before it whatever is still open inside: a panic leaves that behind.
pub(crate) async fn roll_back<E: Transactions>(open: Open, session: &mut Session<'_, E>) -> QueryResult<()> {
    let mut result = Ok(());
    let mut depth = session.depth()?;
    while depth > open.around {
        result = session.roll_back().await;
        match session.depth() {
            Ok(left) if left < depth => depth = left,
            Ok(_) => {
                session.mark_broken();
                break;
            }
            Err(_) => break,
        }
    }
    result
}
