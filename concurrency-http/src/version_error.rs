//! Why a token is no version.

/// Why a text is no version of the record; nothing may then be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Returned where the form has no version, or an empty one.
    #[error("the form has no version; send the hidden field that came with it")]
    Missing,

    /// Returned for a text that is no token: it was cut off, or changed on its way.
    #[error("the version cannot be read; load the page again")]
    Malformed,

    /// Returned where the signature is not ours: the token was changed, its key is gone, or it was made for someone else.
    #[error("the version was not made by this site for you; load the page again")]
    Tampered,

    /// Returned for a token that was signed here for another table or key, or that holds a version which the record's field cannot have.
    #[error("the version is that of another record; load the page again")]
    Foreign,
}
