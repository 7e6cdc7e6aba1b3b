//! `RandomVersionField`: the version is a new UUID with every save.

use uuid::Uuid;

use crate::{InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions that are random: a new version 4 UUID with every save.
///
/// The column is a `Uuid` (PostgreSQL), a `Vec<u8>` of 16 bytes, or a `String` with the hyphenated form. A version says nothing
/// of how often or when a row was saved, never runs out, and never returns, even when a row is deleted and inserted again.
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
        // Other programs may have written other bytes than a UUID's.
        match Uuid::from_slice(version) {
            Ok(uuid) => uuid.to_string().into(),
            Err(_) => format!("{version:02x?}").into(),
        }
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

    fn __unchecked() -> UncheckedBump<String> {
        UncheckedBump::Fresh { version: Self::initial() }
    }
}

impl InitialVersion<String> for RandomVersionField {
    fn initial() -> String {
        Uuid::new_v4().to_string()
    }
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
}
