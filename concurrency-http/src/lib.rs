#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod keys;
mod payload;
mod signer;
mod token;
mod version_error;

pub use concurrency_core::{KeyText, RecordId, VersionValue, Versioned};
pub use keys::{Keys, ShortKey};
pub use signer::Signer;
#[cfg(feature = "testing")]
pub use signer::Unsigned;
pub use token::{Tokens, VersionToken};
pub use version_error::VersionError;
