//! `If-Match` and `If-None-Match`, as clients and proxies write them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/at.rs"]
mod at;

use concurrency_http::{IfMatch, IfNoneMatch, PreconditionError, VersionValue, etag};

use at::At;

fn at(version: i64) -> At {
    At(version.into())
}

fn if_match(lines: &[&str]) -> Result<Option<IfMatch>, PreconditionError> {
    IfMatch::parse(lines.iter().map(|line| line.as_bytes()))
}

fn required(lines: &[&str]) -> Result<IfMatch, PreconditionError> {
    IfMatch::required(lines.iter().map(|line| line.as_bytes()))
}

fn if_none_match(lines: &[&str]) -> Result<Option<IfNoneMatch>, PreconditionError> {
    IfNoneMatch::parse(lines.iter().map(|line| line.as_bytes()))
}

#[test]
fn a_version_is_a_strong_tag() {
    assert_eq!(etag(&at(7)), "\"7\"");
    assert_eq!(etag(&At("ab c".into())), "\"!ab%20c\"");
    assert_eq!(etag(&At(VersionValue::Null)), "\"-\"");
}

#[test]
fn a_request_without_a_version_is_refused() {
    assert_eq!(if_match(&[]), Ok(None));
    for lines in [&[][..], &["*"], &[" * "]] {
        assert_eq!(required(lines), Err(PreconditionError::Required), "{lines:?}");
    }
    assert!(if_match(&["*"]).unwrap().unwrap().matches(&at(7)));
}

#[test]
fn what_is_no_list_of_tags_is_malformed() {
    for lines in [
        &["7"][..],
        &["\"7"],
        &["7\""],
        &[""],
        &[" "],
        &[","],
        &["*, \"7\""],
        &["\"7\", *"],
        &["*", "\"7\""],
        &["*", "*"],
        &["*,"],
        &["w/\"7\""],
        &["W/7"],
        &["W/"],
        &["W /\"7\""],
        &["\"7\" \"8\""],
        &["\"7\"\"8\""],
        &["\"a b\""],
        &["\"a\tb\""],
        &["\"7\"; \"8\""],
        &["\"7\", 8"],
        &["\"7\"", "8"],
        &["\"\u{7f}\""],
        &["\"7\\\"8\""],
    ] {
        assert_eq!(if_match(lines), Err(PreconditionError::Malformed), "{lines:?}");
        assert_eq!(required(lines), Err(PreconditionError::Malformed), "{lines:?}");
        assert_eq!(if_none_match(lines), Err(PreconditionError::Malformed), "{lines:?}");
    }
}

#[test]
fn a_tag_is_found_among_several_and_over_several_lines() {
    for lines in [
        &["\"7\""][..],
        &[" \"7\"\t"],
        &["\"6\", \"7\""],
        &["\"6\",\"7\",\"8\""],
        &["\"6\"", "\"7\""],
        &[", \"6\" ,, \"7\" ,"],
        &["\"x,y\", \"7\""],
        &["W/\"6\", \"7\", \"ä\""],
        &["", "\"7\""],
    ] {
        let tags = required(lines).unwrap();
        assert!(tags.matches(&at(7)), "{lines:?}");
        assert!(!tags.matches(&at(77)), "{lines:?}");
    }
    assert!(!required(&["\"6,7\""]).unwrap().matches(&at(7)));
}

#[test]
fn a_weak_tag_matches_where_nothing_is_written() {
    assert!(!required(&["W/\"7\""]).unwrap().matches(&at(7)));
    assert!(if_none_match(&["W/\"7\""]).unwrap().unwrap().matches(&at(7)));
    assert!(if_none_match(&["\"6\", \"7\""]).unwrap().unwrap().matches(&at(7)));
    assert!(!if_none_match(&["W/\"6\""]).unwrap().unwrap().matches(&at(7)));
    assert!(if_none_match(&["*"]).unwrap().unwrap().matches(&at(7)));
    assert_eq!(if_none_match(&[]), Ok(None));
}

#[test]
fn a_tag_has_one_spelling() {
    for (tag, version) in [("\"!ab%20c\"", "ab c".into()), ("\"-\"", VersionValue::Null)] {
        assert!(required(&[tag]).unwrap().matches(&At(version)));
    }
    for tag in ["\"07\"", "\"+7\"", "\"!7\"", "\"%37\""] {
        assert!(!required(&[tag]).unwrap().matches(&at(7)), "{tag}");
    }
}

#[cfg(feature = "diesel")]
mod typed {
    use concurrency_diesel::prelude::*;

    use super::*;

    diesel::table! { articles (id) { id -> BigInt, version -> Integer, } }
    diesel::table! { notes (id) { id -> BigInt, version -> Nullable<Text>, } }

    #[derive(Concurrent)]
    struct Article {
        id: i64,
        #[concurrent(version)]
        version: i32,
    }

    /// A version that is text.
    struct Letters;

    impl concurrency_diesel::VersionField<String> for Letters {
        fn next(_: &String) -> Option<String> {
            None
        }
        fn value(version: &String) -> VersionValue {
            version.as_str().into()
        }
        fn from_value(value: &VersionValue) -> Option<String> {
            value.text().map(str::to_owned)
        }
    }

    impl concurrency_diesel::InitialVersion<String> for Letters {
        fn initial() -> String {
            String::new()
        }
    }

    #[derive(Concurrent)]
    struct Note {
        id: i64,
        #[concurrent(version = Letters)]
        version: Option<String>,
    }

    #[test]
    fn one_strong_tag_of_a_version_that_the_field_can_have() {
        assert_eq!(required(&["\"7\""]).unwrap().version::<Article>(), Some(7));
        assert_eq!(required(&["\"-7\""]).unwrap().version::<Article>(), Some(-7));
        for tags in
            ["W/\"7\"", "\"7\", \"8\"", "\"7\", \"7\"", "\"4294967296\"", "\"!7\"", "\"-\"", "\"07\"", "\"\"", "\"ä\""]
        {
            assert_eq!(required(&[tags]).unwrap().version::<Article>(), None, "{tags}");
        }
        assert_eq!(if_match(&["*"]).unwrap().unwrap().version::<Article>(), None);
        assert_eq!(required(&["\"!a%20b\""]).unwrap().version::<Note>(), Some(Some("a b".to_owned())));
        assert_eq!(required(&["\"-\""]).unwrap().version::<Note>(), Some(None));
        assert_eq!(required(&["\"7\""]).unwrap().version::<Note>(), None);
    }

    #[test]
    fn the_tag_of_a_record_is_its_version() {
        let article = Article { id: 1, version: 7 };
        assert_eq!(required(&[&etag(&article)]).unwrap().version::<Article>(), Some(7));
        let note = Note { id: 1, version: Some("ä\"".to_owned()) };
        assert_eq!(required(&[&etag(&note)]).unwrap().version::<Note>(), Some(note.version));
    }
}
