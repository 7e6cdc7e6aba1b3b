//! How the program starts, and what every page has.

use super::support::{Program, Start, encoded};

#[test]
fn an_empty_database_is_filled() {
    let program = Program::start();
    let rows: Vec<_> =
        (1..=4).map(|id| program.row(id).map(|(title, status, _, version)| (title, status, version))).collect();
    let row = |title: &str, status: &str| Some((title.to_owned(), status.to_owned(), 1));
    assert_eq!(rows, [row("Locks", "draft"), row("Versions", "draft"), row("Triggers", "published"), None]);
}

#[test]
fn a_secret_has_thirty_two_bytes() {
    for secret in ["", "0123456789012345678901234567890"] {
        let (status, out, said) = Start::new().with("ADMIN_SECRET", secret).fail();
        assert!(!status.success() && out.is_empty(), "{out}");
        assert!(said.contains("ADMIN_SECRET") && said.contains("32"), "{said}");
    }
    let program = Start::new().with("ADMIN_SECRET", "01234567890123456789012345678901").run();
    assert_eq!(program.client("guest").get("/articles").status, 200);
}

#[test]
fn without_a_secret_it_takes_one_and_says_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (status, _, said) = Start::new().without("ADMIN_SECRET").with("ADMIN_ADDRESS", &address).fail();
    assert!(!status.success());
    assert!(said.starts_with("ADMIN_SECRET is not set") && said.contains("ADMIN_ADDRESS"), "{said}");
}

#[test]
fn a_lock_lasts_a_number_of_seconds() {
    let (status, _, said) = Start::new().with("ADMIN_LOCK_SECONDS", "soon").fail();
    assert!(!status.success() && said.contains("ADMIN_LOCK_SECONDS is `soon`"), "{said}");
}

/// What is not set: the file beside the program, port 3000 of this machine, a lock of 150 seconds.
#[test]
fn without_an_environment_it_starts_where_it_says() {
    let program = Start::new().without("ADMIN_DATABASE").run();
    assert_eq!(program.title(1), "Locks", "in admin.sqlite of the folder in which it was started");
    program.client("ann").page("/articles/1");
    use diesel::prelude::*;
    let lasts = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT until_ms - since_ms FROM concurrency_edit_locks");
    assert_eq!(lasts.get_result::<i64>(&mut program.database()), Ok(150_000));

    let _taken = std::net::TcpListener::bind("127.0.0.1:3000"); // or another program has it
    let (status, out, said) = Start::new().without("ADMIN_ADDRESS").fail();
    assert!(!status.success() && out.is_empty());
    assert!(said.contains("ADMIN_ADDRESS 127.0.0.1:3000"), "{said}");
}

/// A notice is read out when there is time for it, a problem at once.
#[test]
fn what_a_page_says_is_announced() {
    let program = Program::start();
    let mut client = program.client("guest");
    assert!(client.page("/articles?saved=1").0.contains("<p id=\"notice\" role=\"status\">1 saved</p>"));
    let page = client.post("/sign-in", &[("name", "")]).page_with(422);
    assert!(page.0.contains("<p id=\"problem\" role=\"alert\">"));
    program.client("ann").page("/articles/1");
    assert!(
        client
            .page("/articles/1")
            .0
            .contains("<p id=\"editing\" role=\"alert\">ann is editing this, for 0 minutes</p>")
    );
}

/// A form with a token is not filled in by the browser.
#[test]
fn no_form_with_a_token_is_completed_by_the_browser() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let list = ann.page("/articles");
    let edit = ann.page("/articles/1");
    program.sql("UPDATE articles SET title = 'theirs' WHERE id = 1");
    let conflict = ann.post("/articles/1", &super::support::with(&edit.form("edit"), "title", "mine")).page_with(409);
    let selected = ("_selected".to_owned(), list.value("select-2"));
    let confirm = ann.post("/articles/actions", &[("action".to_owned(), "delete".to_owned()), selected]).page_with(200);
    for (page, form) in [(list, "list"), (edit, "edit"), (conflict, "resolve"), (confirm, "confirm")] {
        let tag = page.0.split_once(&format!("<form id=\"{form}\"")).unwrap().1.split_once('>').unwrap().0;
        assert!(tag.contains("autocomplete=\"off\""), "{form}");
    }
}

#[test]
fn the_root_leads_to_the_list() {
    let program = Program::start();
    let answer = program.client("guest").get("/");
    assert_eq!((answer.status, answer.location()), (303, "/articles"));
}

#[test]
fn a_name_is_kept_in_a_cookie() {
    let program = Program::start();
    let mut client = program.client("guest");
    assert!(client.page("/articles").0.contains("You are guest"));
    let answer = client.post("/sign-in", &[("name", "Ann1")]);
    assert_eq!((answer.status, answer.location()), (303, "/articles"));
    assert_eq!(answer.headers["set-cookie"], "editor=Ann1; Path=/; HttpOnly; SameSite=Lax");
    assert!(client.page("/articles").0.contains("You are Ann1"));
    assert_eq!(client.post("/sign-in", &[("name", "a".repeat(20))]).status, 303);
}

#[test]
fn a_name_is_letters_and_digits() {
    let program = Program::start();
    let mut client = program.client("guest");
    for name in ["", "a b", "ä", "a;b", &"a".repeat(21), "<b>"] {
        let page = client.post("/sign-in", &[("name", name)]).page_with(422);
        assert!(page.has("problem") && page.has("list"));
        assert_eq!(page.value("name"), *name);
    }
    assert!(client.post::<&str, &str>("/sign-in", &[]).page_with(422).has("problem"));
}

#[test]
fn another_site_cannot_send_forms_here() {
    let program = Program::start();
    let client = program.client("guest");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let (body, host) = (encoded(&[("name", "eve")]), format!("http://{}", program.address));
    for (name, value, status) in [
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Origin", &host, 303),
        ("Sec-Fetch-Site", "same-origin", 303),
    ] {
        let answer = client.send("POST", "/sign-in", &[form, (name, value)], body.as_bytes());
        assert_eq!(answer.status, status, "{name}: {value}");
    }
    assert_eq!(client.send("POST", "/articles/1/elsewhere", &[("Origin", "https://evil.example")], b"").status, 403);
    assert_eq!(program.version(1), 1);
}

#[test]
fn what_is_not_there_is_not_found() {
    let program = Program::start();
    let mut client = program.client("guest");
    for path in [
        "/nothing",
        "/articles/9",
        "/articles/01",
        "/articles/+1",
        "/articles/1x",
        "/articles/-1",
        "/articles/%31x",
        "/articles/%ff",
    ] {
        assert_eq!(
            client.get(path).page_with(404).text("problem"),
            "There is no such page, or no such article any more."
        );
    }
    for path in ["9", "01", "+1", "one", "99999999999999999999", "%ff", "%00"] {
        for action in ["", "/lock", "/unlock", "/take-over", "/elsewhere"] {
            let answer = client.post(&format!("/articles/{path}{action}"), &[("turn", "1")]);
            assert_eq!(answer.status, 404, "{path}{action}");
        }
    }
}
