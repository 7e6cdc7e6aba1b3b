//! Two clients edit one article over HTTP, and neither loses what the other wrote.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::net::SocketAddr;

use axum_articles::{database, router};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One client: a request per connection.
#[derive(Clone, Copy)]
struct Client(SocketAddr);

struct Reply {
    status: u16,
    tag: Option<String>,
    body: String,
}

impl Client {
    async fn get(self) -> Reply {
        self.send("GET /articles/1 HTTP/1.1\r\n", "").await
    }

    async fn put(self, id: i64, tag: Option<&str>, edit: &Value) -> Reply {
        let tag = tag.map(|tag| format!("if-match: {tag}\r\n")).unwrap_or_default();
        let head = format!("PUT /articles/{id} HTTP/1.1\r\ncontent-type: application/json\r\n{tag}");
        self.send(&head, &edit.to_string()).await
    }

    async fn send(self, head: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        let length = body.len();
        let request = format!("{head}host: articles\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).map(str::to_owned);
        Reply { status, tag, body: body.to_owned() }
    }
}

async fn serve() -> (tempfile::TempDir, Client) {
    let folder = tempfile::tempdir().unwrap();
    let pool = database::open(folder.path().join("articles.sqlite").to_str().unwrap()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client(listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(pool)).await.unwrap() });
    (folder, client)
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_clients_is_told_what_the_first_changed() {
    let (_folder, client) = serve().await;
    let (first, second) = (client.get().await, client.get().await);
    assert_eq!((first.status, first.tag.as_deref()), (200, Some("\"1\"")));
    let article = json!({ "id": 1, "title": "Locks", "body": "None is held while somebody edits.", "version": 1 });
    assert_eq!(json_of(&first), article);

    let saved = client.put(1, first.tag.as_deref(), &json!({ "title": "No locks", "body": "text" })).await;
    assert_eq!((saved.status, saved.tag.as_deref()), (200, Some("\"2\"")));

    let refused = client.put(1, second.tag.as_deref(), &json!({ "title": "Locks?", "body": "text" })).await;
    assert_eq!((refused.status, refused.tag.as_deref()), (409, Some("\"2\"")));
    let conflict = json_of(&refused);
    assert_eq!(conflict["changed"], json!(["title"]));
    assert_eq!(conflict["current"], json!({ "id": 1, "title": "No locks", "body": "text", "version": 2 }));

    // It has seen what the other one wrote, and decides.
    let saved = client.put(1, refused.tag.as_deref(), &json!({ "title": "Locks?", "body": "text" })).await;
    assert_eq!((saved.status, json_of(&saved)["version"].as_i64()), (200, Some(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_clients_with_one_version_exactly_one_saves() {
    let (_folder, client) = serve().await;
    let tag = client.get().await.tag;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let tag = tag.clone();
            let edit = json!({ "title": format!("client {number}"), "body": "text" });
            tokio::spawn(async move { client.put(1, tag.as_deref(), &edit).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 15][..]));
    assert_eq!(client.get().await.tag.as_deref(), Some("\"2\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_without_a_version_or_of_nothing_is_refused() {
    let (_folder, client) = serve().await;
    let edit = json!({ "title": "t", "body": "b" });
    assert_eq!(client.put(1, None, &edit).await.status, 428);
    assert_eq!(client.put(1, Some("1"), &edit).await.status, 428);
    assert_eq!(client.put(2, Some("\"1\""), &edit).await.status, 404);
    assert_eq!(client.get().await.tag.as_deref(), Some("\"1\""));
}
