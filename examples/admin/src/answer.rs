//! Responses without a page of articles: why a request was refused, and where an error of the database goes.

use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use concurrency_diesel::{BulkError, ConcurrencyError};
use concurrency_http::{FormError, Problem};
use diesel_async::pooled_connection::deadpool::PoolError;
use maud::Markup;

use crate::pages;

/// A page with its status.
pub(crate) fn answer(status: StatusCode, page: Markup) -> Response {
    (status, Html(page.into_string())).into_response()
}

/// Why there is no page of articles.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// There is no such article, or no such page.
    Unknown,
    /// The body is not a form, or not one that our pages send.
    Form(FormError),
    /// The database is busy.
    Busy(String),
    /// Anything else, only for the log.
    Failed(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => unknown(),
            Self::Form(error) => error.into_response(),
            Self::Busy(error) => {
                eprintln!("{error}");
                busy(answer(
                    StatusCode::SERVICE_UNAVAILABLE,
                    pages::simple("Busy", "The database is busy. Nothing was saved; send it again."),
                ))
            }
            Self::Failed(error) => {
                eprintln!("{error}");
                let text =
                    "Something went wrong, and nothing is known to be saved. Look at the list before you try again.";
                answer(StatusCode::INTERNAL_SERVER_ERROR, pages::simple("Not saved", text))
            }
        }
    }
}

/// A problem, as a page.
pub(crate) fn problem_page(problem: &Problem, _: &Parts, _: &Extensions) -> Response {
    let heading = problem.title();
    answer(StatusCode::OK, pages::simple(heading, problem.detail()))
}

/// The header that marks a refusal by the engine.
pub(crate) const BUSY: &str = "The database is busy. Nothing was saved; send it again.";

/// The header that says when to try again.
pub(crate) fn busy(mut response: Response) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

pub(crate) fn unknown() -> Response {
    answer(StatusCode::NOT_FOUND, pages::simple("Not found", "There is no such page, or no such article any more."))
}

pub(crate) fn foreign_origin() -> Response {
    answer(StatusCode::FORBIDDEN, pages::simple("Refused", "This request was made by another site."))
}

impl From<FormError> for Refusal {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl From<ConcurrencyError> for Refusal {
    fn from(error: ConcurrencyError) -> Self {
        match error {
            ConcurrencyError::Restart(_) => Self::Busy(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<BulkError> for Refusal {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Concurrency(error) => error.into(),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        ConcurrencyError::from(error).into()
    }
}

impl From<PoolError> for Refusal {
    fn from(error: PoolError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
