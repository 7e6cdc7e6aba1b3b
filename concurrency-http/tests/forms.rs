//! What a form says of its rows, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/record.rs"]
mod record;

use concurrency_http::{Form, FormError, Keys, Pick, RecordId, Tokens, VersionError, VersionValue, Versioned};

use record::Record;

fn article(id: i64, version: i64) -> Record {
    Record(RecordId::new("articles", id), version.into())
}

fn tokens() -> Tokens {
    Tokens::new(Keys::new(&[7; 32]).unwrap())
}

fn parse(body: &str) -> Form {
    Form::parse(body.as_bytes()).unwrap()
}

fn error(body: impl AsRef<[u8]>) -> String {
    Form::parse(body.as_ref()).unwrap_err().to_string()
}

#[test]
fn fields_are_decoded_as_they_were_typed() {
    let form = parse("title=No+locks%21&body=a%0D%0Ab%0Ac&empty=&flag&&%C3%A4=%2B%26%3D&x==y=");
    assert_eq!(form.get("title"), Some("No locks!"));
    assert_eq!(form.get("body"), Some("a\nb\nc"), "a textarea sends carriage returns");
    assert_eq!(form.get("empty"), Some(""));
    assert_eq!(form.get("flag"), Some(""));
    assert_eq!(form.get("ä"), Some("+&="));
    assert_eq!(form.get("x"), Some("=y="));
    assert_eq!(form.get("missing"), None);
    assert_eq!(form.fields().count(), 6);
    assert_eq!(parse("").fields().count(), 0);
}

#[test]
fn what_would_have_to_be_guessed_is_refused_and_named() {
    assert_eq!(
        error("title=%zz"),
        "the form cannot be read: the field `title` has a `%` without two hexadecimal digits; send it again from the page"
    );
    for body in ["title=%", "title=%4", "title=a%4z", "title=%%41", "title=%+1", "title=100%"] {
        assert!(error(body).contains("`title` has a `%`"), "{body}");
    }
    assert!(error(b"title=\xff").contains("`title` is not UTF-8"));
    assert!(error("title=%C3").contains("`title` is not UTF-8"));
    assert!(error("a=1&%ff=2").contains("is not UTF-8"));
    assert!(error("title=a&body=b&title=a").contains("`title` is there twice"));
    assert!(error("_version=a&_version=a").contains("`_version` is there twice"));
    assert!(error("_version:1=a&_version%3A1=a").contains("`_version:1` is there twice"));
    assert!(error("pick:title=mine&pick:title=theirs").contains("`pick:title` is there twice"));
}

#[test]
fn what_repeats_is_read_whole() {
    let form = parse("_asked=title&_selected=a&_asked=body&_selected=a");
    assert_eq!(form.all(Form::ASKED).collect::<Vec<_>>(), ["title", "body"]);
    assert_eq!(form.all("_selected").collect::<Vec<_>>(), ["a", "a"]);
    assert_eq!(form.all("none").count(), 0);
    let form = Form::parse_repeating(b"tag=a&tag=b", &["tag"]).unwrap();
    assert_eq!(form.all("tag").collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_nul_is_refused_and_the_rest_kept() {
    let FormError::Nul { field, form, .. } = Form::parse(b"title=a%00b&body=typed").unwrap_err() else {
        panic!("not refused for its NUL");
    };
    assert_eq!((field.as_str(), form.get("body")), ("title", Some("typed")));
    assert!(matches!(Form::parse(b"a=\0"), Err(FormError::Nul { .. })));
}

#[test]
fn a_form_has_its_limits() {
    let body = |bytes: usize| format!("a={}", "b".repeat(bytes - 2));
    assert!(Form::parse(body(1 << 20).as_bytes()).is_ok());
    assert_eq!(Form::parse(body((1 << 20) + 1).as_bytes()), Err(FormError::TooLarge));
    let rows = |count: usize| (0..count).map(|row| format!("_version:{row}=t&")).collect::<String>();
    assert!(Form::parse(rows(1_000).as_bytes()).is_ok());
    assert_eq!(Form::parse(rows(1_001).as_bytes()), Err(FormError::TooManyRows));
    let selected = |count: usize| "_selected=t&".repeat(count);
    assert!(Form::parse(selected(1_000).as_bytes()).is_ok());
    assert_eq!(Form::parse(selected(1_001).as_bytes()), Err(FormError::TooManyRows));
}

#[test]
fn a_value_that_must_be_read_is_named_where_it_is_not() {
    let form = parse("turn=7&other=x");
    assert_eq!(form.parsed::<i64>("turn"), Ok(7));
    for name in ["other", "missing"] {
        assert!(form.parsed::<i64>(name).unwrap_err().to_string().contains(name));
    }
}

#[test]
fn the_version_is_that_of_the_record() {
    let (tokens, id) = (tokens(), RecordId::new("articles", 1));
    let form = parse(&format!("_version={}", tokens.issue(&article(1, 7))));
    assert_eq!(form.version(&tokens, &id).unwrap().version_value(), VersionValue::Integer(7));
    assert_eq!(form.version(&tokens, &RecordId::new("articles", 2)), Err(VersionError::Foreign));
    assert_eq!(parse("_version=").version(&tokens, &id), Err(VersionError::Missing));
    assert_eq!(parse("title=a").version(&tokens, &id), Err(VersionError::Missing));
    assert_eq!(parse("_version=7").version(&tokens, &id), Err(VersionError::Malformed));
}

#[test]
fn rows_are_known_by_their_keys() {
    let tokens = tokens();
    let token = |id| tokens.issue(&article(id, 7));
    // The second row's version comes last, and a third row has another row's.
    let form = parse(&format!(
        "title:3=c&_version:1={}&title:1=a&status:1=draft&title:2=b&unknown:1=x&_version:2={}&_version:3={}&_base:4=b&plain=y",
        token(1),
        token(2),
        token(1),
    ));
    let rows = form.rows(&tokens, "articles", &["title", "status"]);
    let keys: Vec<_> = rows.iter().map(|row| row.key()).collect();
    assert_eq!(keys, ["3", "1", "2"]);
    let [third, first, second] = rows.as_slice() else { panic!("three rows") };
    assert_eq!(third.version(), Err(VersionError::Foreign));
    assert_eq!(first.version().unwrap().record_id(), RecordId::new("articles", 1));
    assert_eq!((first.get("title"), first.get("status"), first.get("unknown")), (Some("a"), Some("draft"), None));
    assert_eq!((second.get("title"), second.get("status")), (Some("b"), None));
    assert!(second.version().is_ok());
    assert_eq!(form.rows(&tokens, "authors", &["title"])[1].version(), Err(VersionError::Foreign));
}

#[test]
fn cells_without_the_version_of_their_row_are_missing_it() {
    let tokens = tokens();
    for body in ["title:1=a", "title:1=a&_version:1="] {
        let form = parse(body);
        let rows = form.rows(&tokens, "articles", &["title"]);
        assert_eq!((rows.len(), rows[0].version()), (1, Err(VersionError::Missing)), "{body}");
    }
    assert!(parse("other:1=a&_asked:1=1&pick:1=mine").rows(&tokens, "articles", &["title"]).is_empty());
}

#[test]
fn a_key_may_hold_anything() {
    let tokens = tokens();
    for id in [RecordId::of_key("stock", &[&"a:b,=&", &3]), RecordId::new("stock", "")] {
        let token = tokens.issue(&Record(id.clone(), 7.into()));
        let key: String = id.key().bytes().map(|byte| format!("%{byte:02X}")).collect();
        let form = parse(&format!("_version%3A{key}={token}&count:{key}=5"));
        let rows = form.rows(&tokens, "stock", &["count"]);
        assert_eq!((rows[0].id(), rows[0].get("count")), (&id, Some("5")));
        assert!(rows[0].version().is_ok());
    }
}

#[test]
fn a_refused_row_has_its_answer() {
    let tokens = tokens();
    let form = parse("title:1=a&_asked:1=1&pick:1=theirs&title:2=b&_asked:2=1&pick:2=other&title:3=c");
    let answers: Vec<_> =
        form.rows(&tokens, "articles", &["title"]).iter().map(|row| (row.is_asked(), row.pick())).collect();
    assert_eq!(answers, [(true, Some(Pick::Theirs)), (true, None), (false, None)]);
}

#[test]
fn an_answer_that_is_no_choice_is_none() {
    let form = parse("pick:a=mine&pick:b=theirs&pick:c=other&pick:d=Mine&pick:e=&pick:f=both");
    assert_eq!(form.pick("a"), Some(Pick::Mine));
    assert_eq!(form.pick("b"), Some(Pick::Theirs));
    assert_eq!(form.pick("c"), Some(Pick::Other));
    for field in ["d", "e", "f", "g"] {
        assert_eq!(form.pick(field), None, "{field}");
    }
}

#[test]
fn a_selected_row_counts_once_and_never_at_two_versions() {
    let tokens = tokens();
    let select = |records: &[Record]| {
        let body: String = records.iter().map(|record| format!("_selected={}&", tokens.issue(record))).collect();
        parse(&body)
            .selected(&tokens, "articles")
            .map(|selected| selected.iter().map(|token| token.key::<i64>().unwrap()).collect::<Vec<_>>())
    };
    assert_eq!(select(&[article(2, 7), article(1, 7), article(2, 7)]), Ok(vec![2, 1]));
    assert_eq!(select(&[]), Ok(vec![]));
    let twice = select(&[article(1, 7), article(2, 7), article(1, 8)]).unwrap_err();
    assert!(matches!(&twice, FormError::Malformed { field, .. } if field == "_selected"), "{twice}");
    assert!(twice.to_string().contains("selects one row at two versions"));
    let foreign = select(&[article(1, 7), Record(RecordId::new("authors", 1), 7.into())]);
    assert_eq!(foreign, Err(FormError::Version(VersionError::Foreign)));
    for (body, expected) in [("_selected=", VersionError::Missing), ("_selected=1", VersionError::Malformed)] {
        assert_eq!(parse(body).selected(&tokens, "articles"), Err(FormError::Version(expected)));
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_base_belongs_to_the_version_beside_it() {
    let tokens = tokens();
    let (token, base) = (tokens.issue(&article(1, 7)), tokens.seal("Locks", &article(1, 7)).unwrap());
    let newer = tokens.issue(&article(1, 8));

    let form = parse(&format!("_version={token}&_base={base}"));
    let version = form.version(&tokens, &RecordId::new("articles", 1)).unwrap();
    assert_eq!(form.base::<String>(&tokens, &version), Ok("Locks".to_owned()));
    assert_eq!(parse("a=b").base::<String>(&tokens, &version), Err(VersionError::Missing));

    let form =
        parse(&format!("_version:1={token}&_base:1={base}&_version:2={newer}&_base:2={base}&_version:3={token}"));
    let rows = form.rows(&tokens, "articles", &[]);
    assert_eq!(rows[0].base::<String>(&tokens), Ok("Locks".to_owned()));
    assert_eq!(rows[1].base::<String>(&tokens), Err(VersionError::Foreign), "another row's version");

    let form = parse(&format!("_version:1={newer}&_base:1={base}"));
    assert_eq!(form.rows(&tokens, "articles", &[])[0].base::<String>(&tokens), Err(VersionError::Tampered));
    let form = parse(&format!("_version:1={newer}"));
    assert_eq!(form.rows(&tokens, "articles", &[])[0].base::<String>(&tokens), Err(VersionError::Missing));
}
