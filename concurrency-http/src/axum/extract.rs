//! Extracts preconditions and forms from a request.

use std::convert::Infallible;

use axum_core::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum_core::response::IntoResponse as _;
use http::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode};

use crate::{Form, FormError, IfMatch, IfNoneMatch, PreconditionError};

fn lines(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    headers.get_all(name).into_iter().map(http::HeaderValue::as_bytes)
}

/// Refuses a request without a version with 428, or with 400 if the header cannot be read.
impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = PreconditionError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, PreconditionError> {
        Self::required(lines(&parts.headers, IF_MATCH))
    }
}

/// Accepts a request without the header. `*` counts as a header. Refuses a header that cannot be read with 400.
impl<S: Send + Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = PreconditionError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, PreconditionError> {
        Self::parse(lines(&parts.headers, IF_MATCH))
    }
}

/// Ignores a header that cannot be read.
impl<S: Send + Sync> OptionalFromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Infallible> {
        Ok(Self::parse(lines(&parts.headers, IF_NONE_MATCH)).ok().flatten())
    }
}

/// Reads a body of the type `application/x-www-form-urlencoded`. With `Result<Form, FormError>` the handler can answer
/// itself, and show the form of a [`FormError::Nul`] on its page.
impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = FormError;

    async fn from_request(request: Request, state: &S) -> Result<Self, FormError> {
        if !is_form(request.headers()) {
            return Err(FormError::NotAForm);
        }
        let body = String::from_request(request, state).await.map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                FormError::TooLarge
            } else {
                FormError::malformed("(unknown)", "is not UTF-8, or was cut off")
            }
        })?;
        Self::parse(body.as_bytes())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
