//! `RecordId`: the name of a row outside the program. `Versioned` adds the version of the record.

use std::borrow::Cow;
use std::fmt;

use crate::{KeyText, VersionValue};

/// A table's name and a key. They identify a record outside the program, for example in a form or an address.
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::RecordId; // or `concurrency_http`
///
/// let id = RecordId::new("articles", 1);
/// assert_eq!((id.table(), id.key(), id.to_string().as_str()), ("articles", "1", "articles/1"));
///
/// let id = RecordId::of_key("stock", &[&"a,b", &3]);
/// assert_eq!(id.key(), "a%2Cb,3");
/// assert_eq!(id.columns(), Some(["a,b".to_owned(), "3".to_owned()]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordId {
    table: Cow<'static, str>,
    key: String,
}

impl RecordId {
    /// The record of `table` with a key of one column. Its text is not escaped.
    #[must_use]
    pub fn new(table: impl Into<Cow<'static, str>>, key: impl KeyText) -> Self {
        Self::of_key(table, &[&key])
    }

    /// The record of `table` with this key, in the order of its columns: `a%2Cb,3`. If there are several columns, `,`
    /// and `%` in them are escaped.
    #[must_use]
    pub fn of_key(table: impl Into<Cow<'static, str>>, columns: &[&dyn KeyText]) -> Self {
        let mut key = String::new();
        // A `String` takes every text, so the key has no error to pass on.
        if let [only] = columns {
            let _ = only.write_key_text(&mut key);
        } else {
            for (position, column) in columns.iter().enumerate() {
                if position > 0 {
                    key.push(',');
                }
                let _ = column.write_key_text(&mut Escaped(&mut key));
            }
        }
        Self { table: table.into(), key }
    }

    /// The record whose key has this text.
    #[doc(hidden)]
    #[must_use]
    pub fn from_text(table: impl Into<Cow<'static, str>>, key: impl Into<String>) -> Self {
        Self { table: table.into(), key: key.into() }
    }

    /// The table: the last segment of its path, or the `#[concurrent(record_name = "…")]`.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The text of the key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The texts of the key's columns, unescaped; `None` if the key does not have `N` columns.
    #[must_use]
    pub fn columns<const N: usize>(&self) -> Option<[String; N]> {
        let columns: Vec<String> = match N {
            1 => vec![self.key.clone()],
            // `%2C` first, so that a `%` from `%25` is not read again.
            _ => self.key.split(',').map(|column| column.replace("%2C", ",").replace("%25", "%")).collect(),
        };
        columns.try_into().ok()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.table, self.key)
    }
}

/// Writes `,` and `%` as `%2C` and `%25`.
struct Escaped<'o>(&'o mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                ',' => self.0.push_str("%2C"),
                '%' => self.0.push_str("%25"),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// A record as clients know it: which row it is, and at which version.
///
/// `#[derive(Concurrent)]` implements it if the key has a text (see [`KeyText`]), and `Tracked` passes it on. Implement
/// it yourself for what no derive knows, such as a document of several rows.
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::{RecordId, VersionValue, Versioned}; // or `concurrency_http`
///
/// /// A page that is put together elsewhere.
/// struct Page {
///     path: String,
///     revision: i64,
/// }
///
/// impl Versioned for Page {
///     fn record_id(&self) -> RecordId {
///         RecordId::new("pages", &self.path)
///     }
///     fn version_value(&self) -> VersionValue {
///         self.revision.into()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be named with its version outside of the program",
    note = "`#[derive(Concurrent)]` implements `Versioned` where every column of the key has a text, by `KeyText`"
)]
pub trait Versioned {
    /// Which row the record is.
    fn record_id(&self) -> RecordId;

    /// The version that it has in memory.
    fn version_value(&self) -> VersionValue;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_key_stay_apart() {
        let key = |columns: &[&dyn KeyText]| RecordId::of_key("stock", columns).key().to_owned();
        assert_eq!(key(&[&"a,b", &3]), "a%2Cb,3");
        assert_eq!(key(&[&"a", &"b,3"]), "a,b%2C3");
        assert_eq!(key(&[&"a%2Cb", &3]), "a%252Cb,3");
        assert_eq!(key(&[&"", &""]), ",");
        assert_eq!(key(&[&"a,b%"]), "a,b%", "a single column stands as it is");
        assert_eq!(key(&[]), "");
    }

    #[test]
    fn the_columns_come_back() {
        for texts in [["a,b", "3"], ["a%2Cb", "%25,"], ["%", "%2C%252C"], ["", ""]] {
            let [one, other] = texts;
            let columns = RecordId::of_key("stock", &[&one, &other]).columns::<2>();
            assert_eq!(columns.as_ref().map(|columns| columns.each_ref().map(String::as_str)), Some(texts));
        }
        assert_eq!(RecordId::new("articles", "a,b%2C").columns(), Some(["a,b%2C".to_owned()]));
        assert_eq!(RecordId::of_key("stock", &[&1, &2]).columns::<3>(), None);
    }
}
