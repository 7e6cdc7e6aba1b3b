//! An error type must say whether a transaction can be run again after it.

use concurrency_diesel::{RetryPolicy, retry_on_conflict};
use diesel::prelude::*;

struct AppError;

impl From<diesel::result::Error> for AppError {
    fn from(_: diesel::result::Error) -> Self {
        Self
    }
}

fn main() {
    let conn = &mut SqliteConnection::establish(":memory:").unwrap();
    let result = retry_on_conflict(conn, &RetryPolicy::default(), |_| Err::<(), _>(AppError));
    assert!(result.is_err());
}
