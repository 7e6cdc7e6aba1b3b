//! Who signs: `Keys`, or what a program writes itself.

/// Signs what leaves the program, and knows its own signatures again: [`Keys`](crate::Keys), or a signer of one's own, which asks a key
/// service for example.
///
/// ```
/// use concurrency_http::{Keys, ShortKey, Signer};
///
/// /// Signs by the key of the tenant that asks.
/// struct Tenant {
///     keys: Keys,
///     name: String,
/// }
///
/// impl Signer for Tenant {
///     fn sign(&self, message: &[u8]) -> Vec<u8> {
///         self.keys.bound_to(self.name.as_bytes()).sign(message)
///     }
///     fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
///         self.keys.bound_to(self.name.as_bytes()).verify(message, signature)
///     }
/// }
/// ```
pub trait Signer {
    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> Vec<u8>;

    /// Whether the signature is one of this message. It must take the same time whether or not it is, and wherever they differ.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

impl<S: Signer + ?Sized> Signer for &S {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        (**self).sign(message)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        (**self).verify(message, signature)
    }
}

impl<S: Signer + ?Sized> Signer for std::sync::Arc<S> {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        (**self).sign(message)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        (**self).verify(message, signature)
    }
}

/// Signs nothing, for the tests of a program: whoever knows the format makes a token for every version and every record, and a sealed base
/// opens under each of them.
///
/// It belongs behind the feature `testing`, in `[dev-dependencies]`.
#[cfg(feature = "testing")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsigned;

#[cfg(feature = "testing")]
impl Signer for Unsigned {
    fn sign(&self, _message: &[u8]) -> Vec<u8> {
        Vec::new()
    }

    fn verify(&self, _message: &[u8], signature: &[u8]) -> bool {
        signature.is_empty()
    }
}
