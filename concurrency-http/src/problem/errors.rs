//! Problems from the errors of a save. The message of the database stays in the error, for your program's log.

use concurrency_core::Versioned;
use concurrency_diesel::{ConcurrencyError, MergeError};

use super::kind::Kind;
use super::{Problem, deleted, modified};

impl Problem {
    /// The problem for a failed save with the version in `If-Match`: 412 for a modified record, 404 for a deleted one,
    /// 503 if the same request may succeed later, and otherwise 500. Log the error itself, because the problem does not
    /// contain the message of the database.
    ///
    /// ```
    /// use concurrency_diesel::prelude::*;
    /// use concurrency_http::problem::Problem;
    ///
    /// # use diesel::connection::SimpleConnection;
    /// # use diesel::prelude::*;
    /// # diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }
    /// # #[derive(Concurrent)]
    /// # struct Article { id: i64, title: String, #[concurrent(version)] version: i64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut SqliteConnection::establish(":memory:")?;
    /// # conn.batch_execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, version BIGINT); INSERT INTO articles VALUES (1, 'a', 8)")?;
    /// let mut article = Article { id: 1, title: "mine".to_owned(), version: 7 }; // of `If-Match: "7"`, and the row is at 8
    /// let error = article.save_concurrent(conn).unwrap_err();
    /// let problem = Problem::precondition(&error);
    /// assert_eq!((problem.status(), problem.name()), (412, "record-modified"));
    /// assert_eq!(problem.etag().as_deref(), Some("\"8\""));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn precondition(error: &ConcurrencyError) -> Self {
        of_error(error, 412, 404)
    }

    /// The problem for a failed save with the version in the body: 409 for a modified or a deleted record, otherwise as
    /// [`precondition`](Self::precondition).
    #[must_use]
    pub fn conflict(error: &ConcurrencyError) -> Self {
        of_error(error, 409, 409)
    }

    /// The problem for two edits that could not be merged: 409 if both changed the same fields, otherwise as
    /// [`conflict`](Self::conflict). It does not name the fields; add them with [`fields`](Self::fields).
    #[must_use]
    pub fn merge<T: Versioned>(error: &MergeError<T>) -> Self {
        match error {
            MergeError::Fields { base, theirs, .. } => {
                let mut problem = Self::modified(theirs);
                problem.0.status = 409;
                problem.0.expected = Some(base.version_value());
                problem
            }
            MergeError::Concurrency(error) => Self::conflict(error),
            _ => unknown(),
        }
    }
}

fn of_error(error: &ConcurrencyError, of_modified: u16, of_deleted: u16) -> Problem {
    match error {
        ConcurrencyError::RecordModified(error) => {
            let mut problem = Problem::new(
                Kind::RecordModified,
                of_modified,
                modified(&format!("{} with {}", error.table, error.key)),
            );
            problem.0.record = Some((error.table.to_owned(), error.key.clone()));
            problem.0.expected = Some(error.expected.clone());
            problem.0.found = Some(error.found.clone());
            problem
        }
        ConcurrencyError::RecordDeleted(error) => {
            let mut problem =
                Problem::new(Kind::RecordDeleted, of_deleted, deleted(&format!("{} with {}", error.table, error.key)));
            problem.0.record = Some((error.table.to_owned(), error.key.clone()));
            problem.0.expected = Some(error.expected.clone());
            problem
        }
        ConcurrencyError::Restart(_) => {
            let detail = "the database is busy, and nothing was saved; send the same request again in a moment";
            Problem::new(Kind::Busy, 503, detail)
        }
        ConcurrencyError::OutcomeUnknown(_) | ConcurrencyError::TransactionLost(_) => unknown(),
        _ => Problem::new(Kind::NotSaved, 500, "the record was not saved; the site's log says why"),
    }
}

fn unknown() -> Problem {
    let detail = "the record may have been saved, or only a part of the change; load it before you send anything again";
    Problem::new(Kind::OutcomeUnknown, 500, detail)
}
