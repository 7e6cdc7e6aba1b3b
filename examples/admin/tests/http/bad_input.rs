//! Bad input is refused by name before anything is written, with a page if the client wants one.

use super::support::{Client, Program, with};

const ROUTES: [&str; 5] = ["/articles", "/articles/actions", "/articles/1", "/articles/1/take-over", "/sign-in"];

fn send(client: &Client, path: &str, accept: &str, body: &[u8]) -> super::support::Answer {
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    client.send("POST", path, &[form, ("Accept", accept)], body)
}

#[test]
fn a_malformed_form_is_refused_by_the_name_of_its_field() {
    let program = Program::start();
    let client = program.client("guest");
    for path in ROUTES {
        for (body, name) in [
            (&b"title=%zz"[..], "title"),
            (b"title=%", "title"),
            (b"title=%ff", "title"),
            (b"title=a&title=b", "title"),
            (b"_version=a&_version=b", "_version"),
        ] {
            let answer = client.post_bytes(path, body);
            assert_eq!(answer.status, 400, "{path} {}", String::from_utf8_lossy(body));
            assert_eq!(answer.headers["content-type"], "application/problem+json");
            assert!(answer.body.contains("#form-malformed") && answer.body.contains(name), "{answer:?}");

            let page = send(&client, path, "text/html,application/xhtml+xml,*/*;q=0.8", body).page_with(400);
            assert!(page.has("problem") && page.text("problem").contains(name), "{}", page.0);
        }
    }
    assert_eq!(program.version(1), 1);
}

#[test]
fn only_forms_are_read() {
    let program = Program::start();
    let client = program.client("guest");
    for path in ROUTES {
        for headers in [&[("Content-Type", "application/json")][..], &[("Content-Type", "text/plain")], &[]] {
            assert_eq!(client.send("POST", path, headers, b"{}").status, 415, "{path}");
        }
    }
    let form = ("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    assert_eq!(client.send("POST", "/sign-in", &[form], b"name=ann").status, 303);
}

#[test]
fn a_form_has_a_mebibyte() {
    let program = Program::start();
    let client = program.client("guest");
    let mut body = b"name=ann&more=".to_vec();
    body.resize(1 << 20, b'a');
    assert_eq!(client.post_bytes("/sign-in", &body).status, 303);
    body.push(b'a');
    for path in ROUTES {
        assert_eq!(client.post_bytes(path, &body).status, 413, "{path}");
    }
    body.resize(5 << 20, b'a');
    assert_eq!(client.post_bytes("/articles", &body).status, 413);
}

#[test]
fn a_form_has_a_thousand_rows() {
    let program = Program::start();
    let mut client = program.client("guest");
    let rows = |count: usize| (1..=count).map(|id| (format!("_version:{id}"), String::new())).collect::<Vec<_>>();
    assert_eq!(client.post("/articles", &rows(1_000)).status, 428);
    assert_eq!(client.post("/articles", &rows(1_001)).status, 413);
    let selected = |count: usize| vec![("_selected", "x"); count];
    assert_eq!(client.post("/articles/actions", &selected(1_000)).status, 400);
    assert_eq!(client.post("/articles/actions", &selected(1_001)).status, 413);
}

#[test]
fn a_cell_of_an_unknown_column_is_ignored() {
    let program = Program::start();
    let mut client = program.client("guest");
    let form = client.page("/articles").form("list");
    let mut sent = with(&form, "body:1", "not here");
    sent.push(("policy".to_owned(), "each".to_owned()));
    assert_eq!(client.post("/articles", &sent).location(), "/articles?saved=0");
    assert_eq!(client.post("/articles", &[("title:1", "t"), ("policy", "each")]).status, 428);
    assert_eq!(client.post("/articles", &[("title:one", "t"), ("policy", "each")]).status, 428);
    assert_eq!(program.version(1), 1);
}

#[test]
fn an_address_says_what_it_may() {
    let program = Program::start();
    let client = program.client("guest");
    for query in ["saved=one", "saved=-1", "saved=99999999999999", "saved=1&saved=2", "%zz", "deleted="] {
        let answer = client.get(&format!("/articles?{query}"));
        assert_eq!(answer.status, 200, "{query}");
        assert!(!answer.page().has("notice"), "{query}");
    }
}

/// A body that ends before it should, or that is cut into pieces by no rule.
#[test]
fn a_body_that_is_cut_off_is_malformed() {
    use std::io::{Read as _, Write as _};
    let program = Program::start();
    for path in ROUTES {
        for rest in ["Content-Length: 100\r\n\r\ntitle=mine", "Transfer-Encoding: chunked\r\n\r\nzz\r\ntitle=mine\r\n"]
        {
            let mut stream = std::net::TcpStream::connect(&program.address).unwrap();
            let head = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
            write!(stream, "POST {path} HTTP/1.1\r\nHost: {}\r\n{head}\r\n{rest}", program.address).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            // Whoever is gone gets no answer.
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{path}: {answer}");
        }
    }
    assert_eq!(program.version(1), 1);
}

/// A database that another program locks: the page comes back as it was sent, to be sent again.
#[test]
fn a_busy_database_keeps_the_page() {
    let program = Program::start();
    let mut ann = program.client("ann");
    let list = with(&with(&ann.page("/articles").form("list"), "title:1", "mine"), "policy", "all");
    let edit = with(&ann.page("/articles/1").form("edit"), "title", "mine");
    let mut other = program.database();
    use diesel::connection::SimpleConnection as _;
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let both = std::thread::scope(|scope| {
        let mut bob = ann.clone();
        let first = scope.spawn(move || bob.post("/articles", &list));
        let second = ann.post("/articles/1", &edit);
        [first.join().unwrap(), second]
    });
    other.batch_execute("ROLLBACK").unwrap();
    for answer in both {
        assert_eq!(answer.headers.get("retry-after").map(String::as_str), Some("1"), "{answer:?}");
        let page = answer.page_with(503);
        assert!(page.has("problem"));
        assert_eq!(page.value(if page.has("list") { "title-1" } else { "title" }), "mine");
    }
    assert_eq!(program.version(1), 1);
}
