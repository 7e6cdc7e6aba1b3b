//! A database that leaves a write out without a word: row and version are there, nothing was written.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::result::DatabaseErrorKind;

use super::super::core::assert_modified;
use super::super::fixtures::{article, with_article};
use super::{assert_database, assert_refused, edited};
use crate::engine;

/// How the database is brought to leave out the writes of articles.
pub struct Suppression {
    pub sql: &'static str,
    /// The error of an UPDATE with RETURNING, if that is refused.
    pub refuses_returning: Option<&'static str>,
    /// Whether a locking read finds no row, either.
    pub hides_row: bool,
}

#[track_caller]
fn assert_suppressed(error: &ConcurrencyError) {
    let ConcurrencyError::WriteSuppressed(inner) = error else {
        panic!("not WriteSuppressed: {error:?}");
    };
    assert_eq!((inner.table, inner.key.as_str()), ("articles", "id 1"));
    assert_eq!(inner.version, VersionValue::from(1_i64));
    assert_eq!(error.table(), Some("articles"));
    assert!(!error.is_conflict() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        "the database did not write articles with id 1 although its version is still 1; look for a trigger that returns \
         NULL, a row security policy or a rule"
    );
}

#[test]
fn a_write_that_the_database_leaves_out_is_neither_saved_nor_a_conflict() {
    for suppression in engine::SUPPRESSIONS {
        let (_database, conn) = &mut with_article();
        let row = article(1, conn);
        let record = edited(&row);
        conn.batch_execute(suppression.sql).unwrap();

        assert_refused(&record, conn, |name, error| match suppression.refuses_returning {
            Some(message) if name == "save_unchecked" => assert_database(error, DatabaseErrorKind::Unknown, message),
            _ => assert_suppressed(error),
        });
        assert_eq!(article(1, conn), row, "{}", suppression.sql);

        record.check_concurrent(conn).unwrap();
        match record.lock_concurrent(conn) {
            Ok(()) => assert!(!suppression.hides_row, "{}", suppression.sql),
            Err(error) => {
                assert!(suppression.hides_row, "{}", suppression.sql);
                assert_suppressed(&error);
            }
        }
    }
}

#[test]
fn a_stale_record_is_a_conflict_even_where_the_database_leaves_writes_out() {
    for suppression in engine::SUPPRESSIONS {
        let (_database, conn) = &mut with_article();
        let record = edited(&article(1, conn));
        let mut other = record.clone();
        other.save_concurrent(conn).unwrap();
        conn.batch_execute(suppression.sql).unwrap();
        assert_modified(&record.clone().save_concurrent(conn).unwrap_err(), 1, 2);
        assert_modified(&record.delete_concurrent(conn).unwrap_err(), 1, 2);
        assert_eq!(article(1, conn), other);
    }
}
