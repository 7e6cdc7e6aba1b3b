//! A proxy before a server. It can stop passing on the bytes of one side, like a failing network.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::engine::DEFAULT_PORT;
use crate::engine::server::wire::detour;

/// The side that is held back.
#[derive(Clone, Default)]
pub struct Held {
    requests: Arc<AtomicBool>,
    replies: Arc<AtomicBool>,
}

impl Held {
    pub fn hold_requests(&self) {
        self.requests.store(true, Ordering::SeqCst);
    }

    pub fn hold_replies(&self) {
        self.replies.store(true, Ordering::SeqCst);
    }
}

/// The URL of a proxy before the server of this URL.
pub async fn before(url: &str) -> (String, Held) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (through, server) = detour(url, DEFAULT_PORT, listener.local_addr().unwrap());
    let held = Held::default();
    let Held { requests, replies } = held.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(hand_on(from_client, to_server, Arc::clone(&requests)));
            tokio::spawn(hand_on(from_server, to_client, Arc::clone(&replies)));
        }
    });
    (through, held)
}

async fn hand_on(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, is_held: Arc<AtomicBool>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        while is_held.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
