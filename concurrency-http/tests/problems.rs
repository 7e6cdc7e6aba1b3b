//! What each error becomes on the wire.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/at.rs"]
mod at;

use concurrency_http::{Form, FormError, PreconditionError, Problem, RecordId, VersionError, VersionValue};

use at::At;

fn kind(problem: impl Into<Problem>) -> (u16, &'static str) {
    let problem = problem.into();
    (problem.status(), problem.name())
}

#[test]
fn every_error_has_its_status_and_its_name() {
    assert_eq!(kind(PreconditionError::Required), (428, "precondition-required"));
    assert_eq!(kind(PreconditionError::Malformed), (400, "precondition-malformed"));
    assert_eq!(kind(VersionError::Missing), (428, "version-missing"));
    assert_eq!(kind(VersionError::Malformed), (400, "version-malformed"));
    assert_eq!(kind(VersionError::Tampered), (400, "version-tampered"));
    assert_eq!(kind(VersionError::Foreign), (400, "version-foreign"));
    assert_eq!(kind(FormError::malformed("turn", "is no integer")), (400, "form-malformed"));
    assert_eq!(kind(Form::parse(b"a=%00").unwrap_err()), (422, "form-unstorable"));
    assert_eq!(kind(FormError::TooLarge), (413, "form-too-large"));
    assert_eq!(kind(FormError::TooManyRows), (413, "form-too-large"));
    assert_eq!(kind(FormError::NotAForm), (415, "form-expected"));
    assert_eq!(kind(FormError::from(VersionError::Missing)), (428, "version-missing"));
    assert_eq!(kind(Problem::modified(&At(8.into()))), (412, "record-modified"));
    assert_eq!(kind(Problem::unstorable("title")), (422, "form-unstorable"));
    assert_eq!(kind(Problem::missing(&RecordId::new("articles", 1))), (404, "record-deleted"));
}

#[test]
fn a_problem_says_what_was_wrong_and_what_to_do() {
    assert!(Problem::from(PreconditionError::Required).detail().contains("send the ETag"));
    assert!(Problem::from(FormError::malformed("turn", "is no integer")).detail().contains("`turn` is no integer"));
}

#[test]
fn an_answer_without_a_version_is_not_stored() {
    let store = [("cache-control", "no-store".to_owned())];
    assert_eq!(Problem::from(PreconditionError::Required).headers(), store);
    assert_eq!(Problem::from(VersionError::Missing).headers(), store);
    assert!(Problem::from(VersionError::Tampered).headers().is_empty());
    assert_eq!(Problem::modified(&At("a b".into())).headers(), [("etag", "\"!a%20b\"".to_owned())]);
}

/// The address of a type leads to its description.
#[test]
fn every_name_is_a_heading_of_the_documentation() {
    let documentation = include_str!("../src/problem.rs");
    for name in
        include_str!("../src/problem/kind.rs").split('"').filter(|text| text.contains('-') && !text.contains(' '))
    {
        assert!(documentation.contains(&format!("\n//! # {name}\n")), "{name}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn versions_are_strings_and_null_is_null() {
    let json = |version: VersionValue| {
        serde_json::from_str::<serde_json::Value>(&Problem::modified(&At(version)).to_json()).unwrap()
    };
    assert_eq!(json(VersionValue::Integer(1 << 60))["found"], "1152921504606846976");
    assert_eq!(json("a\"b".into())["found"], "a\"b");
    let null = json(VersionValue::Null);
    assert!(null["found"].is_null() && null.get("found").is_some());
    assert_eq!(null.get("expected"), None);
    assert_eq!(null.get("fields"), None, "a change may be secret");
}

#[cfg(feature = "serde")]
#[test]
fn a_program_adds_members_of_its_own() {
    let problem =
        Problem::modified(&At(8.into())).current(&At(9.into())).with("current", serde_json::json!({ "title": "t" }));
    let json = serde_json::to_value(&problem).unwrap();
    assert_eq!((&json["found"], &json["current"]["title"]), (&"9".into(), &"t".into()));
    assert_eq!(problem.etag().as_deref(), Some("\"9\""), "the version of the row that is shown");
}

#[cfg(feature = "diesel")]
mod errors {
    use concurrency_diesel::prelude::*;
    use concurrency_diesel::{RecordDeletedError, RecordModifiedError, WriteSuppressedError};
    use diesel::result::{DatabaseErrorKind, Error as DieselError};

    use super::*;

    fn modified() -> ConcurrencyError {
        let error = RecordModifiedError::new("articles", "id 1".to_owned(), 7.into(), 8.into());
        ConcurrencyError::RecordModified(Box::new(error))
    }

    fn deleted() -> ConcurrencyError {
        ConcurrencyError::RecordDeleted(Box::new(RecordDeletedError::new("articles", "id 1".to_owned(), 7.into())))
    }

    fn of_engine() -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new("the secret words of the engine".to_owned()))
    }

    #[test]
    fn the_same_error_is_412_of_a_header_and_409_of_a_body() {
        assert_eq!(kind(Problem::precondition(&modified())), (412, "record-modified"));
        assert_eq!(kind(Problem::conflict(&modified())), (409, "record-modified"));
        assert_eq!(kind(Problem::precondition(&deleted())), (404, "record-deleted"));
        assert_eq!(kind(Problem::conflict(&deleted())), (409, "record-deleted"));
        assert_eq!(Problem::precondition(&modified()).etag().as_deref(), Some("\"8\""));
        assert_eq!(Problem::precondition(&deleted()).etag(), None);
    }

    #[test]
    fn what_is_not_the_clients_doing_tells_nothing_of_the_database() {
        let suppressed = WriteSuppressedError::new("articles", "id 1".to_owned(), 7.into());
        let cases = [
            (ConcurrencyError::Restart(Box::new(of_engine())), (503, "busy")),
            (ConcurrencyError::WriteSuppressed(Box::new(suppressed)), (500, "not-saved")),
            (ConcurrencyError::VersionExhausted { table: "articles" }, (500, "not-saved")),
            (ConcurrencyError::Database(of_engine()), (500, "not-saved")),
            (ConcurrencyError::OutcomeUnknown(Box::new(of_engine())), (500, "outcome-unknown")),
            (ConcurrencyError::TransactionLost(Box::new(of_engine())), (500, "outcome-unknown")),
        ];
        for (error, expected) in cases {
            for problem in [Problem::precondition(&error), Problem::conflict(&error)] {
                assert_eq!(kind(problem.clone()), expected);
                assert!(!format!("{problem:?}").contains("secret"), "{problem:?}");
                let retry = (expected.0 == 503).then(|| ("retry-after", "1".to_owned()));
                assert_eq!(problem.headers(), Vec::from_iter(retry));
            }
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_modified_record_is_told_in_full() {
        let problem = Problem::precondition(&modified()).fields(["title"]);
        let expected = serde_json::json!({
            "type": "https://docs.rs/concurrency-http/latest/concurrency_http/problem/#record-modified",
            "title": "The record was modified",
            "status": 412,
            "detail": "articles with id 1 was saved after you loaded it; load it, apply your change and send it again",
            "table": "articles",
            "key": "id 1",
            "expected": "7",
            "found": "8",
            "fields": ["title"],
        });
        assert_eq!(serde_json::to_value(problem).unwrap(), expected);
    }

    #[test]
    fn a_merge_that_must_ask_is_a_conflict() {
        let fields = |base: i64, theirs: i64| MergeError::Fields {
            fields: vec!["title"],
            base: At(base.into()),
            mine: At(base.into()),
            theirs: At(theirs.into()),
        };
        let problem = Problem::merge(&fields(7, 8));
        assert_eq!((problem.etag().as_deref(), kind(problem.clone())), (Some("\"8\""), (409, "record-modified")));
        assert_eq!(kind(Problem::merge(&MergeError::<At>::Concurrency(deleted()))), (409, "record-deleted"));
        let doubt =
            MergeError::InDoubt { fields: vec![], base: At(7.into()), mine: At(7.into()), theirs: At(8.into()) };
        assert_eq!(kind(Problem::merge(&doubt)), (500, "outcome-unknown"));
    }
}
