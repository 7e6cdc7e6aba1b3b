//! `RandomVersionField`: the version is a new UUID with every save.

use uuid::Uuid;

use crate::{InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions that are random: a new version 4 UUID with every save. Needs the feature `uuid`.
///
/// The column is a `Uuid` (PostgreSQL), a `Vec<u8>` of 16 bytes, or a `String` with the hyphenated form. A version does
/// not reveal how often or when a row was saved. It never runs out and never repeats, even if a row is deleted and
/// inserted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomVersionField;

impl VersionField<Uuid> for RandomVersionField {
    const __IS_UNIQUE: bool = true;

    fn next(_current: &Uuid) -> Option<Uuid> {
        Some(Self::initial())
    }

    fn value(version: &Uuid) -> VersionValue {
        version.to_string().into()
    }

    fn from_value(value: &VersionValue) -> Option<Uuid> {
        hyphenated(value.text()?)
    }

    fn __unchecked() -> UncheckedBump<Uuid> {
        UncheckedBump::Fresh { version: Self::initial() }
    }
}

impl InitialVersion<Uuid> for RandomVersionField {
    fn initial() -> Uuid {
        Uuid::new_v4()
    }
}

impl VersionField<Vec<u8>> for RandomVersionField {
    const __IS_UNIQUE: bool = true;

    fn next(_current: &Vec<u8>) -> Option<Vec<u8>> {
        Some(Self::initial())
    }

    fn value(version: &Vec<u8>) -> VersionValue {
        // Another program may have written bytes that are not a UUID.
        match Uuid::from_slice(version) {
            Ok(uuid) => uuid.to_string().into(),
            Err(_) => format!("{version:02x?}").into(),
        }
    }

    fn from_value(value: &VersionValue) -> Option<Vec<u8>> {
        let text = value.text()?;
        let version = match hyphenated(text) {
            Some(uuid) => uuid.into_bytes().to_vec(),
            None => listed(text)?,
        };
        (Self::value(&version) == *value).then_some(version)
    }

    fn __unchecked() -> UncheckedBump<Vec<u8>> {
        UncheckedBump::Fresh { version: Self::initial() }
    }
}

impl InitialVersion<Vec<u8>> for RandomVersionField {
    fn initial() -> Vec<u8> {
        Uuid::new_v4().into_bytes().to_vec()
    }
}

impl VersionField<String> for RandomVersionField {
    const __IS_UNIQUE: bool = true;

    fn next(_current: &String) -> Option<String> {
        Some(Self::initial())
    }

    fn value(version: &String) -> VersionValue {
        version.as_str().into()
    }

    fn from_value(value: &VersionValue) -> Option<String> {
        value.text().map(str::to_owned)
    }

    fn __unchecked() -> UncheckedBump<String> {
        UncheckedBump::Fresh { version: Self::initial() }
    }
}

impl InitialVersion<String> for RandomVersionField {
    fn initial() -> String {
        Uuid::new_v4().to_string()
    }
}

/// The UUID of a text in the only form that we write.
fn hyphenated(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    (uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text).then_some(uuid)
}

/// The bytes of `[01, ff]`.
fn listed(text: &str) -> Option<Vec<u8>> {
    let bytes = text.strip_prefix('[')?.strip_suffix(']')?;
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    bytes.split(", ").map(|byte| u8::from_str_radix(byte, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_a_new_one_and_shown_as_a_uuid() {
        let first: Uuid = RandomVersionField::initial();
        assert_ne!(RandomVersionField::next(&first), Some(first));
        assert_eq!(first.get_version_num(), 4);
        let shown = VersionValue::Text(first.to_string());
        assert_eq!(RandomVersionField::value(&first), shown);
        assert_eq!(RandomVersionField::value(&first.into_bytes().to_vec()), shown);
        assert_eq!(RandomVersionField::value(&first.to_string()), shown);
        assert_eq!(RandomVersionField::value(&vec![1, 255]), VersionValue::Text("[01, ff]".to_owned()));
    }

    #[test]
    fn a_value_is_read_back_in_each_form() {
        let uuid: Uuid = RandomVersionField::initial();
        let value = RandomVersionField::value(&uuid);
        assert_eq!(RandomVersionField::from_value(&value), Some(uuid));
        assert_eq!(RandomVersionField::from_value(&value), Some(uuid.into_bytes().to_vec()));
        assert_eq!(RandomVersionField::from_value(&value), Some(uuid.to_string()));
        for bytes in [vec![], vec![1, 255], vec![0; 15], vec![7; 17]] {
            let value = RandomVersionField::value(&bytes);
            assert_eq!(RandomVersionField::from_value(&value), Some(bytes));
        }
        assert_eq!(RandomVersionField::from_value(&"any text".into()), Some("any text".to_owned()));
    }

    #[test]
    fn a_version_has_one_spelling() {
        let uuid = Uuid::from_u128(0xab);
        for text in [uuid.simple().to_string(), uuid.urn().to_string(), uuid.to_string().to_uppercase()] {
            assert_eq!(RandomVersionField::from_value(&text.as_str().into()), None::<Uuid>);
            assert_eq!(RandomVersionField::from_value(&text.as_str().into()), None::<Vec<u8>>);
        }
        let sixteen = format!("{:02x?}", [7_u8; 16]);
        for text in ["[1, ff]", "[01,ff]", "[+1, ff]", "[01, FF]", "[01, ff", "", &sixteen] {
            assert_eq!(RandomVersionField::from_value(&text.into()), None::<Vec<u8>>);
        }
        assert_eq!(RandomVersionField::from_value(&VersionValue::Null), None::<Uuid>);
    }
}
