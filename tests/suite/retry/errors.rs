//! Which errors are tried again: ours, Diesel's, boxed ones, an application's own, and those of another crate by a predicate.

use std::error::Error;
use std::fmt;

use crate::library::prelude::*;
use crate::library::{BulkError, Retryable, retry_if, retry_on_conflict};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::super::fixtures::with_article;
use super::{conflicting, increment, recorded};
use crate::engine::TestConnection;

fn restart() -> DieselError {
    DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, Box::new("refused".to_owned()))
}

/// An application's own error.
#[derive(Debug)]
enum AppError {
    Save(ConcurrencyError),
    Refused,
}

impl From<DieselError> for AppError {
    fn from(error: DieselError) -> Self {
        Self::Save(error.into())
    }
}

impl From<ConcurrencyError> for AppError {
    fn from(error: ConcurrencyError) -> Self {
        Self::Save(error)
    }
}

impl Retryable for AppError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Save(error) if error.is_retryable())
    }
}

/// An error that says where it comes from.
#[derive(Debug)]
struct Wrapped(Box<dyn Error + Send + Sync>);

impl fmt::Display for Wrapped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("wrapped")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// How often a closure is run that fails with what `fail` makes.
fn attempts<E>(conn: &mut TestConnection, fail: impl Fn(&mut TestConnection) -> E + Crosses) -> u32
where
    E: From<DieselError> + Retryable + Crosses,
{
    let mut attempts = 0;
    let result = retry_on_conflict(conn, &recorded().max_attempts(3), |conn| {
        attempts += 1;
        Err::<(), E>(fail(conn))
    });
    assert!(result.is_err());
    attempts
}

#[test]
fn an_error_says_itself_whether_it_is_tried_again() {
    let (_database, conn) = &mut with_article();
    let conflict = |conn: &mut TestConnection| conflicting(conn).unwrap_err();
    assert_eq!(attempts::<ConcurrencyError>(conn, conflict), 3);
    assert_eq!(attempts::<ConcurrencyError>(conn, |_| restart().into()), 3);
    assert_eq!(attempts::<ConcurrencyError>(conn, |_| DieselError::NotFound.into()), 1);
    assert_eq!(attempts(conn, |_| restart()), 3);
    assert_eq!(attempts(conn, |_| DieselError::NotFound), 1);
    assert_eq!(attempts(conn, |conn| AppError::Save(conflict(conn))), 3);
    assert_eq!(attempts(conn, |_| AppError::Refused), 1);
    assert_eq!(attempts::<BulkError>(conn, |conn| conflict(conn).into()), 3);
    assert_eq!(attempts::<BulkError>(conn, |_| DieselError::NotFound.into()), 1);

    assert_eq!(attempts::<BoxedError>(conn, |conn| conflict(conn).into()), 3);
    assert_eq!(attempts::<BoxedError>(conn, |_| restart().into()), 3);
    assert_eq!(attempts::<BoxedError>(conn, |conn| BulkError::from(conflict(conn)).into()), 3);
    assert_eq!(attempts::<BoxedError>(conn, |_| "something else".into()), 1);
    assert_eq!(attempts::<Box<dyn Error + Send + Sync>>(conn, |conn| conflict(conn).into()), 3);
    assert_eq!(attempts::<Box<dyn Error + Send + Sync>>(conn, |_| DieselError::NotFound.into()), 1);
    let wrap = |error: Box<dyn Error + Send + Sync>| Box::new(Wrapped(Box::new(Wrapped(error))));
    assert_eq!(attempts::<Box<dyn Error + Send + Sync>>(conn, |conn| wrap(conflict(conn).into())), 3);
    assert_eq!(attempts::<BoxedError>(conn, |_| wrap(restart().into())), 3);
    assert_eq!(attempts::<BoxedError>(conn, |_| wrap("something else".into())), 1);
}

#[test]
fn a_predicate_decides_for_the_errors_of_others() {
    #[derive(Debug)]
    struct Foreign(ConcurrencyError);
    impl From<DieselError> for Foreign {
        fn from(error: DieselError) -> Self {
            Self(error.into())
        }
    }

    let (_database, conn) = &mut with_article();
    for (decision, expected) in [(true, 3), (false, 1)] {
        let mut attempts = 0;
        let result = retry_if(
            conn,
            &recorded().max_attempts(3),
            |Foreign(_)| decision,
            |conn| {
                attempts += 1;
                conflicting(conn).map_err(Foreign)
            },
        );
        assert!(result.unwrap_err().0.is_conflict());
        assert_eq!(attempts, expected);
    }
    let record = retry_if(conn, &recorded(), |_| true, |conn| increment(conn).map_err(Foreign)).unwrap();
    assert_eq!(record.version, 2);
}
