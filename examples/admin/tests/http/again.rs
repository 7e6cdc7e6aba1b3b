//! A page that is shown once more, because an answer is missing or cannot be stored, is the same page.

use super::support::{Page, Program, with};

/// The page without what it says is wrong, and without what was chosen.
fn without_problem(page: &Page) -> String {
    let text = match page.0.split_once("<div class=\"problem\">") {
        Some((before, after)) => format!("{before}{}", after.split_once("</div>").unwrap().1),
        None => page.0.clone(),
    };
    text.replace(" checked autocomplete", " autocomplete")
}

/// Everything at once: a field that both changed, one that only they changed, one that only I changed, and one that
/// both changed alike.
#[test]
fn a_conflict_page_is_the_same_page_again() {
    for (mine, theirs, title, status) in [
        ("one\nmine\nthree", "one\ntheirs\nthree", "theirs", "published"),
        ("ONE\n\ntwo", "one\n\nTWO", "mine", "published"),
        ("one\n\ntwo", "other", "theirs", "draft"),
        ("my body", "one\n\ntwo", "theirs", "published"),
    ] {
        let program = Program::start();
        let set = |title: &str, status: &str, body: &str| {
            let body = body.replace('\n', "' || char(10) || '");
            program.sql(&format!(
                "UPDATE articles SET title = '{title}', status = '{status}', body = '{body}' WHERE id = 1"
            ));
        };
        set("before", "draft", if mine.starts_with("ONE") { "one\n\ntwo" } else { "one\ntwo\nthree" });
        let mut ann = program.client("ann");
        let form = ann.page("/articles/1").form("edit");
        set(title, status, theirs);

        let sent = with(&with(&form, "title", "mine"), "body", mine);
        let page = ann.post("/articles/1", &sent).page_with(409);
        let fields = page.form("resolve");
        let again = ann.post("/articles/1", &fields).page_with(422);
        assert!(again.has("problem"));
        assert_eq!(without_problem(&again), without_problem(&page));
        let third = ann.post("/articles/1", &with(&again.form("resolve"), "pick:body", "maybe")).page_with(422);
        assert_eq!(without_problem(&third), without_problem(&page));
    }
}

#[test]
fn an_answer_that_cannot_be_stored_keeps_what_the_page_showed() {
    let program = Program::start();
    program.sql("UPDATE articles SET body = 'one' || char(10) || 'two' WHERE id = 1");
    let mut ann = program.client("ann");
    let sent = with(&ann.page("/articles/1").form("edit"), "body", "one\nmine");
    program.sql("UPDATE articles SET body = 'one' || char(10) || 'theirs', status = 'published' WHERE id = 1");
    let fields = ann.post("/articles/1", &sent).page_with(409).form("resolve");
    let answer = with(&with(&fields, "pick:body", "other"), "body", &"b".repeat(30_001));
    let page = ann.post("/articles/1", &answer).page_with(422);
    assert!(page.has("field-status") && page.text("field-body").contains("Both edits, line by line"));
    assert_eq!(page.form("resolve").iter().find(|(name, _)| name == "body").unwrap().1.len(), 30_001);
}

/// The third choice is what was typed there, which the newest text of the row is no part of.
#[test]
fn a_text_that_was_joined_before_is_not_called_joined_again() {
    let program = Program::start();
    program.sql("UPDATE articles SET body = 'one' || char(10) || char(10) || 'two' WHERE id = 1");
    let mut ann = program.client("ann");
    let sent = with(&ann.page("/articles/1").form("edit"), "body", "ONE\n\ntwo");
    program.sql("UPDATE articles SET body = 'one' || char(10) || char(10) || 'TWO' WHERE id = 1");
    let page = ann.post("/articles/1", &sent).page_with(409);
    assert!(page.text("field-body").contains("joined line by line"));

    let third = "char(10) || char(10) || 'three'";
    program.sql(&format!("UPDATE articles SET body = body || {third} WHERE id = 1"));
    for pick in ["mine", "other"] {
        let page = ann.post("/articles/1", &with(&page.form("resolve"), "pick:body", pick)).page_with(409);
        assert_eq!(page.form("resolve").iter().find(|(name, _)| name == "body").unwrap().1, "ONE\n\nTWO");
        assert!(!page.text("field-body").contains("joined line by line"), "{pick}: `three` is not in it");
    }
}

/// What a page was made of is no base, although the same keys seal it for the same version.
#[test]
fn what_was_compared_is_no_base() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&ann.page("/articles/1").form("edit"), "title", "mine");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
    let fields = ann.post("/articles/1", &sent).page_with(409).form("resolve");
    let compared = fields.iter().find(|(name, _)| name == "_compared").unwrap().1.clone();
    let swapped = with(&with(&fields, "_base", &compared), "pick:title", "mine");
    assert!(ann.post("/articles/1", &swapped).page_with(400).has("problem"));
    for other in ["", "nonsense", &compared[1..]] {
        assert_eq!(ann.post("/articles/1", &with(&fields, "_compared", other)).page_with(422).form("resolve").len(), {
            if other.is_empty() { fields.len() - 1 } else { fields.len() }
        });
    }
    assert_eq!(program.title(1), "theirs");
}

/// Every field is asked, and each character takes as much room as one can.
#[test]
fn the_longest_texts_of_every_field_fit_into_a_form() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let write = |character: &str, status: &str| {
        let (title, body) = (character.repeat(200), character.repeat(30_000));
        program
            .sql(&format!("UPDATE articles SET title = '{title}', status = '{status}', body = '{body}' WHERE id = 1"));
    };
    write("🌍", "archived");
    let form = ann.page("/articles/1").form("edit");
    write("🌎", "published");
    let sent = with(&with(&form, "title", &"🌏".repeat(200)), "body", &"🌏".repeat(30_000));
    let page = ann.post("/articles/1", &with(&sent, "status", "draft")).page_with(409);
    let fields = with(&with(&page.form("resolve"), "pick:title", "mine"), "pick:status", "mine");
    let again = ann.post("/articles/1", &fields).page_with(422);
    let answer = ann.post("/articles/1", &with(&again.form("resolve"), "pick:body", "mine"));
    assert_eq!(answer.status, 303, "{}", answer.status);
    assert_eq!(program.row(1).unwrap().2, "🌏".repeat(30_000));
}

/// What was typed into a row that is gone is on the page until something is saved.
#[test]
fn a_row_that_is_gone_stays_on_the_list() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "each");
    let form = with(&with(&with(&form, "title:1", "mine 1"), "title:3", "mine 3"), "status:3", "draft");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1; DELETE FROM articles WHERE id = 3");
    let page = ann.post("/articles", &form).page_with(409);
    let gone = page.text("gone-3");
    assert!(gone.contains("mine 3") && gone.contains("draft"), "{gone}");

    let form = with(&page.form("list"), "policy", "each");
    let again = ann.post("/articles", &form).page_with(422);
    assert_eq!(again.text("gone-3"), gone, "no answer was given");
    let bad = ann.post("/articles", &with(&with(&form, "_version:1", "nonsense"), "title:2", "Two")).page_with(400);
    assert_eq!(bad.text("gone-3"), gone, "a bad token");
    let action = ann.post("/articles/actions", &with(&form, "action", "publish")).page_with(422);
    assert_eq!(action.text("gone-3"), gone, "an action without a selection");
    program.sql("UPDATE articles SET title = 'once more' WHERE id = 1");
    let page = ann.post("/articles", &with(&form, "pick:1", "mine")).page_with(409);
    assert_eq!(page.text("gone-3"), gone, "a second refusal");
    assert_eq!(page.text("notice"), "0 saved, 1 not");

    let form = with(&with(&page.form("list"), "policy", "all"), "pick:1", "mine");
    assert_eq!(ann.post("/articles", &form).location(), "/articles?saved=1");
    assert_eq!((program.title(1).as_str(), program.row(3)), ("mine 1", None));
}
