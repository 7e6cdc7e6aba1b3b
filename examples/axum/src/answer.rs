//! Why there is no article in the response: problems for the client, and the message of the database for the log.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use concurrency_diesel::{ConcurrencyError, Tracked};
use concurrency_http::Problem;
use diesel_async::pooled_connection::deadpool::PoolError;
use serde_json::json;

use crate::Article;

/// An article that was not saved, and its current row. `fields` are those in which the row differs from what the client
/// sent: none, if the response to an earlier request was lost. `changed` are those of them that changed after the
/// client loaded the article, without its own edit.
pub(crate) fn refused(error: &ConcurrencyError, mine: Article, before: Option<Article>, current: &Article) -> Problem {
    let fields = Tracked::new(mine).diff(current);
    let theirs = before.map(|before| Tracked::new(before).diff(current));
    let changed: Vec<_> =
        fields.iter().copied().filter(|field| theirs.as_ref().is_none_or(|theirs| theirs.contains(field))).collect();
    Problem::precondition(error)
        .current(current)
        .fields(fields)
        .with("changed", changed)
        .with("current", json!(current))
}

/// Why there is no article.
pub(crate) enum Failure {
    Problem(Problem),
    Other(Box<dyn std::error::Error>),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ConcurrencyError> for Failure {
    fn from(error: ConcurrencyError) -> Self {
        let problem = Problem::precondition(&error);
        if problem.status() >= 500 {
            eprintln!("{error}");
        }
        problem.into()
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        ConcurrencyError::from(error).into()
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Other(error) => {
                eprintln!("{error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "the database cannot be reached").into_response()
            }
        }
    }
}
