//! `If-Match` and `If-None-Match`: the versions of a record that a request names. `tags` reads a list of tags.

mod tags;

use concurrency_core::Versioned;

use crate::etag;
use tags::Tags;

/// The header `If-Match` of a PUT, a PATCH or a DELETE: the versions over which the client wants to write.
///
/// If the client names one version, you need no read: save with that version.
///
/// ```
/// use concurrency_http::{IfMatch, PreconditionError};
///
/// let header: Option<&[u8]> = Some(b"\"7\""); // what the framework gives: bytes, one slice for each line
/// let if_match = IfMatch::required(header)?;
/// # use concurrency_http::{RecordId, VersionValue, Versioned};
/// # struct Article { id: i64, version: i64 }
/// # impl Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
/// assert!(if_match.matches(&Article { id: 1, version: 7 }));
/// assert!(!if_match.matches(&Article { id: 1, version: 8 }));
///
/// assert_eq!(IfMatch::required(None::<&[u8]>), Err(PreconditionError::Required));
/// assert_eq!(IfMatch::required([b"7".as_slice()]), Err(PreconditionError::Malformed)); // a tag has quotes
/// # Ok::<(), PreconditionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Tags);

impl IfMatch {
    /// Reads the lines of the header; `None` if there are none.
    ///
    /// # Errors
    ///
    /// [`PreconditionError::Malformed`] if the header is neither `*` nor a list of tags in quotes.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<Self>, PreconditionError> {
        Tags::parse(lines).map(|tags| tags.map(Self)).ok_or(PreconditionError::Malformed)
    }

    /// Reads the lines of the header, which must name a version.
    ///
    /// # Errors
    ///
    /// [`PreconditionError::Required`] if there are no lines, and for `*`, which means any version; otherwise as
    /// [`parse`](Self::parse).
    pub fn required<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, PreconditionError> {
        match Self::parse(lines)? {
            None | Some(Self(Tags::Any)) => Err(PreconditionError::Required),
            Some(if_match) => Ok(if_match),
        }
    }

    /// Whether the record is at one of the versions, by strong comparison: a weak tag never matches.
    #[must_use]
    pub fn matches(&self, record: &impl Versioned) -> bool {
        self.0.any(&etag(record), |is_weak| !is_weak)
    }

    /// The version, if the header has exactly one strong tag, and that is a version of a `T`. Save the record with it;
    /// you need not read the row first.
    ///
    /// If it is `None`, read the row. The row may [match](Self::matches) one of several tags. If it does not, answer
    /// with 412.
    ///
    /// ```
    /// use concurrency_diesel::prelude::*;
    /// use concurrency_http::IfMatch;
    ///
    /// # diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }
    /// #[derive(Concurrent)]
    /// struct Article {
    ///     id: i64,
    ///     title: String,
    ///     #[concurrent(version)]
    ///     version: i64,
    /// }
    ///
    /// let if_match = IfMatch::required([b"\"7\"".as_slice()])?;
    /// assert_eq!(if_match.version::<Article>(), Some(7));
    /// // Article { id, title, version: 7 }.save_concurrent(conn): UPDATE articles SET … WHERE id = ? AND version = 7
    ///
    /// assert_eq!(IfMatch::required([b"\"7\", \"8\"".as_slice()])?.version::<Article>(), None);
    /// # Ok::<(), concurrency_http::PreconditionError>(())
    /// ```
    #[cfg(feature = "diesel")]
    #[must_use]
    pub fn version<T: concurrency_diesel::Concurrent>(&self) -> Option<T::Version> {
        use concurrency_core::VersionField as _;
        let version = crate::etag::version_of(self.0.only_strong()?)?;
        T::VersionField::from_value(&version)
    }
}

/// The header `If-None-Match` of a GET: the versions that the client has. If the row is at one of them, 304 without a
/// body is enough.
///
/// Answer with 304 only if each change of the row advances its version. Under `ConditionalVersionField`, after
/// `save_without_increment`, and if other programs write without a trigger, the client would keep an old copy.
///
/// ```
/// use concurrency_http::IfNoneMatch;
/// # use concurrency_http::{RecordId, VersionValue, Versioned};
/// # struct Article { id: i64, version: i64 }
/// # impl Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
///
/// let if_none_match = IfNoneMatch::parse([b"W/\"7\"".as_slice()])?; // a proxy that compresses has weakened it
/// let is_fresh = if_none_match.is_some_and(|tags| tags.matches(&Article { id: 1, version: 7 }));
/// assert!(is_fresh);
/// # Ok::<(), concurrency_http::PreconditionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Tags);

impl IfNoneMatch {
    /// Reads the lines of the header; `None` if there are none.
    ///
    /// # Errors
    ///
    /// [`PreconditionError::Malformed`] if the header is neither `*` nor a list of tags. Ignore this error: answer with
    /// 200.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<Self>, PreconditionError> {
        Tags::parse(lines).map(|tags| tags.map(Self)).ok_or(PreconditionError::Malformed)
    }

    /// Whether the record is at one of the versions, by weak comparison.
    #[must_use]
    pub fn matches(&self, record: &impl Versioned) -> bool {
        self.0.any(&etag(record), |_| true)
    }
}

/// Why a request does not say over which version it writes. Write nothing then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PreconditionError {
    /// Returned if `If-Match` is missing, or is `*`.
    #[error("the request names no version; send the ETag of the answer to GET as If-Match")]
    Required,

    /// Returned for a header that is not a list of tags.
    #[error("the header cannot be read; send the ETag as it came, in its quotes: If-Match: \"7\"")]
    Malformed,
}
