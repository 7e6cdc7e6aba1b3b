//! A version as errors contain it: one type for the versions of all models.

use std::fmt;

/// A version without its Rust type, so that one error type serves all models.
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::VersionValue; // or `concurrency_http`
///
/// assert_eq!(VersionValue::from(7_i64), VersionValue::Integer(7));
/// assert_eq!(VersionValue::from(None::<i64>).to_string(), "NULL");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionValue {
    /// The version of an integer column, wide enough for `i64` and `u64`.
    Integer(i128),
    /// The version of any other column, as text.
    Text(String),
    /// A nullable version column that holds NULL.
    Null,
}

impl VersionValue {
    /// The version of an integer column, if it is one and fits the type.
    ///
    /// ```
    /// # extern crate concurrency_core as concurrency_diesel;
    /// use concurrency_diesel::VersionValue;
    ///
    /// assert_eq!(VersionValue::Integer(7).integer::<i64>(), Some(7));
    /// assert_eq!(VersionValue::Integer(70_000).integer::<i16>(), None);
    /// assert_eq!(VersionValue::Null.integer::<i64>(), None);
    /// ```
    #[must_use]
    pub fn integer<I: TryFrom<i128>>(&self) -> Option<I> {
        match self {
            Self::Integer(integer) => I::try_from(*integer).ok(),
            Self::Text(_) | Self::Null => None,
        }
    }

    /// The version of a column that is not an integer.
    ///
    /// ```
    /// # extern crate concurrency_core as concurrency_diesel;
    /// use concurrency_diesel::VersionValue;
    ///
    /// assert_eq!(VersionValue::from("a").text(), Some("a"));
    /// assert_eq!(VersionValue::Integer(7).text(), None);
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(_) | Self::Null => None,
        }
    }
}

impl fmt::Display for VersionValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => write!(formatter, "{integer}"),
            Self::Text(text) => write!(formatter, "{text:?}"),
            Self::Null => formatter.write_str("NULL"),
        }
    }
}

macro_rules! from_integer {
    ($($integer:ty)*) => {$(
        impl From<$integer> for VersionValue {
            fn from(version: $integer) -> Self {
                Self::Integer(version.into())
            }
        }
    )*};
}

from_integer!(i16 i32 i64 u32 u64);

impl From<&str> for VersionValue {
    fn from(version: &str) -> Self {
        Self::Text(version.to_owned())
    }
}

impl From<String> for VersionValue {
    fn from(version: String) -> Self {
        Self::Text(version)
    }
}

impl<V: Into<VersionValue>> From<Option<V>> for VersionValue {
    fn from(version: Option<V>) -> Self {
        version.map_or(Self::Null, Into::into)
    }
}
