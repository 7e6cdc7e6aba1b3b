//! `etag` writes a version as an entity tag, in one spelling, and this file reads it back.

use concurrency_core::{VersionValue, Versioned};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All characters except the unreserved ones of RFC 3986. So a tag has no quote, no comma, and nothing that a proxy
/// would change.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The record's version as a strong entity tag for the header `ETag`: `"7"`, `"!ab%20c"` for a version that is text,
/// `"-"` for NULL.
///
/// The tag contains only the version. If two addresses show the same row in different ways, each needs its own tag (RFC
/// 9110 8.8.3). If a proxy compresses responses, it may weaken or drop tags: then send the version in the body.
///
/// ```
/// use concurrency_http::{RecordId, VersionValue, Versioned, etag};
/// # struct Article { id: i64, version: i64 }
/// # impl Versioned for Article {
/// #     fn record_id(&self) -> RecordId { RecordId::new("articles", self.id) }
/// #     fn version_value(&self) -> VersionValue { self.version.into() }
/// # }
///
/// assert_eq!(etag(&Article { id: 1, version: 7 }), "\"7\"");
/// ```
#[must_use]
pub fn etag(record: &impl Versioned) -> String {
    tag_of(&record.version_value())
}

/// The tag of a version, in quotes.
pub(crate) fn tag_of(version: &VersionValue) -> String {
    match version {
        VersionValue::Integer(integer) => format!("\"{integer}\""),
        VersionValue::Text(text) => format!("\"!{}\"", utf8_percent_encode(text, ESCAPED)),
        VersionValue::Null => "\"-\"".to_owned(),
    }
}

/// The version of a tag without its quotes; `None` for a tag that is not ours, or in another spelling.
#[cfg_attr(not(any(feature = "diesel", test)), allow(dead_code, reason = "only a typed version is read from it"))]
pub(crate) fn version_of(opaque: &str) -> Option<VersionValue> {
    let version = match opaque.strip_prefix('!') {
        Some(text) => VersionValue::Text(percent_decode_str(text).decode_utf8().ok()?.into_owned()),
        None if opaque == "-" => VersionValue::Null,
        None => VersionValue::Integer(opaque.parse().ok()?),
    };
    tag_of(&version).strip_prefix('"')?.strip_suffix('"').filter(|spelled| *spelled == opaque)?;
    Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_one_tag() {
        let cases = [
            (VersionValue::Integer(7), "\"7\""),
            (VersionValue::Integer(-7), "\"-7\""),
            (VersionValue::Null, "\"-\""),
            ("ab c".into(), "\"!ab%20c\""),
            ("".into(), "\"!\""),
            ("7".into(), "\"!7\""),
            ("-".into(), "\"!-\""),
            ("a\"b,%ä\n".into(), "\"!a%22b%2C%25%C3%A4%0A\""),
            ("2023-11-14 22:13:20.0".into(), "\"!2023-11-14%2022%3A13%3A20.0\""),
        ];
        for (version, tag) in cases {
            assert_eq!(tag_of(&version), tag);
            assert_eq!(version_of(tag.trim_matches('"')), Some(version), "{tag}");
        }
    }

    #[test]
    fn another_spelling_is_no_tag_of_ours() {
        for opaque in ["", "+7", "07", "-0", "x", "!a b", "!%20%7a", "!%C3", "!%", "--", "7.0", "%37"] {
            assert_eq!(version_of(opaque), None, "{opaque}");
        }
        assert_eq!(version_of(&"9".repeat(50)), None);
    }
}
