//! The content of a token as bytes: a format byte, then the table, the key, and the kind and text of the version, each
//! text after its length. This file knows nothing about signatures.

use concurrency_core::{RecordId, VersionValue};

/// The first byte of a payload. A different format in a later release gets a different byte.
const FORMAT: u8 = 1;

const INTEGER: u8 = b'i';
const TEXT: u8 = b't';
const NULL: u8 = b'n';

/// The payload of a record at a version.
pub(crate) fn write(id: &RecordId, version: &VersionValue, out: &mut Vec<u8>) {
    out.push(FORMAT);
    write_text(id.table(), out);
    write_text(id.key(), out);
    match version {
        VersionValue::Integer(integer) => {
            out.push(INTEGER);
            write_text(&integer.to_string(), out);
        }
        VersionValue::Text(text) => {
            out.push(TEXT);
            write_text(text, out);
        }
        VersionValue::Null => {
            out.push(NULL);
            write_text("", out);
        }
    }
}

/// A text whose length does not fit into two bytes makes a token that is too long to be read.
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend(text.as_bytes());
}

/// Reads a payload and returns the bytes after it; `None` if the bytes do not begin with a payload.
pub(crate) fn read(bytes: &[u8]) -> Option<(RecordId, VersionValue, &[u8])> {
    let (format, rest) = bytes.split_first()?;
    if *format != FORMAT {
        return None;
    }
    let (table, rest) = read_text(rest)?;
    let (key, rest) = read_text(rest)?;
    let (kind, rest) = rest.split_first()?;
    let (text, rest) = read_text(rest)?;
    let version = match *kind {
        // There is one spelling: `+7` and `07` are not versions.
        INTEGER => VersionValue::Integer(text.parse().ok().filter(|integer: &i128| integer.to_string() == text)?),
        TEXT => VersionValue::Text(text.to_owned()),
        NULL if text.is_empty() => VersionValue::Null,
        _ => return None,
    };
    Some((RecordId::from_text(table.to_owned(), key), version, rest))
}

fn read_text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// A sealed value: the format, the length and the value, and the signature. The token that is sent with it names the
/// record.
#[cfg(feature = "serde")]
pub(crate) fn join_base(value: &[u8], signature: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes();
    [[FORMAT].as_slice(), length.as_slice(), value, signature].concat()
}

/// The value and the signature.
#[cfg(feature = "serde")]
pub(crate) fn split_base(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (format, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    (*format == FORMAT).then_some(())?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(id: &RecordId, version: &VersionValue) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(id, version, &mut bytes);
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        for id in [RecordId::new("articles", 1), RecordId::of_key("", &[&"a,b", &"ä"]), RecordId::new("t", "")] {
            for version in [
                VersionValue::Integer(i128::MIN),
                VersionValue::Integer(0),
                VersionValue::Text(String::new()),
                VersionValue::Text("2023-11-14 22:13:20.0".to_owned()),
                VersionValue::Null,
            ] {
                let mut bytes = written(&id, &version);
                bytes.extend(b"rest");
                assert_eq!(read(&bytes), Some((id.clone(), version, b"rest".as_slice())));
            }
        }
    }

    #[test]
    fn what_is_cut_off_is_nothing() {
        let bytes = written(&RecordId::new("articles", 1), &VersionValue::Integer(7));
        assert_eq!(bytes.len(), 18);
        for length in 0..bytes.len() {
            assert_eq!(read(bytes.get(..length).unwrap()), None, "{length}");
        }
    }

    #[test]
    fn a_version_has_one_spelling() {
        let with = |kind: u8, text: &str| {
            let mut bytes = b"\x01\0\x01t\0\x01k".to_vec();
            bytes.push(kind);
            write_text(text, &mut bytes);
            read(&bytes).map(|(_, version, _)| version)
        };
        assert_eq!(with(INTEGER, "7"), Some(VersionValue::Integer(7)));
        for text in ["+7", "07", "-0", " 7", "", "7.0", "99999999999999999999999999999999999999999"] {
            assert_eq!(with(INTEGER, text), None, "{text}");
        }
        assert_eq!(with(NULL, "x"), None);
        assert_eq!(with(b'x', "7"), None);
    }
}
