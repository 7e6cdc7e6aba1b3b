//! Clients of a service that runs for one test.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "a test, and no test uses all of it")]

use std::net::SocketAddr;

use axum_articles::{database, router};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One client: a request per connection.
#[derive(Clone, Copy)]
pub(crate) struct Client(SocketAddr);

pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn tag(&self) -> Option<&str> {
        self.header("etag")
    }
}

impl Client {
    pub(crate) async fn get(self) -> Reply {
        self.send("GET /articles/1 HTTP/1.1\r\n", "").await
    }

    pub(crate) async fn put(self, id: i64, tag: Option<&str>, edit: &Value) -> Reply {
        let tag = tag.map(|tag| format!("if-match: {tag}\r\n")).unwrap_or_default();
        let head = format!("PUT /articles/{id} HTTP/1.1\r\ncontent-type: application/json\r\n{tag}");
        self.send(&head, &edit.to_string()).await
    }

    pub(crate) async fn delete(self, tag: Option<&str>) -> Reply {
        let tag = tag.map(|tag| format!("if-match: {tag}\r\n")).unwrap_or_default();
        self.send(&format!("DELETE /articles/1 HTTP/1.1\r\n{tag}"), "").await
    }

    pub(crate) async fn send(self, head: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        let length = body.len();
        let request = format!("{head}host: articles\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }
}

pub(crate) async fn serve() -> (tempfile::TempDir, Client) {
    let folder = tempfile::tempdir().unwrap();
    let pool = database::open(folder.path().join("articles.sqlite").to_str().unwrap()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client(listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(pool)).await.unwrap() });
    (folder, client)
}
