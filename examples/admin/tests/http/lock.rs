//! Who is editing an article.

use super::support::{Answer, Client, Program, Start};

fn post(client: &mut Client, action: &str) -> Answer {
    client.post::<&str, &str>(&format!("/articles/1/{action}"), &[])
}

#[track_caller]
fn beat(answer: &Answer) -> (u16, serde_json::Value) {
    assert_eq!(answer.headers.get("content-type").map(String::as_str), Some("application/json"), "{answer:?}");
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

#[test]
fn whoever_opens_an_article_has_its_lock() {
    let program = Program::start();
    let (mut ann, mut bob) = (program.client("ann"), program.client("bob"));
    assert!(!ann.page("/articles/1").has("editing"));
    assert!(!ann.page("/articles/1").has("editing"), "two windows of one person hold one lock");
    let page = bob.page("/articles/1");
    assert_eq!(page.text("editing"), "ann is editing this, for 0 minutes");
    assert!(page.has("take-over") && page.has("take-over-button"));

    let (status, said) = beat(&post(&mut ann, "lock"));
    assert_eq!((status, &said["mine"], &said["holder"]), (200, &true.into(), &"ann".into()));
    let (status, said) = beat(&post(&mut bob, "lock"));
    assert_eq!((status, &said["mine"], &said["holder"], &said["turn"]), (409, &false.into(), &"ann".into(), &1.into()));
    assert!(said["since_seconds"].is_u64());

    program.sql("UPDATE concurrency_edit_locks SET since_ms = since_ms - 185000");
    assert_eq!(bob.page("/articles/1").text("editing"), "ann is editing this, for 3 minutes");
}

#[test]
fn a_lock_is_given_back_by_its_holder_alone() {
    let program = Program::start();
    let (mut ann, mut bob) = (program.client("ann"), program.client("bob"));
    ann.page("/articles/1");
    assert_eq!(post(&mut bob, "unlock").status, 204);
    assert!(bob.page("/articles/1").has("editing"));
    assert_eq!(post(&mut ann, "unlock").status, 204);
    assert_eq!(post(&mut ann, "unlock").status, 204);
    assert!(!bob.page("/articles/1").has("editing"));
}

#[test]
fn a_save_gives_the_lock_back() {
    let program = Program::start();
    let (mut ann, bob) = (program.client("ann"), program.client("bob"));
    let form = ann.page("/articles/1").form("edit");
    assert_eq!(ann.post("/articles/1", &form).location(), "/articles?saved=1");
    assert!(!bob.page("/articles/1").has("editing"));
}

#[test]
fn a_lock_runs_out() {
    let program = Start::new().with("ADMIN_LOCK_SECONDS", "1").run();
    let (mut ann, bob) = (program.client("ann"), program.client("bob"));
    ann.page("/articles/1");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    assert!(!bob.page("/articles/1").has("editing"));
    assert_eq!(beat(&post(&mut ann, "lock")).0, 409);
}

#[test]
fn of_two_who_take_over_the_second_is_shown_the_first() {
    let program = Program::start();
    let (mut ann, mut bob, mut cid) = (program.client("ann"), program.client("bob"), program.client("cid"));
    ann.page("/articles/1");
    let (first, second) = (bob.page("/articles/1").form("take-over"), cid.page("/articles/1").form("take-over"));
    assert_eq!(first, [("turn".to_owned(), "1".to_owned())]);
    let answer = bob.post("/articles/1/take-over", &first);
    assert_eq!((answer.status, answer.location()), (303, "/articles/1"));
    assert_eq!(cid.post("/articles/1/take-over", &second).status, 303);
    assert!(!bob.page("/articles/1").has("editing"));
    assert!(cid.page("/articles/1").text("editing").starts_with("bob is editing this"));
    let (status, said) = beat(&post(&mut ann, "lock"));
    assert_eq!((status, &said["holder"], &said["turn"]), (409, &"bob".into(), &2.into()), "who was taken over is told");
}

/// The lock is advisory: a person without it may save, and the version decides.
#[test]
fn a_save_asks_no_lock() {
    let program = Program::start();
    let (ann, mut bob) = (program.client("ann"), program.client("bob"));
    ann.page("/articles/1");
    let form = super::support::with(&bob.page("/articles/1").form("edit"), "title", "Bob's");
    assert_eq!(bob.post("/articles/1", &form).location(), "/articles?saved=1");
    assert_eq!(program.title(1), "Bob's");
    assert!(bob.page("/articles/1").has("editing"), "and Ann still has her lock");
}

#[test]
fn without_the_table_the_pages_open() {
    let program = Program::start();
    let (mut ann, bob) = (program.client("ann"), program.client("bob"));
    ann.page("/articles/1");
    program.sql("DROP TABLE concurrency_edit_locks");
    assert!(!bob.page("/articles/1").has("editing"));
    let form = super::support::with(&ann.page("/articles/1").form("edit"), "title", "mine");
    assert_eq!(ann.post("/articles/1", &form).status, 303);
    assert_eq!(ann.post("/articles/1/take-over", &[("turn", "1")]).status, 303);
    assert_eq!(post(&mut ann, "lock").status, 500);
}

#[test]
fn a_turn_is_an_integer() {
    let program = Program::start();
    let mut ann = program.client("ann");
    for fields in
        [vec![], vec![("turn", "")], vec![("turn", "one")], vec![("turn", "1.0")], vec![("turn", "1"), ("turn", "1")]]
    {
        let answer = ann.post("/articles/1/take-over", &fields);
        assert_eq!(answer.status, 400, "{fields:?}");
        assert!(answer.body.contains("form-malformed") && answer.body.contains("turn"), "{answer:?}");
    }
}
