//! `Form`: the fields of a page with versions in it. `row` reads the rows of a list, and `decode` decodes the bytes.

mod decode;
mod error;
mod row;

use std::collections::HashMap;
use std::str::FromStr;

use concurrency_core::{RecordId, Versioned as _};

use crate::{Signer, Tokens, VersionError, VersionToken};

pub use error::FormError;
pub use row::Row;

/// A longer body is not read.
const MOST_BYTES: usize = 1024 * 1024;
/// A list with more rows, or more selected ones, is not read.
const MOST_ROWS: usize = 1_000;

/// The fields of a submitted form (`application/x-www-form-urlencoded`). Decoding is strict, because otherwise a save
/// could write a text that differs from what was typed.
///
/// | field | where | value |
/// |---|---|---|
/// | `_version`, `_base` | edit form, conflict page | a token; sealed fields as they were shown |
/// | `_version:<key>`, `_base:<key>`, `<column>:<key>` | list | the same for each row; the key is [`RecordId::key`] |
/// | `_selected` | checkbox, repeated | a token |
/// | `_asked` (repeated: field names), `pick:<field>`, `mine:<field>`, `<field>` | conflict page | which fields are asked; `mine`, `theirs` or `other`; my text, the other text |
/// | `_asked:<key>`, `pick:<key>` | refused rows of a list | `1`; `mine` or `theirs` |
///
/// ```
/// use concurrency_http::{Form, Keys, RecordId, Tokens, VersionError, VersionValue, Versioned};
/// # struct Article { id: i64, version: i64 }
/// # impl Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
///
/// let tokens = Tokens::new(Keys::new(&[7; 32])?);
/// let body = format!("_version={}&title=No+locks", tokens.issue(&Article { id: 1, version: 7 }));
///
/// let form = Form::parse(body.as_bytes())?;
/// let token = form.version(&tokens, &RecordId::new("articles", 1))?;
/// assert_eq!((form.get("title"), token.version_value()), (Some("No locks"), VersionValue::Integer(7)));
///
/// let form = Form::parse(b"title=No+locks")?;
/// assert_eq!(form.version(&tokens, &RecordId::new("articles", 1)), Err(VersionError::Missing)); // no version, no write
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    fields: Vec<Field>,
    /// The first position of each name.
    positions: HashMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
}

impl Form {
    /// The hidden field of a record's token: `_version`, in a list `_version:<key>`.
    pub const VERSION: &str = "_version";
    /// The hidden field for the record as it was shown: `_base`, in a list `_base:<key>`.
    pub const BASE: &str = "_base";
    /// The checkboxes of a list, whose values are tokens: `_selected`.
    pub const SELECTED: &str = "_selected";
    /// The hidden fields that say which questions a conflict page asks: `_asked`, in a list `_asked:<key>`.
    pub const ASKED: &str = "_asked";
    /// The answers of a conflict page: `pick:<field>`, in a list `pick:<key>`.
    pub const PICK: &str = "pick";
    /// My text on a conflict page: `mine:<field>`.
    pub const MINE: &str = "mine";

    /// The name of a field of a row in a list, or of a field on a conflict page: `title:1`, `pick:title`.
    ///
    /// ```
    /// use concurrency_http::{Form, RecordId};
    ///
    /// let id = RecordId::new("articles", 1);
    /// assert_eq!(Form::name(Form::VERSION, id.key()), "_version:1");
    /// ```
    #[must_use]
    pub fn name(what: &str, of: &str) -> String {
        format!("{what}:{of}")
    }

    /// Reads the body of a form. `\r\n` becomes `\n`.
    ///
    /// # Errors
    ///
    /// [`FormError::Malformed`] if the body is not UTF-8, if `%` has no two hexadecimal digits after it, or if a field
    /// is there twice (except `_selected` and `_asked`). [`FormError::Nul`] for a NUL character, which PostgreSQL
    /// cannot store. [`FormError::TooLarge`] for more than 1 MiB, and [`FormError::TooManyRows`] for more than 1,000
    /// rows.
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        Self::parse_repeating(body, &[])
    }

    /// The same for a form with repeated fields, such as a list with several chosen values. [`all`](Self::all) returns
    /// their values.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_repeating(body: &[u8], repeated: &[&str]) -> Result<Self, FormError> {
        if body.len() > MOST_BYTES {
            return Err(FormError::TooLarge);
        }
        let may_repeat = |name: &str| name == Self::SELECTED || name == Self::ASKED || repeated.contains(&name);
        let mut form = Self::default();
        let (mut rows, mut selected) = (0_usize, 0_usize);
        let mut nul = None;
        for field in body.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            let field = decode::field(field)?;
            if form.positions.contains_key(&field.name) {
                if !may_repeat(&field.name) {
                    return Err(FormError::malformed(field.name, "is there twice"));
                }
            } else {
                form.positions.insert(field.name.clone(), form.fields.len());
            }
            let is_row = split(&field.name).is_some_and(|(what, _)| what == Self::VERSION);
            rows = rows.saturating_add(usize::from(is_row));
            selected = selected.saturating_add(usize::from(field.name == Self::SELECTED));
            if nul.is_none() && (field.name.contains('\0') || field.value.contains('\0')) {
                nul = Some(field.name.clone());
            }
            form.fields.push(field);
        }
        if rows.max(selected) > MOST_ROWS {
            return Err(FormError::TooManyRows);
        }
        match nul {
            Some(field) => Err(FormError::Nul { field, form: Box::new(form) }),
            None => Ok(form),
        }
    }

    /// The value of a field, if it is there. Of a repeated field, the first value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.positions.get(name).and_then(|position| self.fields.get(*position)).map(|field| field.value.as_str())
    }

    /// All values of a repeated field, in their order.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value.as_str())
    }

    /// All fields, in their order, to show the form again as it was sent.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()))
    }

    /// The value of a required field, as a `K`.
    ///
    /// # Errors
    ///
    /// [`FormError::Malformed`] if the field is missing, or its value is not a `K`.
    pub fn parsed<K: FromStr>(&self, name: &str) -> Result<K, FormError> {
        let value = self.get(name).ok_or_else(|| FormError::malformed(name, "is missing"))?;
        value.parse().map_err(|_| FormError::malformed(name, "has a value that cannot be read"))
    }

    /// The version in `_version`, which must be that of this record.
    ///
    /// # Errors
    ///
    /// As [`Tokens::verify_for`]; [`VersionError::Missing`] if there is no such field.
    pub fn version<S: Signer>(&self, tokens: &Tokens<S>, id: &RecordId) -> Result<VersionToken, VersionError> {
        tokens.verify_for(self.get(Self::VERSION).unwrap_or_default(), id)
    }

    /// The value that was sealed in `_base` for the token's record and version.
    ///
    /// # Errors
    ///
    /// As [`Tokens::open`]; [`VersionError::Missing`] if there is no such field.
    #[cfg(feature = "serde")]
    pub fn base<T: serde::de::DeserializeOwned>(
        &self,
        tokens: &Tokens<impl Signer>,
        token: &VersionToken,
    ) -> Result<T, VersionError> {
        tokens.open(self.get(Self::BASE).unwrap_or_default(), token)
    }

    /// The rows of a list, each once, in the order in which they came: those with a `_version:<key>`, and those with a
    /// cell of one of these columns. Fields belong to one row if they have the same key, whatever their place. Cells of
    /// other columns are ignored.
    ///
    /// Leave out each row whose cells equal its [base](Row::base). It was not edited, so another person's change of it
    /// must not cause a conflict.
    #[must_use]
    pub fn rows<S: Signer>(&self, tokens: &Tokens<S>, table: &str, columns: &[&str]) -> Vec<Row<'_>> {
        row::read(self, tokens, table, columns)
    }

    /// The selected rows of a list, each once. Make the records from these tokens alone, and write them in one guarded
    /// batch.
    ///
    /// # Errors
    ///
    /// [`FormError::Version`] if a value is not a version of this table; [`FormError::Malformed`] if a row is selected
    /// at two versions.
    pub fn selected<S: Signer>(&self, tokens: &Tokens<S>, table: &str) -> Result<Vec<VersionToken>, FormError> {
        let mut selected: Vec<VersionToken> = Vec::new();
        let mut positions: HashMap<RecordId, usize> = HashMap::new();
        for text in self.all(Self::SELECTED) {
            let token = tokens.verify(text)?;
            let id = token.record_id();
            if id.table() != table {
                return Err(VersionError::Foreign.into());
            }
            match positions.get(&id).and_then(|position| selected.get(*position)) {
                None => {
                    positions.insert(id, selected.len());
                    selected.push(token);
                }
                Some(earlier) if *earlier == token => {}
                Some(_) => return Err(FormError::malformed(Self::SELECTED, "selects one row at two versions")),
            }
        }
        Ok(selected)
    }

    /// The answer for a field on a conflict page; `None` if there is no answer, or it is not one of the choices.
    #[must_use]
    pub fn pick(&self, field: &str) -> Option<Pick> {
        self.get(&Self::name(Self::PICK, field)).and_then(Pick::read)
    }
}

/// Which text a field gets that both sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pick {
    /// My text, as I typed it.
    Mine,
    /// Their text, as the row has it.
    Theirs,
    /// Another text.
    Other,
}

impl Pick {
    /// The value in the form: `mine`, `theirs` or `other`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Theirs => "theirs",
            Self::Other => "other",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Mine, Self::Theirs, Self::Other].into_iter().find(|pick| pick.as_str() == text)
    }
}

/// Splits `title:1` into the field and the key. A key may contain colons.
fn split(name: &str) -> Option<(&str, &str)> {
    name.split_once(':')
}
