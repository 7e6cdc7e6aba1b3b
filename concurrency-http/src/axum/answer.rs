//! Problems and errors as responses, and the headers with a record's version.

use axum_core::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::problem::{self, Problem};
use crate::{FormError, PreconditionError, VersionError, etag};

/// `application/problem+json`. [`ProblemPages`](super::ProblemPages) may turn it into a page.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(CONTENT_TYPE, problem::CONTENT_TYPE)], self.to_json()).into_response();
        for (name, value) in self.headers() {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response.extensions_mut().insert(self);
        response
    }
}

macro_rules! problems {
    ($($error:ty),*) => {$(
        /// The response of its [`Problem`].
        impl IntoResponse for $error {
            fn into_response(self) -> Response {
                Problem::from(self).into_response()
            }
        }
    )*};
}

problems!(PreconditionError, VersionError, FormError);

/// The headers of a response that shows a record: `ETag`, and `Cache-Control: private, no-cache`, so that a client asks
/// the server before it shows its copy.
///
/// ```
/// use axum::Json;
/// use axum::response::IntoResponse;
/// # use concurrency_http::{RecordId, VersionValue};
/// # #[derive(serde::Serialize)]
/// # struct Article { id: i64, version: i64 }
/// # impl concurrency_http::Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
/// use concurrency_http::axum::Versioned;
///
/// let article = Article { id: 1, version: 7 };
/// let response = (Versioned(&article), Json(&article)).into_response();
/// assert_eq!(response.headers()["etag"], "\"7\"");
/// assert_eq!(response.headers()["cache-control"], "private, no-cache");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Versioned<'r, R>(pub &'r R);

impl<R: crate::Versioned> IntoResponseParts for Versioned<'_, R> {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        let headers = parts.headers_mut();
        // A tag has only characters that a header may have.
        if let Ok(tag) = HeaderValue::try_from(etag(self.0)) {
            headers.insert(ETAG, tag);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        Ok(parts)
    }
}

/// Only the headers, as for `(StatusCode::NOT_MODIFIED, Versioned(&record))`.
impl<R: crate::Versioned> IntoResponse for Versioned<'_, R> {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}
