//! The errors of reading a token.

/// Why a text is not a version of the record. Write nothing then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Returned if the form has no version, or an empty one.
    #[error("the form has no version; send the hidden field that came with it")]
    Missing,

    /// Returned for a text that is not a token: it was cut off or changed on its way.
    #[error("the version cannot be read; load the page again")]
    Malformed,

    /// Returned if the signature is not ours: the token was changed, its key is gone, or it was made for someone else.
    #[error("the version was not made by this site for you; load the page again")]
    Tampered,

    /// Returned for a token that was signed here for another table or key, or whose version the record's field cannot
    /// have.
    #[error("the version is that of another record; load the page again")]
    Foreign,
}
