//! `Keys`: HMAC-SHA-256, with rotation and with keys derived for one audience.

use std::fmt;

use hmac::digest::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::Signer;

/// The minimum length of a secret in bytes, which is that of a signature.
const SECRET_BYTES: usize = 32;

/// The input of a derived key begins with this, and no signed message does.
const BOUND: &[u8] = b"concurrency-http: keys bound to\0";

/// Secret keys that sign with HMAC-SHA-256. Make a key of 32 or more random bytes that only your program knows. Anyone
/// who has them can forge versions.
///
/// ```
/// use concurrency_http::{Keys, Signer};
///
/// let (new, old) = ([2; 32], [1; 32]); // read from the program's secrets, and changed every few months
/// let keys = Keys::new(&new)?.or(&old)?; // signs by the new key, and still verifies what the old one signed
///
/// let signature = Keys::new(&old)?.sign(b"message");
/// assert!(keys.verify(b"message", &signature));
/// assert!(!keys.bound_to(b"login 7").verify(b"message", &signature));
/// # Ok::<(), concurrency_http::ShortKey>(())
/// ```
#[derive(Clone)]
pub struct Keys {
    first: Hmac<Sha256>,
    others: Vec<Hmac<Sha256>>,
}

impl Keys {
    /// A single key.
    ///
    /// # Errors
    ///
    /// [`ShortKey`] for fewer than 32 bytes.
    pub fn new(secret: &[u8]) -> Result<Self, ShortKey> {
        Ok(Self { first: key(secret)?, others: Vec::new() })
    }

    /// Also verifies what this older key signed. The first key signs everything.
    ///
    /// # Errors
    ///
    /// [`ShortKey`] for fewer than 32 bytes.
    pub fn or(mut self, old: &[u8]) -> Result<Self, ShortKey> {
        self.others.push(key(old)?);
        Ok(self)
    }

    /// Keys that are derived from these for one audience, for example a login. What they sign is valid only for this
    /// audience, and what other audiences' keys sign is not valid here.
    #[must_use]
    pub fn bound_to(&self, audience: &[u8]) -> Self {
        let derive = |key: &Hmac<Sha256>| {
            let derived = key.clone().chain_update(BOUND).chain_update(audience).finalize().into_bytes();
            let mut block = Key::<Hmac<Sha256>>::default();
            block.iter_mut().zip(derived).for_each(|(slot, byte)| *slot = byte);
            Hmac::new(&block)
        };
        Self { first: derive(&self.first), others: self.others.iter().map(derive).collect() }
    }
}

impl Signer for Keys {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.first.clone().chain_update(message).finalize().into_bytes().to_vec()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let is_by = |key: &Hmac<Sha256>| key.clone().chain_update(message).verify_slice(signature).is_ok();
        is_by(&self.first) || self.others.iter().any(is_by)
    }
}

/// Shows the number of keys and no key.
impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("count", &self.others.len().saturating_add(1)).finish_non_exhaustive()
    }
}

/// Returned for a secret that is short enough to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret has {bytes} bytes, which is too few; make one of 32 or more random bytes")]
pub struct ShortKey {
    bytes: usize,
}

fn key(secret: &[u8]) -> Result<Hmac<Sha256>, ShortKey> {
    let short = ShortKey { bytes: secret.len() };
    if secret.len() < SECRET_BYTES {
        return Err(short);
    }
    // HMAC takes every length.
    Hmac::new_from_slice(secret).map_err(|_| short)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test")]
mod tests {
    use super::*;

    fn hexadecimal(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Test case 3 of RFC 4231. Its key is too short for us; padded with zeros, it is the same key to HMAC.
    #[test]
    fn a_signature_is_an_hmac() {
        let mut secret = [0; 32];
        secret[..20].fill(0xaa);
        let signature = Keys::new(&secret).unwrap().sign(&[0xdd; 50]);
        assert_eq!(hexadecimal(&signature), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    }

    #[test]
    fn a_secret_has_thirty_two_bytes_or_more() {
        let error = Keys::new(&[7; 31]).unwrap_err();
        assert_eq!(error.to_string(), "the secret has 31 bytes, which is too few; make one of 32 or more random bytes");
        assert_eq!(Keys::new(&[7; 32]).unwrap().or(b"").unwrap_err().bytes, 0);
        assert!(Keys::new(&[7; 200]).is_ok());
    }

    #[test]
    fn a_key_that_was_replaced_verifies_and_never_signs() {
        let (old, new) = (Keys::new(&[1; 32]).unwrap(), Keys::new(&[2; 32]).unwrap());
        let both = Keys::new(&[2; 32]).unwrap().or(&[1; 32]).unwrap();
        assert_eq!(both.sign(b"m"), new.sign(b"m"));
        assert!(both.verify(b"m", &old.sign(b"m")) && both.verify(b"m", &new.sign(b"m")));
        assert!(!new.verify(b"m", &old.sign(b"m")), "the old key is gone");
        assert!(!old.verify(b"m", &both.sign(b"m")));
    }

    #[test]
    fn what_is_signed_for_one_is_good_for_no_one_else() {
        let keys = Keys::new(&[1; 32]).unwrap();
        let (anna, ben) = (keys.bound_to(b"anna"), keys.bound_to(b"ben"));
        assert!(anna.verify(b"m", &keys.bound_to(b"anna").sign(b"m")));
        for (signer, verifier) in [(&anna, &ben), (&ben, &anna), (&keys, &anna), (&anna, &keys)] {
            assert!(!verifier.verify(b"m", &signer.sign(b"m")));
        }
        assert_ne!(keys.bound_to(b"").sign(b"m"), keys.sign(b"m"));
        assert_ne!(keys.bound_to(b"a").bound_to(b"b").sign(b"m"), keys.bound_to(b"ab").sign(b"m"));
    }

    /// The audience of an older key is still valid.
    #[test]
    fn keys_are_replaced_under_a_login_too() {
        let old = Keys::new(&[1; 32]).unwrap().bound_to(b"anna");
        let both = Keys::new(&[2; 32]).unwrap().or(&[1; 32]).unwrap().bound_to(b"anna");
        assert!(both.verify(b"m", &old.sign(b"m")));
    }

    #[test]
    fn a_signature_is_taken_whole() {
        let keys = Keys::new(&[1; 32]).unwrap();
        let signature = keys.sign(b"m");
        assert!(!keys.verify(b"m", b""));
        assert!(!keys.verify(b"m", &signature[..31]));
        assert!(!keys.verify(b"m", &[signature.as_slice(), b"\0"].concat()));
    }

    #[test]
    fn no_key_is_shown() {
        let keys = Keys::new(b"a secret of 32 bytes, or of more").unwrap();
        assert_eq!(format!("{keys:?}"), "Keys { count: 1, .. }");
        assert_eq!(format!("{:?}", keys.or(&[1; 32]).unwrap()), "Keys { count: 2, .. }");
    }
}
