//! Transactions that the engine drops because of an error which the closure swallows: they must not come out as `Ok`, though
//! COMMIT would say so.

use crate::library::prelude::*;
use crate::library::{RetryPolicy, retry_on_conflict, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::super::fixtures::{article, insert_article};
use super::super::models::Article;
use super::assert_nothing_open;
use crate::engine::{Database, TestConnection, droppings};

/// A way to make an engine drop a transaction.
pub struct Dropping {
    pub name: &'static str,
    /// Sent before the transaction begins.
    pub session: &'static [&'static str],
    /// Makes the engine drop the transaction, which has written article 1, and swallows the error.
    pub provoke: fn(&Database, &mut TestConnection),
    /// The error at the end of the transaction.
    pub told: &'static str,
    /// Whether running the transaction again is the remedy.
    pub is_retryable: bool,
    /// Whether each later statement is committed by itself.
    pub commits_the_rest: bool,
    /// Whether Diesel's own transaction considers it committed.
    pub deceives_diesel: bool,
}

/// With each dropping, on a new connection to a database of its own with articles 1, 2 and 3.
#[track_caller]
fn with_each(test: impl Fn(&Dropping, &Database, &mut TestConnection, [Article; 2])) {
    let mut tried = 0;
    for dropping in droppings(&mut Database::new().connect()) {
        let database = Database::new();
        let conn = &mut database.connect();
        for id in [1, 2, 3] {
            insert_article(id, 1, conn);
        }
        for sql in dropping.session {
            conn.batch_execute(sql).unwrap();
        }
        let records = [article(1, conn), article(2, conn)];
        test(&dropping, &database, conn, records);
        tried += 1;
    }
    assert!(tried > 0);
}

impl Dropping {
    #[track_caller]
    fn assert_told(&self, error: &ConcurrencyError) {
        assert!(error.to_string().contains(self.told), "{}: {error:?}", self.name);
        assert_eq!(error.is_retryable(), self.is_retryable, "{}: {error:?}", self.name);
        assert!(!error.is_conflict(), "{}: {error:?}", self.name);
    }
}

/// Saves one record, makes the engine drop the transaction, goes on as if nothing happened, and returns `Ok`.
fn swallow(
    dropping: &Dropping,
    database: &Database,
    conn: &mut TestConnection,
    before: &mut Article,
    after: &mut Article,
) -> Result<(), ConcurrencyError> {
    before.save_concurrent(conn)?;
    (dropping.provoke)(database, conn);
    let _ = after.save_concurrent(conn);
    Ok(())
}

#[test]
fn a_transaction_that_the_engine_dropped_is_not_taken_for_committed() {
    with_each(|dropping, database, conn, [mut before, mut after]| {
        let rows = [before.clone(), after.clone()];
        let result = transaction_concurrent(conn, (&mut before, &mut after), |conn, (before, after)| {
            swallow(dropping, database, conn, before, after)
        });
        dropping.assert_told(&result.unwrap_err());
        assert_eq!([&before, &after], [&rows[0], &rows[1]], "{}", dropping.name);
        assert_eq!(article(1, conn), rows[0], "{}", dropping.name);
        let rest = if dropping.commits_the_rest { 2 } else { 1 };
        assert_eq!(article(2, conn).version, rest, "{}", dropping.name);
        assert_nothing_open(conn);

        // The restored version is the row's or an older one, which conflicts, so nothing is overwritten.
        before.save_concurrent(conn).unwrap();
        assert_eq!(after.save_concurrent(conn).is_ok(), !dropping.commits_the_rest);
    });
}

#[test]
fn diesels_own_transaction_says_what_the_engine_makes_it_believe() {
    with_each(|dropping, database, conn, [mut before, mut after]| {
        let result = conn.transaction(|conn| swallow(dropping, database, conn, &mut before, &mut after));
        assert_eq!(result.is_ok(), dropping.deceives_diesel, "{}: {result:?}", dropping.name);
        assert_eq!(article(1, conn).version, 1, "{}", dropping.name);
    });
}

#[test]
fn no_level_takes_it_for_committed_when_every_level_swallows_the_error() {
    with_each(|dropping, database, conn, [mut before, mut after]| {
        let rows = [before.clone(), after.clone()];
        let mut inner_error = None;
        let result = transaction_concurrent(conn, (&mut before, &mut after), |conn, (before, after)| {
            let inner = transaction_concurrent(conn, (&mut **before, &mut **after), |conn, (before, after)| {
                swallow(dropping, database, conn, before, after)
            });
            assert_eq!([&**before, &**after], [&rows[0], &rows[1]], "{}", dropping.name);
            inner_error = Some(inner.unwrap_err());
            Ok::<_, ConcurrencyError>(())
        });
        // PostgreSQL rolled back to the savepoint, and all is well again: nothing is lost that was taken for written.
        if let Err(error) = &result {
            assert!(!error.is_conflict(), "{}: {error:?}", dropping.name);
        }
        assert!(!inner_error.unwrap().is_conflict());
        assert_eq!(article(1, conn), rows[0], "{}", dropping.name);
        assert_eq!([before, after], rows, "{}", dropping.name);
        assert_nothing_open(conn);
    });
}

#[test]
fn an_attempt_that_was_dropped_is_no_success_either() {
    with_each(|dropping, database, conn, _| {
        let mut attempts = 0;
        let result = retry_on_conflict(conn, &RetryPolicy::default().max_attempts(3), |conn| {
            attempts += 1;
            let (mut before, mut after) = (article(1, conn), article(2, conn));
            before.title = format!("attempt {attempts}");
            if attempts < 3 {
                swallow(dropping, database, conn, &mut before, &mut after)
            } else {
                before.save_concurrent(conn)
            }
        });
        if dropping.is_retryable {
            result.unwrap();
            assert_eq!((attempts, article(1, conn).title.as_str()), (3, "attempt 3"), "{}", dropping.name);
        } else {
            dropping.assert_told(&result.unwrap_err());
            assert_eq!((attempts, article(1, conn).version), (1, 1), "{}", dropping.name);
        }
        assert_nothing_open(conn);
    });
}
