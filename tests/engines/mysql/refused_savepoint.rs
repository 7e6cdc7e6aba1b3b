//! ROLLBACK TO SAVEPOINT is refused twice. Only here can what was written in the savepoint still be committed: on
//! PostgreSQL a transaction with an error never commits.

use crate::library::prelude::*;
use crate::library::transaction_concurrent;
use diesel::result::Error::BrokenTransactionManager;

use super::server::refused_rollback::with_a_stale_one;
use crate::suite::fixtures::article;
use crate::suite::models::Article;

/// It is then unknown what is open, so the connection is given up, and nothing of the transaction is committed.
#[test]
fn a_rollback_to_a_savepoint_that_is_refused_again_ends_the_connection() {
    let (database, conn, scissors, [first, second]) = &mut with_a_stale_one();
    let observer = &mut database.connect();
    let row = article(1, observer);
    let result = transaction_concurrent(conn, &mut *first, |conn, first: &mut &mut Article| {
        first.save_concurrent(conn)?;
        let nested = transaction_concurrent(conn, &mut **first, |conn, first: &mut &mut Article| {
            first.save_concurrent(conn)?;
            scissors.refuse("ROLLBACK TO SAVEPOINT", 9);
            second.clone().save_concurrent(conn)
        });
        assert!(nested.is_err());
        // It goes on as if nothing had happened.
        Ok::<_, ConcurrencyError>(())
    });
    let error = result.unwrap_err();
    assert!(matches!(error, ConcurrencyError::Database(BrokenTransactionManager)), "{error:?}");
    assert_eq!((&*first, article(1, observer)), (&row, row.clone()));
    assert!(AnsiTransactionManager::is_broken_transaction_manager(conn));
}
