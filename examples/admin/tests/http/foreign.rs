//! Tokens that the program's own secret signed, for something else: another program may have the same secret.

use concurrency_http::{Keys, RecordId, Tokens, VersionValue, Versioned};
use serde_json::json;

use super::support::{Program, SECRET, with};

/// A record as another program knows it.
struct Other(RecordId, VersionValue);

impl Versioned for Other {
    fn record_id(&self) -> RecordId {
        self.0.clone()
    }

    fn version_value(&self) -> VersionValue {
        self.1.clone()
    }
}

fn tokens() -> Tokens {
    Tokens::new(Keys::new(SECRET.as_bytes()).unwrap())
}

fn others() -> Vec<Other> {
    let id = |table: &'static str, key: i64| RecordId::new(table, key);
    vec![
        Other(id("articles", 1), "1".into()),
        Other(id("articles", 1), VersionValue::Null),
        Other(id("articles", 1), VersionValue::Integer(i128::from(i64::MAX) + 1)),
        Other(id("articles", 2), 1.into()),
        Other(id("orders", 1), 1.into()),
        Other(RecordId::new("articles", "01"), 1.into()),
    ]
}

#[test]
fn an_edit_with_a_version_that_no_article_has_is_refused() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&ann.page("/articles/1").form("edit"), "title", "mine");
    for other in others() {
        let base = json!({ "title": "Locks", "status": "draft", "body": "" });
        let form =
            with(&with(&sent, "_version", &tokens().issue(&other)), "_base", &tokens().seal(&base, &other).unwrap());
        let page = ann.post("/articles/1", &form).page_with(400);
        assert!(page.has("problem") && page.has("conflict"), "{}", other.0);
        assert_eq!(page.value("title"), "mine");
    }
    assert_eq!(program.version(1), 1);
}

#[test]
fn a_list_with_a_version_that_no_article_has_is_refused() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&with(&ann.page("/articles").form("list"), "policy", "each"), "title:1", "mine");
    for other in others() {
        let base = json!({ "title": "Locks", "status": "draft" });
        let form = with(
            &with(&sent, "_version:1", &tokens().issue(&other)),
            "_base:1",
            &tokens().seal(&base, &other).unwrap(),
        );
        let page = ann.post("/articles", &form).page_with(400);
        assert!(page.has("problem") && page.has("refused-1"), "{}", other.0);
        assert_eq!(page.value("title-1"), "mine");
    }
    assert_eq!(program.version(1), 1);
}

#[test]
fn an_action_with_a_version_that_no_article_has_is_refused() {
    let program = Program::start();
    let mut ann = program.client("ann");
    for other in others().into_iter().filter(|other| other.0.key() != "2") {
        for action in ["publish", "delete"] {
            let form = [("action", action), ("confirm", "yes"), ("_selected", &tokens().issue(&other))];
            assert!(ann.post("/articles/actions", &form).page_with(400).has("problem"), "{}", other.0);
        }
    }
    assert_eq!(program.version(1), 1);
}

/// A base that is none of an article, although it was sealed here for this version.
#[test]
fn a_base_of_another_form_is_malformed() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let list = ann.page("/articles").form("list");
    let cells = list.iter().find(|(name, _)| name == "_base:1").unwrap().1.clone();
    let sent = with(&ann.page("/articles/1").form("edit"), "title", "mine");
    assert!(ann.post("/articles/1", &with(&sent, "_base", &cells)).page_with(400).has("conflict"));
    assert_eq!(program.version(1), 1);
}
