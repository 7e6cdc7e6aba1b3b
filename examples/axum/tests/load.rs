//! 64 clients edit one article. The row has exactly what they were told. `LOAD_SECONDS=30` runs longer.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::panic, reason = "a test")]

mod client;

use std::time::{Duration, Instant};

use client::{Client, serve};
use serde_json::json;

/// How often a client was told that it saved, that it did not, and to try again.
#[derive(Debug, Default, Clone, Copy)]
struct Told {
    saved: u64,
    refused: u64,
    busy: u64,
}

async fn edit(client: Client, number: usize, end: Instant) -> Told {
    let mut told = Told::default();
    let mut tag = client.get().await.tag().unwrap().to_owned();
    let mut round = 0_u64;
    while Instant::now() < end {
        round += 1;
        let reply =
            client.put(1, Some(&tag), &json!({ "title": format!("client {number}"), "body": round.to_string() })).await;
        match reply.status {
            200 => told.saved += 1,
            412 => told.refused += 1,
            503 => {
                assert_eq!(reply.header("retry-after"), Some("1"));
                told.busy += 1;
                continue;
            }
            other => panic!("{other}: {}", reply.body),
        }
        reply.tag().unwrap().clone_into(&mut tag);
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_save_is_one_step_of_the_version() {
    let seconds = std::env::var("LOAD_SECONDS").map_or(2, |seconds| seconds.parse().unwrap());
    let (_folder, client) = serve().await;
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..64).map(|number| tokio::spawn(edit(client, number, end))).collect();
    let mut all = Told::default();
    for task in tasks {
        let told = task.await.unwrap();
        all.saved += told.saved;
        all.refused += told.refused;
        all.busy += told.busy;
    }
    println!("{all:?} in {seconds} s");
    let version: u64 = client.get().await.tag().unwrap().trim_matches('"').parse().unwrap();
    assert_eq!(version, 1 + all.saved);
    assert!(all.saved > 0 && all.refused > 0);
}
