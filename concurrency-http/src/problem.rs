//! `Problem` tells the client why a request was refused, as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) defines
//! it.
//!
//! Each type has a name, which is the fragment of its address, and is described here. No problem contains values of the
//! record, SQL, or messages of the database: these belong in your program's log.
//!
//! ```
//! use concurrency_http::problem::Problem;
//! use concurrency_http::PreconditionError;
//!
//! let problem = Problem::from(PreconditionError::Required);
//! assert_eq!((problem.status(), problem.name()), (428, "precondition-required"));
//! ```
//!
//! # record-modified
//!
//! 412 if the version came in `If-Match`, 409 if it came in the body. The record was saved after the client loaded it;
//! nothing was written. The header `ETag` and `found` have its current version. `fields`, if the program names them,
//! are the fields in which the record differs from what the client sent. If there are none, the request was carried out
//! before and its response was lost. Otherwise load the record, apply the change, and send it again.
//!
//! # record-deleted
//!
//! 404 if the version came in `If-Match`, 409 if it came in the body. The record does not exist, or no longer. Nothing
//! was written, and the record is not inserted again.
//!
//! # precondition-required
//!
//! 428. The request names no version. Send the `ETag` of the response to GET as `If-Match`. `*` is not a version.
//!
//! # precondition-malformed
//!
//! 400. `If-Match` is not a list of tags. Send the tag in quotes, as it came.
//!
//! # version-missing
//!
//! 428. The form has no version. Send its hidden field.
//!
//! # version-malformed
//!
//! 400. The version in the form cannot be read. Load the page again.
//!
//! # version-tampered
//!
//! 400. The version in the form was not signed here, or not for this person. Load the page again.
//!
//! # version-foreign
//!
//! 400. The version in the form is that of another record. Load the page again.
//!
//! # form-malformed
//!
//! 400. The form cannot be read. `detail` names the field.
//!
//! # form-unstorable
//!
//! 422. A field of the form has a NUL character. `detail` names it.
//!
//! # form-too-large
//!
//! 413. The form has more than 1 MiB, or more than 1,000 rows.
//!
//! # form-expected
//!
//! 415. The body is not a form. Send `application/x-www-form-urlencoded`.
//!
//! # busy
//!
//! 503. The database refused a concurrent write; nothing was written. Send the request again after `Retry-After` seconds.
//!
//! # not-saved
//!
//! 500. The record was not saved. Only the program's log has the reason.
//!
//! # outcome-unknown
//!
//! 500. The database did not answer, so the record may have been saved. Load it first.

#[cfg(feature = "diesel")]
mod errors;
mod kind;
#[cfg(feature = "serde")]
mod serialize;

use concurrency_core::{RecordId, VersionValue, Versioned};

use crate::{FormError, PreconditionError, VersionError, etag};
use kind::Kind;

/// Why a request was refused: a status, headers, and, with the feature `serde`, a body of the type
/// `application/problem+json`.
///
/// With the feature `axum` it is a response. With other frameworks, make a response from [`status`](Self::status),
/// [`headers`](Self::headers) and `to_json`:
///
/// ```
/// use concurrency_http::problem::Problem;
/// use concurrency_http::{RecordId, VersionValue, Versioned};
/// # struct Article { id: i64, version: i64 }
/// # impl Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
///
/// // The client wants to write over version 7, and the row is at 8.
/// let problem = Problem::modified(&Article { id: 1, version: 8 }).fields(["title"]);
/// assert_eq!(problem.status(), 412);
/// assert_eq!(problem.headers(), [("etag", "\"8\"".to_owned())]);
/// # #[cfg(feature = "serde")]
/// assert_eq!(
///     problem.to_json(),
///     "{\"type\":\"https://docs.rs/concurrency-http/latest/concurrency_http/problem/#record-modified\",\
///       \"title\":\"The record was modified\",\"status\":412,\
///       \"detail\":\"articles/1 was saved after you loaded it; load it, apply your change and send it again\",\
///       \"table\":\"articles\",\"key\":\"1\",\"found\":\"8\",\"fields\":[\"title\"]}"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Content>);

/// In a `Box`, so that a `Result` of a handler stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    kind: Kind,
    status: u16,
    detail: String,
    /// The table and the key.
    record: Option<(String, String)>,
    expected: Option<VersionValue>,
    found: Option<VersionValue>,
    fields: Option<Vec<String>>,
    #[cfg(feature = "serde")]
    members: Vec<(&'static str, serde_json::Value)>,
}

/// The content type of a problem as JSON.
pub const CONTENT_TYPE: &str = "application/problem+json";

impl Problem {
    fn new(kind: Kind, status: u16, detail: impl Into<String>) -> Self {
        Self(Box::new(Content {
            kind,
            status,
            detail: detail.into(),
            record: None,
            expected: None,
            found: None,
            fields: None,
            #[cfg(feature = "serde")]
            members: Vec::new(),
        }))
    }

    /// The row is at none of the versions in `If-Match`: 412 with its tag. `current` is the row as you read it.
    #[must_use]
    pub fn modified(current: &impl Versioned) -> Self {
        let id = current.record_id();
        let mut problem = Self::new(Kind::RecordModified, 412, modified(&id.to_string()));
        problem.0.record = Some((id.table().to_owned(), id.key().to_owned()));
        problem.0.found = Some(current.version_value());
        problem
    }

    /// The record does not exist: 404.
    #[must_use]
    pub fn missing(id: &RecordId) -> Self {
        let mut problem = Self::new(Kind::RecordDeleted, 404, deleted(&id.to_string()));
        problem.0.record = Some((id.table().to_owned(), id.key().to_owned()));
        problem
    }

    /// A field has a text that the database cannot store, for example with a NUL character: 422.
    #[must_use]
    pub fn unstorable(field: &str) -> Self {
        Self::new(Kind::FormUnstorable, 422, format!("`{field}` has a character that cannot be stored; remove it"))
    }

    /// Adds the row as you read it after the refusal. `ETag` and `found` then have its version. If you show the row
    /// with the problem, you must send the version of that row, and not an earlier one.
    #[must_use]
    pub fn current(mut self, record: &impl Versioned) -> Self {
        self.0.found = Some(record.version_value());
        self
    }

    /// Adds your own member to the body, for example the current row.
    #[cfg(feature = "serde")]
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<serde_json::Value>) -> Self {
        self.0.members.push((name, value.into()));
        self
    }

    /// Names the fields in which the row differs from what the client sent. Leave this out if a change is secret.
    #[must_use]
    pub fn fields<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.0.fields = Some(names.into_iter().map(|name| name.as_ref().to_owned()).collect());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.0.status
    }

    /// The name of the type: `record-modified`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0.kind.name()
    }

    /// The address of the type.
    #[must_use]
    pub fn type_url(&self) -> String {
        format!("https://docs.rs/concurrency-http/latest/concurrency_http/problem/#{}", self.name())
    }

    /// The title, which is the same for every problem of this type.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.0.kind.title()
    }

    /// What was wrong in this case, and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The version of the row, as a tag, if it is known.
    #[must_use]
    pub fn etag(&self) -> Option<String> {
        self.0.found.as_ref().map(etag::tag_of)
    }

    /// The number of seconds after which the same request may succeed.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        match self.0.kind {
            Kind::Busy => Some(1),
            _ => None,
        }
    }

    /// The headers of the response, except its content type, which is [`CONTENT_TYPE`] for JSON.
    /// `cache-control: no-store` is only for JSON: if a browser does not store a page, it loses what was typed into it.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let etag = self.etag().map(|tag| ("etag", tag));
        let retry = self.retry_after().map(|seconds| ("retry-after", seconds.to_string()));
        let store = (self.0.status == 428).then(|| ("cache-control", "no-store".to_owned()));
        etag.into_iter().chain(retry).chain(store).collect()
    }

    /// The body of the response.
    #[cfg(feature = "serde")]
    #[must_use]
    pub fn to_json(&self) -> String {
        // The content is texts and a number, so writing it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn modified(record: &str) -> String {
    format!("{record} was saved after you loaded it; load it, apply your change and send it again")
}

fn deleted(record: &str) -> String {
    format!("there is no {record}; it may have been deleted after you loaded it")
}

impl From<PreconditionError> for Problem {
    fn from(error: PreconditionError) -> Self {
        let (kind, status) = match error {
            PreconditionError::Required => (Kind::PreconditionRequired, 428),
            PreconditionError::Malformed => (Kind::PreconditionMalformed, 400),
        };
        Self::new(kind, status, error.to_string())
    }
}

impl From<VersionError> for Problem {
    fn from(error: VersionError) -> Self {
        let (kind, status) = match error {
            VersionError::Missing => (Kind::VersionMissing, 428),
            VersionError::Malformed => (Kind::VersionMalformed, 400),
            VersionError::Tampered => (Kind::VersionTampered, 400),
            VersionError::Foreign => (Kind::VersionForeign, 400),
        };
        Self::new(kind, status, error.to_string())
    }
}

impl From<FormError> for Problem {
    fn from(error: FormError) -> Self {
        let (kind, status) = match error {
            FormError::Malformed { .. } => (Kind::FormMalformed, 400),
            FormError::Nul { .. } => (Kind::FormUnstorable, 422),
            FormError::TooLarge | FormError::TooManyRows => (Kind::FormTooLarge, 413),
            FormError::NotAForm => (Kind::FormExpected, 415),
            FormError::Version(error) => return error.into(),
        };
        Self::new(kind, status, error.to_string())
    }
}
