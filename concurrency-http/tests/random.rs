//! What comes from outside is anything: random bytes, and good inputs that were changed. No parser panics, and none takes what it must not.
//!
//! `RANDOM_INPUTS=10000000 cargo test --release -p concurrency-http --all-features --test random` tries ten million of each; a failure prints the
//! seed, which `RANDOM_SEED` sets.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/record.rs"]
mod record;

use concurrency_http::{Form, FormError, IfMatch, IfNoneMatch, Keys, RecordId, Tokens, VersionValue, Versioned, etag};
use fastrand::Rng;

use record::Record;

fn article(version: i64) -> Record {
    Record(RecordId::new("articles", 1), version.into())
}

fn tokens() -> Tokens {
    Tokens::new(Keys::new(&[7; 32]).unwrap())
}

/// Calls `test` with a generator the requested number of times.
fn for_random_inputs(test: impl Fn(&mut Rng)) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let inputs = number("RANDOM_INPUTS").unwrap_or(20_000);
    let seed = number("RANDOM_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("RANDOM_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    (0..inputs).for_each(|_| test(&mut rng));
}

/// Bytes of this alphabet, now and then any.
fn bytes(rng: &mut Rng, alphabet: &[u8], longest: usize) -> Vec<u8> {
    let length = rng.usize(..longest);
    (0..length).map(|_| if rng.u8(..) < 8 { rng.u8(..) } else { alphabet[rng.usize(..alphabet.len())] }).collect()
}

/// One to three bytes of a good input replaced, removed or added.
fn changed(rng: &mut Rng, good: &[u8], alphabet: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..rng.usize(1..=3) {
        let position = rng.usize(..=bytes.len());
        let byte = if rng.bool() { alphabet[rng.usize(..alphabet.len())] } else { rng.u8(..) };
        match rng.u8(..3) {
            0 if position < bytes.len() => bytes[position] = byte,
            1 if position < bytes.len() => drop(bytes.remove(position)),
            _ => bytes.insert(position, byte),
        }
    }
    bytes
}

fn text(rng: &mut Rng) -> String {
    (0..rng.usize(..8)).map(|_| if rng.bool() { rng.char('\0'..='\u{ff}') } else { rng.char(..) }).collect()
}

#[test]
fn only_what_was_issued_is_verified() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=";
    let tokens = tokens();
    let good = tokens.issue(&article(7));
    for_random_inputs(|rng| {
        let input = if rng.bool() { changed(rng, good.as_bytes(), ALPHABET) } else { bytes(rng, ALPHABET, 100) };
        let Ok(input) = String::from_utf8(input) else { return };
        match tokens.verify(&input) {
            Ok(token) => assert_eq!((tokens.issue(&token), &input), (good.clone(), &good)),
            Err(_) => assert_ne!(input, good),
        }
    });
}

/// Without a signature whatever has the right form is taken; it is then written in the same way.
#[cfg(feature = "testing")]
#[test]
fn a_payload_has_one_spelling() {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let tokens = Tokens::new(concurrency_http::Unsigned);
    let good = Base64UrlUnpadded::decode_vec(&tokens.issue(&article(7))).unwrap();
    for_random_inputs(|rng| {
        let input =
            if rng.bool() { changed(rng, &good, b"\0\x01\x02itn0123456789-+") } else { bytes(rng, b"\0\x01itn7", 24) };
        let input = Base64UrlUnpadded::encode_string(&input);
        if let Ok(token) = tokens.verify(&input) {
            assert_eq!(tokens.issue(&token), input);
        }
    });
}

#[cfg(feature = "serde")]
#[test]
fn only_what_was_sealed_is_opened() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=";
    let tokens = tokens();
    let token = tokens.verify(&tokens.issue(&article(7))).unwrap();
    let good = tokens.seal("Locks", &article(7)).unwrap();
    for_random_inputs(|rng| {
        let input = if rng.bool() { changed(rng, good.as_bytes(), ALPHABET) } else { bytes(rng, ALPHABET, 100) };
        let Ok(input) = String::from_utf8(input) else { return };
        assert_eq!(tokens.open::<String>(&input, &token).is_ok(), input == good, "{input}");
    });
}

#[test]
fn a_list_of_tags_is_read_or_refused() {
    const ALPHABET: &[u8] = b"\"\"\"\",,  **W/w78!-%\t";
    for_random_inputs(|rng| {
        let lines: Vec<_> = (0..rng.usize(1..4))
            .map(|_| if rng.bool() { changed(rng, b"W/\"6\", \"7\"", ALPHABET) } else { bytes(rng, ALPHABET, 16) })
            .collect();
        let lines = || lines.iter().map(Vec::as_slice);
        let if_match = IfMatch::parse(lines());
        let if_none_match = IfNoneMatch::parse(lines());
        assert_eq!(if_match.is_ok(), if_none_match.is_ok());
        let (Ok(Some(strong)), Ok(Some(weak))) = (if_match, if_none_match) else { return };
        let at = article(7);
        if strong.matches(&at) {
            assert!(weak.matches(&at), "what matches strongly matches weakly");
        }
        // Only its own tag, or all of them.
        if IfMatch::required(lines()).is_ok_and(|tags| tags.matches(&at)) {
            assert!(lines().any(|line| line.windows(3).any(|three| three == b"\"7\"")));
        }
    });
}

#[test]
fn every_version_matches_its_own_tag_alone() {
    for_random_inputs(|rng| {
        let version = match rng.u8(..4) {
            0 => VersionValue::Null,
            1 => VersionValue::Integer(i128::from(rng.i64(..))),
            _ => VersionValue::Text(text(rng)),
        };
        let (one, other) = (Record(RecordId::new("t", 1), version), Record(RecordId::new("t", 1), text(rng).into()));
        let tag = etag(&one);
        let tags = IfMatch::required([tag.as_bytes()]).unwrap();
        assert!(tags.matches(&one), "{tag}");
        assert_eq!(tags.matches(&other), one.1 == other.1);
        // And with others around it, on its line.
        let list = format!("\"a,b\" , W/{tag},{tag}");
        assert!(IfMatch::required([list.as_bytes()]).unwrap().matches(&one));
    });
}

#[test]
fn a_form_is_read_or_refused() {
    const ALPHABET: &[u8] = b"&&==%%20+:_versionbaselectaskdpi1\r\n0D0AC3";
    let tokens = tokens();
    let token = tokens.issue(&article(7));
    let good = format!(
        "_version:1={token}&_base:1=x&title:1=a%0D%0A&_selected={token}&_selected={token}&pick:1=mine&_asked=a"
    );
    for_random_inputs(|rng| {
        let input = if rng.bool() { changed(rng, good.as_bytes(), ALPHABET) } else { bytes(rng, ALPHABET, 80) };
        let form = match Form::parse(&input) {
            Ok(form) => form,
            Err(FormError::Nul { form, .. }) => *form,
            Err(error) => return assert!(!error.to_string().is_empty()),
        };
        for (name, _) in form.fields() {
            assert!(form.get(name).is_some());
            let may_repeat = name == Form::SELECTED || name == Form::ASKED;
            assert!(may_repeat || form.all(name).count() == 1);
        }
        for row in form.rows(&tokens, "articles", &["title", "i"]) {
            if let Ok(version) = row.version() {
                assert_eq!((version.record_id(), row.key()), (RecordId::new("articles", 1), "1"));
            }
        }
        if let Ok(selected) = form.selected(&tokens, "articles") {
            assert!(selected.len() <= 1);
        }
    });
}

#[test]
fn what_a_browser_sends_comes_back() {
    for_random_inputs(|rng| {
        let fields: Vec<_> = (0..rng.usize(..5)).map(|number| (format!("{number}{}", text(rng)), text(rng))).collect();
        let encoded = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b' ' => "+".to_owned(),
                    byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                    byte => format!("%{byte:02X}"),
                })
                .collect()
        };
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let form = match Form::parse(body.join("&").as_bytes()) {
            Ok(form) => form,
            Err(FormError::Nul { form, .. }) => *form,
            Err(error) => panic!("{error}"),
        };
        for (name, value) in &fields {
            assert_eq!(form.get(name), Some(value.replace("\r\n", "\n").as_str()));
        }
    });
}
