//! The signer of tokens: `Keys`, or your own.

/// Signs what your program sends to clients, and recognises its own signatures: [`Keys`](crate::Keys), or your own
/// signer, for example one that asks a key service.
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

    /// Whether the signature belongs to this message. It must take the same time whether or not it does, and wherever
    /// the bytes differ.
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

/// Signs nothing, for your tests. Anyone who knows the format can make a token for every version and every record, and
/// a sealed base opens with each of them.
///
/// Enable the feature `testing` only in `[dev-dependencies]`.
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
