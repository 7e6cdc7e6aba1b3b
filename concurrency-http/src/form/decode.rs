//! Decodes the bytes of a form into fields, and refuses what it would have to guess.

use percent_encoding::percent_decode;

use super::{Field, FormError};

/// Reads `name=value`.
pub(super) fn field(bytes: &[u8]) -> Result<Field, FormError> {
    let mut parts = bytes.splitn(2, |byte| *byte == b'=');
    let raw = parts.next().unwrap_or_default();
    let name = text(raw).map_err(|problem| FormError::malformed(String::from_utf8_lossy(raw), problem))?;
    let value = match parts.next() {
        Some(value) => text(value).map_err(|problem| FormError::malformed(name.clone(), problem))?,
        None => String::new(),
    };
    Ok(Field { name, value: value.replace("\r\n", "\n") })
}

fn text(bytes: &[u8]) -> Result<String, &'static str> {
    if !is_escaped(bytes) {
        return Err("has a `%` without two hexadecimal digits");
    }
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8(decoded).map_err(|_| "is not UTF-8")
}

/// Whether two hexadecimal digits follow each `%`.
fn is_escaped(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'%').skip(1).all(|after| {
        let digits = after.get(..2).unwrap_or_default();
        digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit)
    })
}
