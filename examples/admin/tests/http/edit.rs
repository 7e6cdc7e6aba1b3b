//! One article: its form, the conflict page, and what people type on either.

use super::support::{Client, Page, Program, with, without};

type Fields = Vec<(String, String)>;

fn form(client: &Client) -> Fields {
    client.page("/articles/1").form("edit")
}

#[track_caller]
fn field(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(other, _)| other == name).unwrap_or_else(|| panic!("no {name} in {fields:?}")).1.clone()
}

#[track_caller]
fn assert_asked(page: &Page, name: &str) {
    for part in ["mine", "theirs", "other"] {
        assert!(page.has(&format!("{part}-{name}")), "{part}-{name}");
    }
    assert!(page.has(&format!("field-{name}")));
    assert!(page.form("resolve").contains(&("_asked".to_owned(), name.to_owned())));
    assert!(
        !page.form("resolve").iter().any(|(field, _)| *field == format!("pick:{name}")),
        "nothing is chosen beforehand"
    );
}

#[test]
fn the_form_has_what_an_edit_needs() {
    let program = Program::start();
    let page = program.client("guest").page("/articles/1");
    let names: Vec<String> = page.form("edit").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["_version", "_base", "title", "status", "body"]);
    assert_eq!((page.value("title").as_str(), page.value("status").as_str()), ("Locks", "draft"));
    assert_eq!(page.value("body"), program.row(1).unwrap().2);
    assert!(page.has("save") && page.has("elsewhere") && page.has("elsewhere-button") && !page.has("editing"));
}

#[test]
fn an_edit_is_saved_and_saved_again_by_a_double_click() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&with(&form(&ann), "title", "One"), "body", "line 1\r\nline 2");
    for _ in 0..2 {
        let answer = ann.post("/articles/1", &form);
        assert_eq!((answer.status, answer.location()), (303, "/articles?saved=1"));
        let row = program.row(1).unwrap();
        assert_eq!(row, ("One".to_owned(), "draft".to_owned(), "line 1\nline 2".to_owned(), 2));
    }
}

#[test]
fn an_edit_of_nothing_writes_nothing() {
    let program = Program::start();
    let mut ann = program.client("ann");
    assert_eq!(ann.post("/articles/1", &form(&ann)).location(), "/articles?saved=1");
    assert_eq!(program.version(1), 1);
}

/// Text that another program wrote with its own line ends is not an edit of the person who sends the form back.
#[test]
fn line_ends_that_a_browser_changes_are_no_edit() {
    let program = Program::start();
    program.sql("UPDATE articles SET body = 'a' || char(13) || char(10) || 'b' || char(13), title = 'two' || char(10) || 'lines' WHERE id = 1");
    let mut ann = program.client("ann");
    let form = with(&with(&form(&ann), "body", "a\r\nb\r\n"), "title", "twolines");
    assert_eq!(ann.post("/articles/1", &form).location(), "/articles?saved=1");
    assert_eq!((program.version(1), program.row(1).unwrap().2.as_str()), (2, "a\r\nb\r"));
}

#[test]
fn a_first_line_end_is_kept() {
    let program = Program::start();
    program.sql("UPDATE articles SET body = char(10) || char(10) || 'third line' WHERE id = 1");
    let mut ann = program.client("ann");
    let page = ann.page("/articles/1");
    assert!(page.0.contains("autocomplete=\"off\">\n\n\nthird line</textarea>"), "{}", page.0);
    assert_eq!(ann.post("/articles/1", &with(&page.form("edit"), "title", "One")).status, 303);
    assert_eq!(program.row(1).unwrap().2, "\n\nthird line");
}

#[test]
fn edits_of_different_fields_are_merged() {
    let program = Program::start();
    let (mut ann, mut bob) = (program.client("ann"), program.client("bob"));
    let (first, second) = (with(&form(&ann), "title", "Ann's"), with(&form(&bob), "body", "Bob's"));
    assert_eq!(ann.post("/articles/1", &first).location(), "/articles?saved=1");
    let answer = bob.post("/articles/1", &second);
    assert_eq!((answer.status, answer.location()), (303, "/articles/1?merged=title"));
    let (title, _, body, version) = program.row(1).unwrap();
    assert_eq!((title.as_str(), body.as_str(), version), ("Ann's", "Bob's", 3));
    let notice = bob.page("/articles/1?merged=title,status").text("notice");
    assert!(notice.contains("title") && notice.contains("status") && !notice.contains("body"), "{notice}");
    assert!(!bob.page("/articles/1?merged=%3Cscript%3E").has("notice"));
}

#[test]
fn edits_of_one_field_are_asked() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&with(&form(&ann), "title", "mine"), "body", "my body");
    program.sql("UPDATE articles SET title = 'theirs', status = 'published' WHERE id = 1");

    let page = ann.post("/articles/1", &sent).page_with(409);
    assert!(page.has("conflict") && page.has("resolve") && page.has("save"));
    assert_asked(&page, "title");
    let fields = page.form("resolve");
    assert_eq!((field(&fields, "mine:title"), field(&fields, "title")), ("mine".to_owned(), "mine".to_owned()));
    assert_eq!((field(&fields, "status"), field(&fields, "body")), ("published".to_owned(), "my body".to_owned()));
    assert!(page.has("field-status") && page.has("field-body") && !page.has("mine-body") && !page.has("mine-status"));
    assert!(page.text("field-title").contains("mine") && page.text("field-title").contains("theirs"));
    assert_eq!(program.title(1), "theirs");

    let again = ann.post("/articles/1", &fields).page_with(422);
    assert!(again.has("problem") && again.has("conflict"));
    assert_eq!(again.form("resolve"), fields, "a second click on Save");
    assert_eq!(ann.post("/articles/1", &with(&fields, "pick:title", "maybe")).status, 422);

    let answer = ann.post("/articles/1", &with(&fields, "pick:title", "mine"));
    assert_eq!((answer.status, answer.location()), (303, "/articles?saved=1"));
    let (title, status, body, version) = program.row(1).unwrap();
    assert_eq!((title.as_str(), status.as_str(), body.as_str(), version), ("mine", "published", "my body", 3));
}

/// Neither person has seen the merged text, so it is proposed and not saved.
#[test]
fn edits_of_other_lines_of_the_body_are_proposed_together() {
    let program = Program::start();
    program.sql("UPDATE articles SET body = 'one' || char(10) || char(10) || 'two' WHERE id = 1");
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "body", "ONE\r\n\r\ntwo");
    program.sql("UPDATE articles SET body = 'one' || char(10) || char(10) || 'TWO' WHERE id = 1");

    let page = ann.post("/articles/1", &sent).page_with(409);
    assert_asked(&page, "body");
    let fields = page.form("resolve");
    assert_eq!(
        (field(&fields, "mine:body"), field(&fields, "body")),
        ("ONE\n\ntwo".to_owned(), "ONE\n\nTWO".to_owned())
    );
    assert!(page.text("field-body").contains("joined line by line"));
    let again = ann.post("/articles/1", &fields).page_with(422);
    assert_eq!(again.form("resolve"), fields, "it is still there");
    assert_eq!(ann.post("/articles/1", &with(&fields, "pick:body", "other")).status, 303);
    assert_eq!(program.row(1).unwrap().2, "ONE\n\nTWO");
}

#[test]
fn edits_of_the_same_lines_of_the_body_are_shown_line_by_line() {
    let program = Program::start();
    program.sql("UPDATE articles SET body = 'one' || char(10) || 'two' || char(10) || 'three' WHERE id = 1");
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "body", "one\r\nmine\r\nthree");
    program.sql("UPDATE articles SET body = 'one' || char(10) || 'theirs' || char(10) || 'three' WHERE id = 1");

    let page = ann.post("/articles/1", &sent).page_with(409);
    assert_asked(&page, "body");
    assert_eq!(field(&page.form("resolve"), "body"), "one\nmine\nthree");
    let shown = page.text("field-body");
    let (_, lines) = shown.split_once("Both edits, line by line").unwrap();
    assert_eq!(lines.split_whitespace().collect::<Vec<_>>(), ["one", "Yours:", "mine", "Theirs:", "theirs", "three"]);
}

#[test]
fn each_choice_is_what_it_says() {
    for (pick, expected) in [("mine", "mine"), ("theirs", "theirs"), ("other", "ours")] {
        let program = Program::start();
        let mut ann = program.client("ann");
        let sent = with(&form(&ann), "title", "mine");
        program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
        let fields = ann.post("/articles/1", &sent).page_with(409).form("resolve");
        let answer = ann.post("/articles/1", &with(&with(&fields, "title", "ours"), "pick:title", pick));
        assert_eq!((answer.status, answer.location()), (303, "/articles?saved=1"), "{pick}");
        assert_eq!(program.title(1), expected);
    }
}

/// Even if the person chose the others' text: the row no longer has the text that was shown.
#[test]
fn a_field_that_changed_again_is_asked_again() {
    for pick in ["mine", "theirs", "other"] {
        let program = Program::start();
        let mut ann = program.client("ann");
        let sent = with(&form(&ann), "title", "mine");
        program.sql("UPDATE articles SET title = 'first' WHERE id = 1");
        let fields = ann.post("/articles/1", &sent).page_with(409).form("resolve");
        program.sql("UPDATE articles SET title = 'second' WHERE id = 1");
        let page = ann.post("/articles/1", &with(&with(&fields, "title", "ours"), "pick:title", pick)).page_with(409);
        assert_asked(&page, "title");
        let typed = if pick == "other" { "ours" } else { "mine" };
        assert_eq!(field(&page.form("resolve"), "mine:title"), typed);
        assert_eq!(field(&page.form("resolve"), "title"), "ours", "the other text is kept");
        assert_eq!(program.title(1), "second");
    }
}

#[test]
fn another_field_that_changed_after_the_question_merges() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "title", "mine");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
    let fields = ann.post("/articles/1", &sent).page_with(409).form("resolve");
    program.sql("UPDATE articles SET body = 'later' WHERE id = 1");
    let answer = ann.post("/articles/1", &with(&fields, "pick:title", "mine"));
    assert_eq!((answer.status, answer.location()), (303, "/articles/1?merged=body"));
    let (title, _, body, _) = program.row(1).unwrap();
    assert_eq!((title.as_str(), body.as_str()), ("mine", "later"));
}

/// Back after a refusal shows the old page with its old token. Save is refused again.
#[test]
fn a_page_that_was_refused_stays_refused() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "title", "mine");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
    for _ in 0..3 {
        assert_asked(&ann.post("/articles/1", &sent).page_with(409), "title");
    }
    assert_eq!(program.title(1), "theirs");
}

#[test]
fn an_article_that_was_deleted_leaves_what_was_typed() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let untouched = form(&ann);
    let sent = with(&with(&untouched, "title", "mine"), "body", "my <body>");
    program.sql("DELETE FROM articles WHERE id = 1");
    let bad = with(&sent, "_version", "nonsense");
    for sent in [&sent, &without(&sent, "_version"), &bad] {
        let page = ann.post("/articles/1", sent).page_with(409);
        assert!(page.has("deleted") && page.0.matches(" readonly").count() == 3);
        assert_eq!((page.value("title").as_str(), page.value("body").as_str()), ("mine", "my <body>"));
    }
    assert!(ann.post("/articles/1", &untouched).page_with(409).has("deleted"), "also where nothing was typed");
    assert_eq!(ann.get("/articles/1").status, 404);
    assert_eq!(ann.post("/articles/99", &sent).status, 404, "it never was there");
}

#[test]
fn a_bad_token_shows_the_conflict_page() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "title", "mine");
    let other = ann.page("/articles/2").form("edit");
    for (sent, status) in [
        (without(&sent, "_version"), 428),
        (with(&sent, "_version", ""), 428),
        (without(&sent, "_base"), 428),
        (with(&sent, "_version", "nonsense"), 400),
        (with(&sent, "_base", "nonsense"), 400),
        (with(&sent, "_version", &field(&other, "_version")), 400),
        (with(&sent, "_base", &field(&other, "_base")), 400),
    ] {
        let page = ann.post("/articles/1", &sent).page_with(status);
        assert!(page.has("problem") && page.has("conflict"));
        assert_asked(&page, "title");
        assert!(!page.has("mine-body") && !page.has("mine-status"));
        assert_eq!(program.version(1), 1);
    }
    let page = ann.post("/articles/1", &without(&sent, "_version")).page_with(428);
    assert_eq!(
        ann.post("/articles/1", &with(&page.form("resolve"), "pick:title", "mine")).location(),
        "/articles?saved=1"
    );
    assert_eq!(program.title(1), "mine");
}

/// One changed character anywhere in the token or the base.
#[test]
fn no_changed_character_goes_unnoticed() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "title", "mine");
    for name in ["_version", "_base"] {
        let text = field(&sent, name);
        for at in (0..text.len()).step_by(if name == "_base" { 11 } else { 3 }) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let status = ann.post("/articles/1", &with(&sent, name, std::str::from_utf8(&bytes).unwrap())).status;
            assert_eq!(status, 400, "{name} at {at}");
        }
    }
    assert_eq!(program.version(1), 1);
}

#[test]
fn a_token_of_another_secret_is_refused() {
    let program = Program::start();
    let other = super::support::Start::new().with("ADMIN_SECRET", "another secret, thirty-two bytes or more").run();
    let sent = with(&form(&other.client("ann")), "title", "mine");
    assert!(program.client("ann").post("/articles/1", &sent).page_with(400).has("problem"));
}

#[test]
fn what_cannot_stand_in_a_field_is_not_saved() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "body", "typed");
    for (name, value) in [
        ("title", ""),
        ("title", &"t".repeat(201)),
        ("status", "secret"),
        ("body", &"b".repeat(30_001)),
        ("body", "a\0b"),
    ] {
        let page = ann.post("/articles/1", &with(&sent, name, value)).page_with(422);
        assert!(page.has("problem") && page.has("edit"));
        let form = page.form("edit");
        assert_eq!(
            (field(&form, "_version"), field(&form, "_base")),
            (field(&sent, "_version"), field(&sent, "_base"))
        );
        if !value.contains('\0') && name != "status" {
            assert_eq!(field(&form, name), *value);
        }
    }
    assert_eq!(program.version(1), 1);
    let longest = with(&with(&sent, "title", &"ä".repeat(200)), "body", &"😀".repeat(30_000));
    assert_eq!(ann.post("/articles/1", &longest).status, 303);
    assert_eq!(program.row(1).unwrap().2.chars().count(), 30_000);
}

/// The longest texts on both sides, with everything that a conflict page sends back.
#[test]
fn the_longest_conflict_fits_into_a_form() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "body", &"😀".repeat(30_000));
    program.sql("UPDATE articles SET body = (SELECT group_concat(char(128512), '') FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 29999) SELECT i FROM n)) WHERE id = 1");
    let page = ann.post("/articles/1", &sent).page_with(409);
    let answer = ann.post("/articles/1", &with(&page.form("resolve"), "pick:body", "mine"));
    assert_eq!(answer.status, 303, "{}", answer.status);
    assert_eq!(program.row(1).unwrap().2.chars().count(), 30_000);
}

#[test]
fn what_cannot_stand_in_the_answer_keeps_the_page() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "title", "mine");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
    let fields = ann.post("/articles/1", &sent).page_with(409).form("resolve");
    let answer = with(&with(&fields, "pick:title", "other"), "title", "");
    let page = ann.post("/articles/1", &answer).page_with(422);
    assert!(page.has("problem"));
    let again = page.form("resolve");
    assert_eq!(
        (field(&again, "pick:title"), field(&again, "title"), field(&again, "mine:title")),
        ("other".to_owned(), String::new(), "mine".to_owned())
    );
    assert_eq!(field(&again, "_version"), field(&fields, "_version"));
}

#[test]
fn the_button_writes_as_another_program() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let sent = with(&form(&ann), "title", "mine");
    let answer = ann.post::<&str, &str>("/articles/1/elsewhere", &[]);
    assert_eq!((answer.status, answer.location()), (303, "/articles/1"));
    assert_eq!((program.title(1).as_str(), program.version(1)), ("Locks (elsewhere)", 2));
    assert_asked(&ann.post("/articles/1", &sent).page_with(409), "title");
}

/// A page shows any text as it is, and none of it is markup.
#[test]
fn texts_are_texts() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let text = "\"><script>alert(1)</script>&amp;</textarea>";
    let sent = with(&with(&form(&ann), "title", text), "body", text);
    assert_eq!(ann.post("/articles/1", &sent).status, 303);
    let page = ann.page("/articles/1");
    assert_eq!((page.value("title").as_str(), page.value("body").as_str()), (text, text));
    for path in ["/articles", "/articles/1"] {
        assert!(!ann.page(path).0.contains("<script>alert"));
    }
    let sent = with(&form(&ann), "title", "mine");
    program.sql("UPDATE articles SET title = '<script>alert(2)</script>' WHERE id = 1");
    assert!(!ann.post("/articles/1", &sent).page_with(409).0.contains("<script>alert"));
}
