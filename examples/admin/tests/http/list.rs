//! `POST /articles`: each row that can be saved, or all rows or none.

use super::support::{Page, Program, with, without};

#[track_caller]
fn radio(page: &Page, id: i64) -> bool {
    page.has(&format!("refused-{id}")) && page.has(&format!("mine-{id}")) && page.has(&format!("theirs-{id}"))
}

#[test]
fn the_list_has_what_each_row_needs() {
    let program = Program::start();
    let page = program.client("guest").page("/articles");
    for id in 1..=3 {
        for part in ["row", "select", "title", "status", "edit"] {
            assert!(page.has(&format!("{part}-{id}")), "{part}-{id}");
        }
    }
    let places =
        ["id=\"save-each\"", "id=\"save-all\"", "id=\"action\"", "id=\"run\""].map(|id| page.0.find(id).unwrap());
    assert!(places.is_sorted());
    let names: Vec<String> = page.form("list").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[..4], ["_version:1", "_base:1", "title:1", "status:1"]);
    assert_eq!(page.value("title-2"), "Versions");
    assert_eq!(page.value("status-3"), "published");
    assert!(page.has("sign-in") && page.has("sign-in-button") && !page.has("notice") && !page.has("problem"));
}

#[test]
fn edited_rows_are_saved_and_counted() {
    for policy in ["each", "all"] {
        let program = Program::start();
        let mut ann = program.client("ann");
        let form = with(&ann.page("/articles").form("list"), "policy", policy);
        let form = with(&with(&form, "title:1", "One"), "status:2", "published");
        let answer = ann.post("/articles", &form);
        assert_eq!((answer.status, answer.location()), (303, "/articles?saved=2"));
        assert_eq!(ann.page("/articles?saved=2").text("notice"), "2 saved");
        assert_eq!((program.title(1).as_str(), program.version(1)), ("One", 2));
        assert_eq!((program.row(2).unwrap().1.as_str(), program.version(2), program.version(3)), ("published", 2, 1));

        let again = ann.post("/articles", &form);
        assert_eq!((again.status, again.location()), (303, "/articles?saved=2"), "a double click counts as saved");
        assert_eq!((program.version(1), program.version(2)), (2, 2));
    }
}

#[test]
fn nothing_edited_is_nothing_saved() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "each");
    program.sql("UPDATE articles SET title = 'other' WHERE id = 1; DELETE FROM articles WHERE id = 2");
    let answer = ann.post("/articles", &form);
    assert_eq!((answer.status, answer.location()), (303, "/articles?saved=0"));
    assert_eq!(program.title(1), "other");
}

#[test]
fn each_saves_what_it_can_and_asks_for_the_rest() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "each");
    let form = with(&with(&with(&form, "title:1", "mine 1"), "title:2", "mine 2"), "title:3", "mine 3");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1; DELETE FROM articles WHERE id = 3");

    let page = ann.post("/articles", &form).page_with(409);
    assert_eq!(page.text("notice"), "1 saved, 2 not");
    assert!(radio(&page, 1) && !page.has("refused-2") && page.has("gone-3") && !page.has("row-3"));
    assert_eq!((page.value("title-1").as_str(), page.value("title-2").as_str()), ("mine 1", "mine 2"));
    assert!(page.text("refused-1").contains("theirs") && page.text("gone-3").contains("mine 3"));
    assert_eq!((program.title(1), program.title(2), program.row(3)), ("theirs".to_owned(), "mine 2".to_owned(), None));
    assert!(page.0.matches("required").count() == 2 && !page.form("list").iter().any(|(name, _)| name == "pick:1"));

    // After a second click on Save nothing was chosen, so nothing is saved, and the page stays the same.
    let form = with(&page.form("list"), "policy", "each");
    let again = ann.post("/articles", &form).page_with(422);
    assert!(again.has("problem") && radio(&again, 1));
    assert_eq!(with(&again.form("list"), "policy", "each"), form);
    assert_eq!(ann.post("/articles", &with(&form, "pick:1", "maybe")).status, 422);
    assert_eq!(ann.post("/articles", &with(&form, "pick:1", "other")).status, 422);
    assert_eq!(program.title(1), "theirs");

    let answer = ann.post("/articles", &with(&form, "pick:1", "mine"));
    assert_eq!((answer.status, answer.location()), (303, "/articles?saved=1"));
    assert_eq!(program.title(1), "mine 1");
}

#[test]
fn what_is_left_to_the_others_is_not_counted() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&with(&ann.page("/articles").form("list"), "policy", "each"), "title:1", "mine");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
    let form = with(&ann.post("/articles", &form).page_with(409).form("list"), "policy", "each");
    let answer = ann.post("/articles", &with(&with(&form, "pick:1", "theirs"), "title:2", "Two"));
    assert_eq!((answer.status, answer.location()), (303, "/articles?saved=1"));
    assert_eq!((program.title(1).as_str(), program.title(2).as_str()), ("theirs", "Two"));
}

#[test]
fn a_row_that_changed_again_is_asked_again() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&with(&ann.page("/articles").form("list"), "policy", "each"), "title:1", "mine");
    program.sql("UPDATE articles SET title = 'first' WHERE id = 1");
    let form = with(&ann.post("/articles", &form).page_with(409).form("list"), "policy", "each");
    program.sql("UPDATE articles SET title = 'second' WHERE id = 1");
    let page = ann.post("/articles", &with(&form, "pick:1", "mine")).page_with(409);
    assert!(radio(&page, 1) && page.text("refused-1").contains("second"));
    assert_eq!((page.value("title-1").as_str(), program.title(1).as_str()), ("mine", "second"));
}

/// Ann typed a title and Bob saved a status. Both edits are in the row.
#[test]
fn cells_that_were_not_edited_are_those_of_the_row() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&with(&ann.page("/articles").form("list"), "policy", "each"), "title:1", "mine");
    program.sql("UPDATE articles SET status = 'published' WHERE id = 1");
    let page = ann.post("/articles", &form).page_with(409);
    assert_eq!((page.value("title-1").as_str(), page.value("status-1").as_str()), ("mine", "published"));
    let form = with(&with(&page.form("list"), "policy", "each"), "pick:1", "mine");
    assert_eq!(ann.post("/articles", &form).location(), "/articles?saved=1");
    let (title, status, ..) = program.row(1).unwrap();
    assert_eq!((title.as_str(), status.as_str()), ("mine", "published"));
}

#[test]
fn all_saves_nothing_where_one_row_is_stale() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "all");
    let form = with(&with(&with(&form, "title:1", "mine 1"), "title:2", "mine 2"), "title:3", "mine 3");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1; DELETE FROM articles WHERE id = 3");

    let page = ann.post("/articles", &form).page_with(409);
    assert_eq!(page.text("notice"), "0 saved, 3 not");
    assert!(radio(&page, 1) && !page.has("refused-2") && page.has("gone-3"));
    assert_eq!((page.value("title-1").as_str(), page.value("title-2").as_str()), ("mine 1", "mine 2"));
    assert!(page.text("gone-3").contains("mine 3"));
    assert_eq!((program.title(1).as_str(), program.title(2).as_str(), program.version(2)), ("theirs", "Versions", 1));

    let form = with(&with(&page.form("list"), "policy", "all"), "pick:1", "mine");
    assert_eq!(ann.post("/articles", &form).location(), "/articles?saved=2");
    assert_eq!((program.title(1).as_str(), program.title(2).as_str()), ("mine 1", "mine 2"));
}

/// With all rows or none, too, a row that already is as sent counts as saved.
#[test]
fn what_is_done_already_does_not_stop_all() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "all");
    let form = with(&with(&form, "title:1", "same"), "title:2", "mine 2");
    program.sql("UPDATE articles SET title = 'same' WHERE id = 1");
    assert_eq!(ann.post("/articles", &form).location(), "/articles?saved=2");
    assert_eq!((program.version(1), program.version(2)), (2, 2));
}

#[test]
fn without_a_policy_nothing_is_saved() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "title:1", "mine");
    for policy in [None, Some("some"), Some("")] {
        let form = policy.map_or_else(|| form.clone(), |policy| with(&form, "policy", policy));
        let page = ann.post("/articles", &form).page_with(422);
        assert_eq!((page.has("problem"), page.value("title-1")), (true, "mine".to_owned()));
        assert_eq!(
            page.form("list").iter().find(|(name, _)| name == "_version:1"),
            form.iter().find(|(name, _)| name == "_version:1")
        );
    }
    assert_eq!(program.version(1), 1);
}

#[test]
fn what_cannot_stand_in_a_cell_is_not_saved() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "each");
    let form = with(&form, "title:2", "good");
    for (name, value) in [("title:1", ""), ("title:1", &"t".repeat(201)), ("status:1", "secret"), ("title:1", "a\0b")] {
        let page = ann.post("/articles", &with(&form, name, value)).page_with(422);
        assert!(page.has("problem"));
        assert_eq!(page.value("title-2"), "good");
        if name == "title:1" && !value.contains('\0') {
            assert_eq!(page.value("title-1"), *value);
        }
        assert_eq!((program.version(1), program.version(2)), (1, 1), "nothing is saved, under each too");
    }
    assert_eq!(ann.post("/articles", &with(&form, "title:1", &"ä".repeat(200))).status, 303);
}

/// A row without an edit is not checked, so another program's write there does not refuse an edit of another row.
#[test]
fn rows_that_were_not_edited_are_not_checked() {
    let program = Program::start();
    program.sql("UPDATE articles SET status = 'archived', title = '' WHERE id = 1");
    let mut ann = program.client("ann");
    let form = with(&ann.page("/articles").form("list"), "policy", "each");
    assert_eq!(ann.post("/articles", &with(&form, "title:2", "Two")).location(), "/articles?saved=1");
    let (title, status, _, version) = program.row(1).unwrap();
    assert_eq!((title.as_str(), status.as_str(), version), ("", "archived", 2));
}

#[test]
fn a_bad_token_saves_nothing_and_asks() {
    for policy in ["each", "all"] {
        let program = Program::start();
        let mut ann = program.client("ann");
        let fresh = with(&ann.page("/articles").form("list"), "policy", policy);
        let form = with(&with(&fresh, "title:1", "mine 1"), "title:2", "mine 2");
        let of = |name: &str| form.iter().find(|(other, _)| other == name).unwrap().1.clone();
        let (version, base) = (of("_version:1"), of("_base:1"));
        let changed = |text: &str| format!("{}{}", if text.starts_with('A') { 'B' } else { 'A' }, &text[1..]);
        let last = |text: &str| {
            let (head, last) = text.split_at(text.len() - 2);
            format!("{head}{}{}", if last.starts_with('A') { 'B' } else { 'A' }, &last[1..])
        };
        for (form, status) in [
            (without(&form, "_version:1"), 428),
            (with(&form, "_version:1", ""), 428),
            (without(&form, "_base:1"), 428),
            (with(&form, "_version:1", "nonsense!"), 400),
            (with(&form, "_version:1", &changed(&version)), 400),
            (with(&form, "_version:1", &last(&version)), 400),
            (with(&form, "_base:1", &last(&base)), 400),
            (with(&form, "_version:1", &of("_version:2")), 400),
            (with(&form, "_base:1", &of("_base:2")), 400),
        ] {
            let page = ann.post("/articles", &form).page_with(status);
            assert!(page.has("problem"));
            assert!(radio(&page, 1) && radio(&page, 2) && !page.has("refused-3"));
            assert_eq!((page.value("title-1").as_str(), page.value("title-2").as_str()), ("mine 1", "mine 2"));
            assert_eq!((program.version(1), program.version(2)), (1, 1));
            let answered = with(&with(&page.form("list"), "policy", policy), "pick:1", "mine");
            assert_eq!(ann.post("/articles", &answered).status, 422, "article 2 was asked for, too");
        }
        let page = ann.post("/articles", &without(&form, "_version:1")).page_with(428);
        let form = with(&with(&with(&page.form("list"), "policy", policy), "pick:1", "mine"), "pick:2", "theirs");
        assert_eq!(ann.post("/articles", &form).location(), "/articles?saved=1");
        assert_eq!((program.title(1).as_str(), program.title(2).as_str()), ("mine 1", "Versions"));
    }
}

#[test]
fn a_row_that_is_gone_is_gone_whatever_its_token() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = with(&with(&ann.page("/articles").form("list"), "policy", "each"), "title:3", "mine 3");
    program.sql("DELETE FROM articles WHERE id = 3");
    for form in [without(&form, "_version:3"), with(&form, "_version:3", "nonsense")] {
        let page = ann.post("/articles", &with(&form, "title:1", "One")).page_with(409);
        assert!(page.has("gone-3") && page.text("gone-3").contains("mine 3"));
    }
    assert_eq!(program.title(1), "One");
}
