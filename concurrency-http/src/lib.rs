#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

#[cfg(feature = "axum")]
pub mod axum;
mod etag;
mod form;
// Its examples save records and write problems as JSON.
#[cfg(all(any(doc, doctest), feature = "diesel", feature = "serde"))]
pub mod guide;
mod keys;
mod payload;
mod precondition;
pub mod problem;
mod signer;
mod token;
mod version_error;

pub use concurrency_core::{KeyText, RecordId, VersionValue, Versioned};
pub use etag::etag;
pub use form::{Form, FormError, Pick, Row};
pub use keys::{Keys, ShortKey};
pub use precondition::{IfMatch, IfNoneMatch, PreconditionError};
pub use problem::Problem;
pub use signer::Signer;
#[cfg(feature = "testing")]
pub use signer::Unsigned;
pub use token::{Tokens, VersionToken};
pub use version_error::VersionError;
