//! What a token proves, and what it does not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/record.rs"]
mod record;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use concurrency_http::{Keys, RecordId, Signer, Tokens, VersionError, VersionValue, Versioned};

use record::Record;

fn article(id: i64, version: i64) -> Record {
    Record(RecordId::new("articles", id), version.into())
}

fn tokens() -> Tokens {
    Tokens::new(Keys::new(&[7; 32]).unwrap())
}

#[test]
fn a_token_says_which_record_was_shown_at_which_version() {
    let tokens = tokens();
    let text = tokens.issue(&article(1, 7));
    assert_eq!(text.len(), 67);
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    let token = tokens.verify(&text).unwrap();
    assert_eq!(token.record_id(), RecordId::new("articles", 1));
    assert_eq!(token.version_value(), VersionValue::Integer(7));
    assert_eq!(token.key::<i64>(), Ok(1));
    assert_eq!(token.key::<bool>(), Err(VersionError::Foreign));
    assert_eq!(tokens.issue(&token), text, "a token of the token is the same");
}

#[test]
fn every_kind_of_key_and_version_comes_back() {
    let tokens = tokens();
    for id in [RecordId::new("articles", -1), RecordId::of_key("stock", &[&"a,b", &3]), RecordId::new("", "ä\0")] {
        for version in [VersionValue::Null, "".into(), "a\"b".into(), u64::MAX.into(), VersionValue::Integer(i128::MIN)]
        {
            let record = Record(id.clone(), version);
            let token = tokens.verify_for(&tokens.issue(&record), &id).unwrap();
            assert_eq!((token.record_id(), token.version_value()), (record.0, record.1));
        }
    }
    // The text "7", the integer 7 and NULL are three versions.
    let texts = ["7".into(), VersionValue::Integer(7), VersionValue::Null, "".into()]
        .map(|version| tokens.issue(&Record(RecordId::new("t", 1), version)));
    for (position, one) in texts.iter().enumerate() {
        assert!(!texts[..position].contains(one));
    }
}

#[test]
fn the_token_of_another_record_is_foreign() {
    let tokens = tokens();
    let text = tokens.issue(&article(1, 7));
    for id in [RecordId::new("articles", 2), RecordId::new("authors", 1), RecordId::new("articles", "1 ")] {
        assert_eq!(tokens.verify_for(&text, &id), Err(VersionError::Foreign));
    }
    assert!(tokens.verify_for(&text, &RecordId::new("articles", 1)).is_ok());
}

#[test]
fn what_is_no_token_is_missing_or_malformed() {
    let tokens = tokens();
    assert_eq!(tokens.verify(""), Err(VersionError::Missing));
    let good = tokens.issue(&article(1, 7));
    let padded = format!("{good}=");
    let spaced = format!(" {good}");
    for text in [" ", "7", "ä", "\0", "!!!!", padded.as_str(), spaced.as_str()] {
        assert_eq!(tokens.verify(text), Err(VersionError::Malformed), "{text:?}");
    }
}

#[test]
fn a_token_over_four_kilobytes_is_malformed() {
    let tokens = tokens();
    let of_length = |length: usize| tokens.issue(&Record(RecordId::new("t", "k".repeat(length)), 7.into()));
    let longest = (2900..).find(|length| of_length(*length).len() > 4096).unwrap() - 1;
    assert!(tokens.verify(&of_length(longest)).is_ok());
    for length in [longest + 1, 70_000, 200_000] {
        assert_eq!(tokens.verify(&of_length(length)), Err(VersionError::Malformed));
    }
}

/// Each character of a token, changed to each other one, and left out, and written twice.
#[test]
fn no_token_with_one_changed_character_is_taken() {
    const CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ";
    let tokens = tokens();
    let good = tokens.issue(&article(1, 7));
    let mut tried = 0;
    for position in 0..good.len() {
        let (before, after) = (&good[..position], &good[position + 1..]);
        let twice = format!("{before}{}", &good[position..position + 1].repeat(2));
        let changed = CHARACTERS.chars().map(|character| format!("{before}{character}{after}"));
        for text in changed.chain([format!("{before}{after}"), format!("{twice}{after}"), before.to_owned()]) {
            if text != good && !text.is_empty() {
                assert!(
                    matches!(tokens.verify(&text), Err(VersionError::Malformed | VersionError::Tampered)),
                    "{text}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 4_600, "{tried}");
}

#[test]
fn only_its_own_keys_and_its_own_audience_verify_a_token() {
    let old = tokens();
    let text = old.issue(&article(1, 7));
    let rotated = Tokens::new(Keys::new(&[8; 32]).unwrap().or(&[7; 32]).unwrap());
    assert!(rotated.verify(&text).is_ok());
    assert_eq!(old.verify(&rotated.issue(&article(1, 7))), Err(VersionError::Tampered), "the new key signs");
    assert_eq!(Tokens::new(Keys::new(&[8; 32]).unwrap()).verify(&text), Err(VersionError::Tampered));

    let anna = old.bound_to(b"anna");
    assert_eq!(anna.verify(&text), Err(VersionError::Tampered));
    let hers = anna.issue(&article(1, 7));
    assert!(anna.verify(&hers).is_ok());
    assert_eq!(old.bound_to(b"ben").verify(&hers), Err(VersionError::Tampered));
    assert_eq!(old.verify(&hers), Err(VersionError::Tampered));
    assert!(rotated.bound_to(b"anna").verify(&hers).is_ok());
}

/// A signature of the keys for anything else is not valid for a token.
#[test]
fn what_the_keys_sign_elsewhere_is_no_token() {
    let keys = Keys::new(&[7; 32]).unwrap();
    let tokens = Tokens::new(keys.clone());
    let good = Base64UrlUnpadded::decode_vec(&tokens.issue(&article(1, 7))).unwrap();
    let payload = &good[..good.len() - 32];
    let forged = [payload, keys.sign(payload).as_slice()].concat();
    assert_eq!(tokens.verify(&Base64UrlUnpadded::encode_string(&forged)), Err(VersionError::Tampered));
}

#[test]
fn a_signer_of_ones_own_signs() {
    struct Sum;
    impl Signer for Sum {
        fn sign(&self, message: &[u8]) -> Vec<u8> {
            vec![message.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))]
        }
        fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
            self.sign(message) == signature
        }
    }
    let tokens = Tokens::new(std::sync::Arc::new(Sum));
    let text = tokens.issue(&article(1, 7));
    assert!(tokens.verify(&text).is_ok());
    assert_eq!(Tokens::new(&Sum).verify(&tokens.issue(&article(1, 8))).unwrap().version_value(), 8.into());
}

#[cfg(feature = "testing")]
#[test]
fn a_test_makes_its_tokens_without_a_key() {
    use concurrency_http::Unsigned;
    let tokens = Tokens::new(Unsigned);
    let text = tokens.issue(&article(1, 7));
    assert_eq!(tokens.verify(&text).unwrap().version_value(), 7.into());
    assert_eq!(tokens.verify(&crate::tokens().issue(&article(1, 7))), Err(VersionError::Tampered));
}

#[cfg(feature = "serde")]
mod bases {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Base {
        title: String,
        body: Option<String>,
    }

    fn base() -> Base {
        Base { title: "Locks\n".to_owned(), body: None }
    }

    #[test]
    fn a_base_opens_with_the_token_that_it_came_with() {
        let tokens = tokens();
        let token = tokens.verify(&tokens.issue(&article(1, 7))).unwrap();
        let sealed = tokens.seal(&base(), &article(1, 7)).unwrap();
        assert_eq!(tokens.open::<Base>(&sealed, &token), Ok(base()));
        assert_eq!(tokens.open::<i64>(&sealed, &token), Err(VersionError::Malformed));
    }

    #[test]
    fn a_base_fits_one_record_at_one_version() {
        let tokens = tokens();
        let sealed = tokens.seal(&base(), &article(1, 7)).unwrap();
        for other in [article(1, 8), article(2, 7), Record(RecordId::new("articles", 1), "7".into())] {
            let token = tokens.verify(&tokens.issue(&other)).unwrap();
            assert_eq!(tokens.open::<Base>(&sealed, &token), Err(VersionError::Tampered));
        }
    }

    #[test]
    fn a_token_is_no_base_and_a_base_no_token() {
        let tokens = tokens();
        let text = tokens.issue(&article(1, 7));
        let token = tokens.verify(&text).unwrap();
        let sealed = tokens.seal(&base(), &article(1, 7)).unwrap();
        assert!(tokens.verify(&sealed).is_err());
        assert!(tokens.open::<Base>(&text, &token).is_err());
        assert_eq!(tokens.open::<Base>("", &token), Err(VersionError::Missing));
        assert_eq!(tokens.open::<Base>("!", &token), Err(VersionError::Malformed));
    }

    #[test]
    fn no_base_with_one_changed_character_opens() {
        let tokens = tokens();
        let token = tokens.verify(&tokens.issue(&article(1, 7))).unwrap();
        let sealed = tokens.seal(&base(), &article(1, 7)).unwrap();
        for position in 0..sealed.len() {
            for character in ["A", "z", "0", "-", "_", ""] {
                let text = format!("{}{character}{}", &sealed[..position], &sealed[position + 1..]);
                if text != sealed {
                    assert!(tokens.open::<Base>(&text, &token).is_err(), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_base_may_be_longer_than_a_token() {
        let tokens = tokens();
        let token = tokens.verify(&tokens.issue(&article(1, 7))).unwrap();
        let long = "a".repeat(300_000);
        let sealed = tokens.seal(&long, &article(1, 7)).unwrap();
        assert_eq!(tokens.open::<String>(&sealed, &token), Ok(long));
    }
}

#[cfg(feature = "diesel")]
mod typed {
    use concurrency_diesel::prelude::*;

    use super::*;

    diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> Integer, } }
    diesel::table! { notes (id) { id -> BigInt, version -> Nullable<BigInt>, } }

    #[derive(Clone, Concurrent)]
    struct Article {
        id: i64,
        title: String,
        #[concurrent(version)]
        version: i32,
    }

    /// Another struct over the table.
    #[derive(Clone, Concurrent)]
    #[diesel(table_name = articles)]
    struct ArticleForm {
        id: i64,
        #[concurrent(version)]
        version: i32,
    }

    #[derive(Concurrent)]
    struct Note {
        id: i64,
        #[concurrent(version)]
        version: Option<i64>,
    }

    fn token_of(record: &impl Versioned) -> concurrency_http::VersionToken {
        tokens().verify(&tokens().issue(record)).unwrap()
    }

    #[test]
    fn the_version_comes_in_the_type_of_the_field() {
        let article = Article { id: 1, title: String::new(), version: 7 };
        let token = token_of(&article);
        assert_eq!(token.version::<Article>(), Ok(7));
        assert_eq!(token.version::<ArticleForm>(), Ok(7), "a token fits every struct over its table");
        assert_eq!(token.version::<Tracked<ArticleForm>>().ok(), Some(7));
        assert_eq!(token_of(&Note { id: 1, version: None }).version::<Note>(), Ok(None));
    }

    #[test]
    fn a_version_that_the_field_cannot_have_is_foreign() {
        for version in [VersionValue::Null, "7".into(), VersionValue::Integer(1 << 40)] {
            let token = token_of(&Record(RecordId::new("articles", 1), version));
            assert_eq!(token.version::<Article>(), Err(VersionError::Foreign));
        }
    }

    #[test]
    fn a_token_of_another_table_is_foreign() {
        let token = token_of(&Note { id: 1, version: Some(7) });
        assert_eq!(token.version::<Article>(), Err(VersionError::Foreign));
    }
}
