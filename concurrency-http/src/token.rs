//! `Tokens`: the version of a record as a text that only its signer can make. `payload` defines its bytes.

use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use concurrency_core::{RecordId, VersionValue, Versioned};

use crate::{Keys, Signer, VersionError, payload};

/// A longer token is not read. A base may be as long as its form.
const LONGEST_TOKEN: usize = 4 * 1024;

/// Every signed message begins with this, so that a signature for one purpose is not valid for another.
const TOKEN: &[u8] = b"concurrency-http: version\0";
#[cfg(feature = "serde")]
const BASE: &[u8] = b"concurrency-http: base\0";

/// Makes and reads version tokens, which a form carries in its hidden field `_version`.
///
/// A token contains the record and its version. It is signed, not secret. It does not expire: if it is sent again, the
/// current version is correct, and an older one is a conflict. It is not a permission: check first that the person may
/// edit the record.
///
/// ```
/// use concurrency_http::{Keys, RecordId, Tokens, VersionError, VersionValue, Versioned};
/// # struct Article { id: i64, version: i64 }
/// # impl Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
///
/// let tokens = Tokens::new(Keys::new(&[7; 32])?);
/// let token = tokens.issue(&Article { id: 1, version: 7 });
/// assert_eq!(tokens.verify(&token)?.record_id(), RecordId::new("articles", 1));
///
/// let changed = format!("{}AAAA", &token[..63]);
/// assert_eq!(tokens.verify(&changed).unwrap_err(), VersionError::Tampered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tokens<S = Keys> {
    signer: S,
}

impl<S: Signer> Tokens<S> {
    /// Tokens that this signer signs.
    pub const fn new(signer: S) -> Self {
        Self { signer }
    }

    /// The token of the record at its version in memory. If the key or the version is longer than about 3,000 bytes,
    /// the token is too long to be read.
    #[must_use]
    pub fn issue(&self, record: &impl Versioned) -> String {
        let mut message = message(TOKEN, &record.record_id(), &record.version_value());
        let signature = self.signer.sign(&message);
        message.extend(signature);
        text(message.get(TOKEN.len()..).unwrap_or_default())
    }

    /// The record and the version of a token.
    ///
    /// # Errors
    ///
    /// [`VersionError::Missing`] for an empty text, [`Malformed`](VersionError::Malformed) for a text that is not a
    /// token, and [`Tampered`](VersionError::Tampered) for a token that was not signed here.
    pub fn verify(&self, text: &str) -> Result<VersionToken, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Missing);
        }
        if text.len() > LONGEST_TOKEN {
            return Err(VersionError::Malformed);
        }
        let mut message = TOKEN.to_vec();
        message.extend(bytes(text)?);
        let (id, version, signature) =
            message.get(TOKEN.len()..).and_then(payload::read).ok_or(VersionError::Malformed)?;
        let (signed, signature) = message.split_at(message.len().saturating_sub(signature.len()));
        if !self.signer.verify(signed, signature) {
            return Err(VersionError::Tampered);
        }
        Ok(VersionToken { id, version })
    }

    /// Reads a token that must belong to this record, for example to the one in the address.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), and [`VersionError::Foreign`] for the token of another record.
    pub fn verify_for(&self, text: &str, id: &RecordId) -> Result<VersionToken, VersionError> {
        self.verify(text).and_then(|token| if token.id == *id { Ok(token) } else { Err(VersionError::Foreign) })
    }
}

#[cfg(feature = "serde")]
impl<S: Signer> Tokens<S> {
    /// Seals the record as it was shown, for example its editable fields, for the hidden field `_base`. It opens only
    /// with the token of this record at this version. It is signed, not secret.
    ///
    /// ```
    /// use concurrency_http::{Keys, RecordId, Tokens, VersionError, VersionValue, Versioned};
    /// # struct Article { id: i64, title: &'static str, version: i64 }
    /// # impl Versioned for Article {
    /// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
    /// #     fn version_value(&self) -> VersionValue { self.version.into() }
    /// # }
    ///
    /// let tokens = Tokens::new(Keys::new(&[7; 32])?);
    /// let article = Article { id: 1, title: "Locks", version: 7 };
    /// let base = tokens.seal(article.title, &article)?;
    ///
    /// let token = tokens.verify(&tokens.issue(&article))?;
    /// assert_eq!(tokens.open::<String>(&base, &token)?, "Locks");
    /// let newer = tokens.verify(&tokens.issue(&Article { version: 8, ..article }))?;
    /// assert_eq!(tokens.open::<String>(&base, &newer).unwrap_err(), VersionError::Tampered);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The error of a value that cannot be written as JSON.
    pub fn seal<T: serde::Serialize + ?Sized>(
        &self,
        base: &T,
        record: &impl Versioned,
    ) -> Result<String, serde_json::Error> {
        let mut message = message(BASE, &record.record_id(), &record.version_value());
        let start = message.len();
        serde_json::to_writer(&mut message, base)?;
        let signature = self.signer.sign(&message);
        let value = message.get(start..).unwrap_or_default();
        Ok(text(&payload::join_base(value, &signature)))
    }

    /// Opens the value that was sealed for this token's record and version.
    ///
    /// # Errors
    ///
    /// [`VersionError::Missing`] for an empty text, [`Malformed`](VersionError::Malformed) for a text that is not a
    /// base or not that of a `T`, and [`Tampered`](VersionError::Tampered) for a base that was not sealed here for this
    /// record at this version.
    pub fn open<T: serde::de::DeserializeOwned>(&self, text: &str, token: &VersionToken) -> Result<T, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Missing);
        }
        let bytes = bytes(text)?;
        let (value, signature) = payload::split_base(&bytes).ok_or(VersionError::Malformed)?;
        let mut message = message(BASE, &token.id, &token.version);
        message.extend(value);
        if !self.signer.verify(&message, signature) {
            return Err(VersionError::Tampered);
        }
        serde_json::from_slice(value).map_err(|_| VersionError::Malformed)
    }
}

impl Tokens<Keys> {
    /// Tokens that are valid for only one audience, such as a login: see [`Keys::bound_to`].
    #[must_use]
    pub fn bound_to(&self, audience: &[u8]) -> Self {
        Self { signer: self.signer.bound_to(audience) }
    }
}

/// A token with a valid signature: the record and its version. Only [`Tokens::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionToken {
    id: RecordId,
    version: VersionValue,
}

impl VersionToken {
    /// The key of the record, if it has one column. For a key of several columns, use [`RecordId::columns`].
    ///
    /// # Errors
    ///
    /// [`VersionError::Foreign`] if the key is not a `K`.
    pub fn key<K: FromStr>(&self) -> Result<K, VersionError> {
        self.id.key().parse().map_err(|_| VersionError::Foreign)
    }

    /// The version, with which to save the record.
    ///
    /// ```
    /// # use concurrency_diesel::prelude::*;
    /// # use concurrency_http::{Keys, Tokens, VersionError};
    /// # use diesel::prelude::*;
    /// # diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }
    /// # #[derive(Clone, Concurrent)]
    /// # struct Article { id: i64, title: String, #[concurrent(version)] version: i64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use diesel::connection::SimpleConnection;
    /// # let conn = &mut diesel::SqliteConnection::establish(":memory:")?;
    /// # conn.batch_execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, version BIGINT); INSERT INTO articles VALUES (1, 'a', 8)")?;
    /// # let tokens = Tokens::new(Keys::new(&[7; 32])?);
    /// # let sent = tokens.issue(&Article { id: 1, title: String::new(), version: 7 });
    /// // What the form was made of, not what the row is now.
    /// let token = tokens.verify(&sent)?;
    /// let mut article = Article { id: 1, title: "mine".to_owned(), version: token.version::<Article>()? };
    /// assert!(article.save_concurrent(conn).unwrap_err().is_conflict()); // the row is at 8
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`VersionError::Foreign`] for the token of another table, and if the field of a `T` cannot have the version.
    #[cfg(feature = "diesel")]
    pub fn version<T: concurrency_diesel::Concurrent>(&self) -> Result<T::Version, VersionError> {
        use concurrency_core::VersionField as _;
        if self.id.table() != T::__record_name() {
            return Err(VersionError::Foreign);
        }
        T::VersionField::from_value(&self.version).ok_or(VersionError::Foreign)
    }
}

impl Versioned for VersionToken {
    fn record_id(&self) -> RecordId {
        self.id.clone()
    }

    fn version_value(&self) -> VersionValue {
        self.version.clone()
    }
}

/// The signed message for a record at a version.
fn message(label: &[u8], id: &RecordId, version: &VersionValue) -> Vec<u8> {
    let mut message = Vec::with_capacity(128);
    message.extend(label);
    payload::write(id, version, &mut message);
    message
}

fn text(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn bytes(text: &str) -> Result<Vec<u8>, VersionError> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| VersionError::Malformed)
}
