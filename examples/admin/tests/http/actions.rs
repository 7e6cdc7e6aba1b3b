//! `POST /articles/actions`: all selected articles, or none.

use super::support::{Client, Program, with};

type Fields = Vec<(String, String)>;

/// The list with these articles selected.
fn selected(client: &Client, ids: &[i64], action: &str) -> Fields {
    let page = client.page("/articles");
    let mut form = with(&page.form("list"), "action", action);
    form.extend(ids.iter().map(|id| ("_selected".to_owned(), page.value(&format!("select-{id}")))));
    form
}

#[test]
fn the_selected_articles_are_published() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = selected(&ann, &[1, 2], "publish");
    for _ in 0..2 {
        let answer = ann.post("/articles/actions", &form);
        assert_eq!((answer.status, answer.location()), (303, "/articles?saved=2"), "a second click is done already");
        assert_eq!((program.version(1), program.version(2), program.version(3)), (2, 2, 1));
    }
    assert_eq!(program.row(1).unwrap().1, "published");
    assert_eq!(ann.post("/articles/actions", &selected(&ann, &[1], "unpublish")).location(), "/articles?saved=1");
    assert_eq!(program.row(1).unwrap().1, "draft");
}

/// The body is not part of the action, and was not loaded.
#[test]
fn an_action_writes_nothing_but_the_status() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let before = program.row(1).unwrap();
    let form = with(&selected(&ann, &[1], "publish"), "title:1", "typed and not saved");
    assert_eq!(ann.post("/articles/actions", &form).status, 303);
    assert_eq!(program.row(1).unwrap(), (before.0, "published".to_owned(), before.2, 2));
}

#[test]
fn one_stale_row_stops_them_all() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = selected(&ann, &[1, 2, 3], "unpublish");
    program.sql("UPDATE articles SET status = 'published' WHERE id = 1; DELETE FROM articles WHERE id = 2");
    let page = ann.post("/articles/actions", &form).page_with(409);
    assert_eq!(page.text("notice"), "nothing was done: 2 of 3 changed");
    assert!(page.has("stale-1") && page.has("gone-2") && !page.has("stale-3") && !page.has("row-2"));
    assert!(!page.0.contains(" checked") && page.value("status-1") == "published");
    assert_eq!((program.version(1), program.version(3)), (2, 1));
}

#[test]
fn a_delete_is_confirmed_first() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let page = ann.post("/articles/actions", &selected(&ann, &[1, 3], "delete")).page_with(200);
    assert!(page.has("confirm-delete") && page.0.contains("Locks") && page.0.contains("Triggers"));
    assert!(program.row(1).is_some());
    let form = with(&page.form("confirm"), "confirm", "yes");
    assert_eq!(form.iter().filter(|(name, _)| name == "_selected").count(), 2);
    for _ in 0..2 {
        let answer = ann.post("/articles/actions", &form);
        assert_eq!((answer.status, answer.location()), (303, "/articles?deleted=2"), "what is gone is deleted");
    }
    assert_eq!(ann.page("/articles?deleted=2").text("notice"), "2 deleted");
    assert_eq!((program.row(1), program.row(3)), (None, None));
    assert!(program.row(2).is_some());
}

#[test]
fn a_save_between_the_page_and_its_confirmation_is_not_deleted() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let page = ann.post("/articles/actions", &selected(&ann, &[1, 2], "delete")).page_with(200);
    program.sql("UPDATE articles SET title = 'saved' WHERE id = 2");
    let form = with(&page.form("confirm"), "confirm", "yes");
    let page = ann.post("/articles/actions", &form).page_with(409);
    assert_eq!(page.text("notice"), "nothing was done: 1 of 2 changed");
    assert!(page.has("stale-2") && !page.has("stale-1"));
    assert_eq!((program.title(1).as_str(), program.title(2).as_str()), ("Locks", "saved"));
}

#[test]
fn a_stale_row_is_told_before_the_confirmation() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = selected(&ann, &[1], "delete");
    program.sql("UPDATE articles SET title = 'saved' WHERE id = 1");
    let page = ann.post("/articles/actions", &form).page_with(409);
    assert!(page.has("stale-1") && !page.has("confirm"));
}

#[test]
fn what_is_not_asked_properly_is_not_done() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let none = selected(&ann, &[], "delete");
    let unknown = selected(&ann, &[1], "burn");
    let no_action: Fields = selected(&ann, &[1], "x").into_iter().filter(|(name, _)| name != "action").collect();
    for form in [none, unknown, no_action] {
        let page = ann.post("/articles/actions", &with(&form, "title:2", "typed")).page_with(422);
        assert!(page.has("problem") && page.has("list"));
        assert_eq!(page.value("title-2"), "typed");
    }
}

#[test]
fn a_bad_token_does_nothing() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let form = selected(&ann, &[1], "publish");
    for (token, status) in [("", 428), ("nonsense", 400), ("!", 400), (&form[0].1.replace('A', "B"), 400)] {
        let mut form = form.clone();
        form.push(("_selected".to_owned(), token.to_owned()));
        let page = ann.post("/articles/actions", &form).page_with(status);
        assert!(page.has("problem") && page.has("list"));
        assert_eq!(program.version(1), 1);
    }
}

#[test]
fn a_row_that_is_selected_twice_counts_once() {
    let program = Program::start();
    let mut ann = program.client("ann");
    assert_eq!(ann.post("/articles/actions", &selected(&ann, &[1, 1], "publish")).location(), "/articles?saved=1");
    let old = selected(&ann, &[1], "unpublish");
    program.sql("UPDATE articles SET title = 'later' WHERE id = 1");
    let mut both = old.clone();
    both.extend(selected(&ann, &[1], "unpublish").into_iter().filter(|(name, _)| name == "_selected"));
    let answer = ann.post("/articles/actions", &both);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("form-malformed") && answer.body.contains("_selected"), "{answer:?}");
    assert_eq!(program.version(1), 3);
}
