//! Outcomes as HTTP: status, ETag, body. What they come from is the handlers' business.

use axum::Json;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use concurrency_diesel::ConcurrencyError;
use diesel_async::pooled_connection::deadpool::PoolError;
use serde::Serialize;

use crate::Article;

/// An article, or why it was not saved.
pub(crate) enum Answer {
    Found(Article),
    Conflict { current: Article, changed: Vec<&'static str> },
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Found(article) => (tag(&article), Json(article)).into_response(),
            Self::Conflict { current, changed } => {
                let error = "somebody else has saved the article; choose, and send it again under the current version";
                (StatusCode::CONFLICT, tag(&current), Json(Conflict { error, changed, current })).into_response()
            }
        }
    }
}

#[derive(Serialize)]
struct Conflict {
    error: &'static str,
    /// The fields in which the current article is not what was sent.
    changed: Vec<&'static str>,
    current: Article,
}

fn tag(article: &Article) -> [(axum::http::HeaderName, String); 1] {
    [(ETAG, format!("\"{}\"", article.version))]
}

/// The version that the client has seen.
pub(crate) fn version_in(headers: &HeaderMap) -> Result<i64, Failure> {
    let tag = headers.get(IF_MATCH).ok_or(Failure::NoVersion)?;
    let version = tag.to_str().ok().and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.ok_or(Failure::NoVersion)
}

/// Why there is no answer.
pub(crate) enum Failure {
    NotFound,
    NoVersion,
    Busy(ConcurrencyError),
    Other(Box<dyn std::error::Error>),
}

impl From<ConcurrencyError> for Failure {
    fn from(error: ConcurrencyError) -> Self {
        if error.is_retryable() { Self::Busy(error) } else { Self::Other(error.into()) }
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
        let (status, text) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "there is no such article".to_owned()),
            Self::NoVersion => (
                StatusCode::PRECONDITION_REQUIRED,
                "send the article's ETag as If-Match; GET answers with it".to_owned(),
            ),
            Self::Busy(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            Self::Other(error) => {
                eprintln!("{error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "the article was not saved".to_owned())
            }
        };
        (status, text).into_response()
    }
}
