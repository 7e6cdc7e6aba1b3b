//! Two clients edit one article over HTTP, and neither loses what the other wrote.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod client;

use client::{Reply, serve};
use serde_json::{Value, json};

fn json_of(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap()
}

/// The fragment of the address of the problem's type.
fn problem_of(reply: &Reply) -> String {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    json_of(reply)["type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_clients_is_told_what_the_first_changed() {
    let (_folder, client) = serve().await;
    let (first, second) = (client.get().await, client.get().await);
    assert_eq!((first.status, first.tag()), (200, Some("\"1\"")));
    let article = json!({ "id": 1, "title": "Locks", "body": "None is held while somebody edits.", "version": 1 });
    assert_eq!(json_of(&first), article);

    let edit = json!({ "title": "No locks", "body": "None is held while somebody edits." });
    let saved = client.put(1, first.tag(), &edit).await;
    assert_eq!((saved.status, saved.tag()), (200, Some("\"2\"")));

    // The second client edits only the body.
    let edit = json!({ "title": "Locks", "body": "text" });
    let refused = client.put(1, second.tag(), &edit).await;
    assert_eq!((refused.status, refused.tag(), problem_of(&refused).as_str()), (412, Some("\"2\""), "record-modified"));
    let problem = json_of(&refused);
    assert_eq!((&problem["expected"], &problem["found"]), (&json!("1"), &json!("2")));
    assert_eq!(problem["fields"], json!(["title", "body"]), "where the row differs from what was sent");
    assert_eq!(problem["changed"], json!(["title"]), "not one's own edit");
    let current = json!({ "id": 1, "title": "No locks", "body": "None is held while somebody edits.", "version": 2 });
    assert_eq!(problem["current"], current);
    assert_eq!(json_of(&client.get().await), current, "nothing was written");

    // It has seen the other client's text, and decides.
    let saved = client.put(1, refused.tag(), &json!({ "title": "Locks?", "body": "text" })).await;
    assert_eq!((saved.status, json_of(&saved)["version"].as_i64()), (200, Some(3)));
}

/// A request that is sent again because its response was lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_save_is_refused_and_told_by_no_field() {
    let (_folder, client) = serve().await;
    let tag = client.get().await.tag().unwrap().to_owned();
    let edit = json!({ "title": "mine", "body": "mine" });
    assert_eq!(client.put(1, Some(&tag), &edit).await.status, 200);
    let again = client.put(1, Some(&tag), &edit).await;
    assert_eq!((again.status, json_of(&again)["fields"].clone()), (412, json!([])));
    assert_eq!(json_of(&again)["changed"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_clients_with_one_version_exactly_one_saves() {
    let (_folder, client) = serve().await;
    let tag = client.get().await.tag().unwrap().to_owned();
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let tag = tag.clone();
            let edit = json!({ "title": format!("client {number}"), "body": "text" });
            tokio::spawn(async move { client.put(1, Some(&tag), &edit).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[412; 15][..]));
    assert_eq!(client.get().await.tag(), Some("\"2\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_without_a_version_or_of_nothing_is_refused() {
    let (_folder, client) = serve().await;
    let edit = json!({ "title": "t", "body": "b" });
    for tag in [None, Some("*")] {
        for reply in [client.put(1, tag, &edit).await, client.delete(tag).await] {
            assert_eq!((reply.status, problem_of(&reply).as_str()), (428, "precondition-required"));
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            assert!(json_of(&reply)["detail"].as_str().unwrap().contains("If-Match"));
        }
    }
    for tag in ["1", "\"1", "", "*, \"1\""] {
        let reply = client.put(1, Some(tag), &edit).await;
        assert_eq!((reply.status, problem_of(&reply).as_str()), (400, "precondition-malformed"), "{tag}");
    }
    for tag in ["W/\"1\"", "\"a\"", "\"!1\"", "\"2\", \"3\""] {
        let reply = client.put(1, Some(tag), &edit).await;
        assert_eq!((reply.status, reply.tag()), (412, Some("\"1\"")), "{tag}");
    }
    for (id, tag) in [(2, "\"1\""), (2, "\"1\", \"2\"")] {
        let reply = client.put(id, Some(tag), &edit).await;
        assert_eq!((reply.status, problem_of(&reply).as_str()), (404, "record-deleted"));
    }
    let reply = client.put(1, Some("\"1\""), &json!({ "title": "\0", "body": "b" })).await;
    assert_eq!((reply.status, problem_of(&reply).as_str()), (422, "form-unstorable"));
    assert_eq!(client.get().await.tag(), Some("\"1\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_versions_is_enough() {
    let (_folder, client) = serve().await;
    let edit = json!({ "title": "t", "body": "b" });
    assert_eq!(client.put(1, Some("\"7\", W/\"2\", \"1\""), &edit).await.tag(), Some("\"2\""));
    let head = "PUT /articles/1 HTTP/1.1\r\ncontent-type: application/json\r\nif-match: \"1\"\r\nif-match: \"2\"\r\n";
    assert_eq!(client.send(head, &edit.to_string()).await.tag(), Some("\"3\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_the_version_gets_no_body() {
    let (_folder, client) = serve().await;
    let get = async |tag: &str| client.send(&format!("GET /articles/1 HTTP/1.1\r\nif-none-match: {tag}\r\n"), "").await;
    for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let reply = get(tag).await;
        assert_eq!((reply.status, reply.tag(), reply.body.as_str()), (304, Some("\"1\""), ""), "{tag}");
    }
    for tag in ["\"2\"", "1", "\"1"] {
        let reply = get(tag).await;
        assert_eq!((reply.status, reply.tag()), (200, Some("\"1\"")), "{tag}");
        assert_eq!(reply.header("cache-control"), Some("private, no-cache"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_meets_the_version_that_was_seen() {
    let (_folder, client) = serve().await;
    client.put(1, Some("\"1\""), &json!({ "title": "t", "body": "b" })).await;
    let stale = client.delete(Some("\"1\"")).await;
    assert_eq!((stale.status, stale.tag(), problem_of(&stale).as_str()), (412, Some("\"2\""), "record-modified"));
    let deleted = client.delete(Some("\"2\"")).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    for reply in [client.delete(Some("\"2\"")).await, client.get().await] {
        assert_eq!((reply.status, problem_of(&reply).as_str()), (404, "record-deleted"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_has_one_address() {
    let (_folder, client) = serve().await;
    for id in ["x", "01", "+1", "1.0", "99999999999999999999", "%00", "%ff"] {
        for head in ["GET", "DELETE", "PUT"] {
            let head =
                format!("{head} /articles/{id} HTTP/1.1\r\nif-match: \"1\"\r\ncontent-type: application/json\r\n");
            let reply = client.send(&head, r#"{"title":"t","body":"b"}"#).await;
            assert_eq!((reply.status, problem_of(&reply).as_str()), (404, "record-deleted"), "{head}");
        }
    }
}
