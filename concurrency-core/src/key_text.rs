//! `KeyText`: the text of a key's value, for forms, tokens and addresses.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

/// A value of a primary key that has a text. Two values have the same text exactly if they are the same key.
///
/// Integers, `bool`, `char`, text, `Uuid` (feature `uuid`), bytes (as hexadecimal digits), the dates and timestamps of
/// chrono and time, and an `Option` of one of these have a text. A newtype implements it in three lines:
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::{KeyText, RecordId}; // or `concurrency_http`
/// use std::fmt;
///
/// struct Isbn(u64);
///
/// impl KeyText for Isbn {
///     fn write_key_text(&self, out: &mut dyn fmt::Write) -> fmt::Result {
///         self.0.write_key_text(out)
///     }
/// }
///
/// assert_eq!(RecordId::new("books", Isbn(9_780_201)).key(), "9780201");
/// ```
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` has no text",
    label = "this record cannot be named outside of the program",
    note = "integers, `bool`, text, `Uuid` and bytes have one; implement `KeyText` for a newtype of your own"
)]
pub trait KeyText {
    /// Writes the text.
    ///
    /// # Errors
    ///
    /// Only the errors of `out`. Do not use the text after an error, because a text that ends early is the text of
    /// another key.
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result;
}

macro_rules! displayed {
    ($($key:ty)*) => {$(
        impl KeyText for $key {
            fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
                write!(out, "{self}")
            }
        }
    )*};
}

displayed!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char);

impl KeyText for str {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        out.write_str(self)
    }
}

impl KeyText for String {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        out.write_str(self)
    }
}

impl KeyText for [u8] {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        self.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl<const N: usize> KeyText for [u8; N] {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        self.as_slice().write_key_text(out)
    }
}

impl KeyText for Vec<u8> {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        self.as_slice().write_key_text(out)
    }
}

macro_rules! passed_on {
    ($($pointer:ty),*) => {$(
        impl<K: KeyText + ?Sized> KeyText for $pointer {
            fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
                (**self).write_key_text(out)
            }
        }
    )*};
}

passed_on!(&K, Box<K>, Rc<K>, Arc<K>);

impl<K: KeyText + ToOwned + ?Sized> KeyText for Cow<'_, K> {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        (**self).write_key_text(out)
    }
}

/// NULL is `~`. A value whose text begins with `~` gets another `~` in front, so that it is not taken for NULL.
impl<K: KeyText> KeyText for Option<K> {
    fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
        match self {
            Some(key) => key.write_key_text(&mut NotNull { out, is_begun: false }),
            None => out.write_char('~'),
        }
    }
}

/// Doubles the `~` that a text begins with.
struct NotNull<'o> {
    out: &'o mut dyn Write,
    is_begun: bool,
}

impl Write for NotNull<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !self.is_begun && !text.is_empty() {
            self.is_begun = true;
            if text.starts_with('~') {
                self.out.write_char('~')?;
            }
        }
        self.out.write_str(text)
    }
}

#[cfg(feature = "uuid")]
displayed!(uuid::Uuid);

#[cfg(feature = "chrono")]
mod chrono {
    use std::fmt::{self, Write};

    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

    macro_rules! shown {
        ($($key:ty),*) => {$(
            /// The form that `FromStr` reads.
            impl super::KeyText for $key {
                fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
                    write!(out, "{self:?}")
                }
            }
        )*};
    }

    shown!(NaiveDate, NaiveTime, NaiveDateTime, DateTime<Utc>);
}

#[cfg(feature = "time")]
mod time {
    use std::fmt::{self, Write};

    use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

    macro_rules! shown {
        ($($key:ty),*) => {$(
            impl super::KeyText for $key {
                fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
                    write!(out, "{self}")
                }
            }
        )*};
    }

    shown!(Date, Time, PrimitiveDateTime);

    /// In UTC: two keys are the same if they are the same moment.
    impl super::KeyText for OffsetDateTime {
        fn write_key_text(&self, out: &mut dyn Write) -> fmt::Result {
            write!(out, "{}", crate::timestamp::in_utc(*self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: impl KeyText) -> String {
        let mut text = String::new();
        key.write_key_text(&mut text).unwrap();
        text
    }

    #[test]
    fn every_kind_of_key_has_its_text() {
        assert_eq!(text(i64::MIN), "-9223372036854775808");
        assert_eq!(text(u64::MAX), "18446744073709551615");
        assert_eq!(text(true), "true");
        assert_eq!(text("a,b%"), "a,b%");
        assert_eq!(text(Cow::Borrowed("ä")), "ä");
        assert_eq!(text(vec![0_u8, 10, 255]), "000aff");
        assert_eq!(text([1_u8; 2]), "0101");
        assert_eq!(text(Box::new(7)), "7");
    }

    #[test]
    fn no_text_is_taken_for_null() {
        assert_eq!(text(None::<&str>), "~");
        assert_eq!(text(Some("~")), "~~");
        assert_eq!(text(Some("~~")), "~~~");
        assert_eq!(text(Some("")), "");
        assert_eq!(text(Some(7)), "7");
        assert_eq!(text(Some(None::<i32>)), "~~");
    }

    #[cfg(feature = "uuid")]
    #[test]
    fn a_uuid_is_hyphenated() {
        assert_eq!(text(uuid::Uuid::from_u128(1)), "00000000-0000-0000-0000-000000000001");
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn what_chrono_writes_it_reads() {
        let moment = ::chrono::DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
        assert_eq!(text(moment), "2023-11-14T22:13:20.123456789Z");
        assert_eq!(text(moment).parse(), Ok(moment));
        assert_eq!(text(moment.naive_utc()).parse(), Ok(moment.naive_utc()));
        assert_eq!(text(moment.date_naive()).parse(), Ok(moment.date_naive()));
    }

    #[cfg(feature = "time")]
    #[test]
    fn one_moment_is_one_key() {
        let moment = ::time::OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let elsewhere = moment.to_offset(::time::UtcOffset::from_hms(2, 0, 0).unwrap());
        assert_eq!(text(moment), text(elsewhere));
        assert_eq!(text(moment.date()), "2023-11-14");
    }
}
