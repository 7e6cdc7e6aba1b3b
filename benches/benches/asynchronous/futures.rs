//! The cost of a save's boxed future: the time to make one and drop it unpolled, and what it allocates.

use std::hint::black_box;
use std::time::Instant;

use concurrency_benches::spread::Spread;
use concurrency_diesel::asynchronous::prelude::*;
use stats_alloc::Region;

use crate::ALLOCATOR;
use crate::postgres::{Amount, Server};

pub(super) async fn measure(server: &Server, amount: Amount) {
    let (mut conn, mut records) = server.table(1).await;
    let conn = &mut conn;
    let record = &mut records[0];

    let region = Region::new(ALLOCATOR);
    drop(black_box(record.save_concurrent(conn)));
    let made = region.change();
    assert_eq!((made.allocations, made.reallocations), (1, 0), "a future is one box");
    assert_eq!(made.bytes_allocated, made.bytes_deallocated, "a future leaves memory behind");

    let count = amount.of(100_000, 100);
    let nanoseconds = Spread::of((0..amount.rounds).map(|_| {
        let start = Instant::now();
        for _ in 0..count {
            drop(black_box(record.save_concurrent(conn)));
        }
        start.elapsed().as_nanos() as f64 / f64::from(count)
    }));
    assert_eq!(record.version, 1, "what is not polled saves nothing");

    let count = amount.of(200, 10);
    let microseconds = Spread::of({
        let mut times = Vec::new();
        for _ in 0..amount.rounds {
            let start = Instant::now();
            for _ in 0..count {
                record.save_concurrent(conn).await.unwrap();
            }
            times.push(start.elapsed().as_micros() as f64 / f64::from(count));
        }
        times.into_iter()
    });
    println!(
        "\n| the future of a save | boxes | bytes | made and dropped unpolled, ns | the whole save with its commit, µs |"
    );
    println!("|---|---|---|---|---|");
    println!(
        "| AsyncPgConnection | {} | {} | {nanoseconds} | {microseconds} |",
        made.allocations, made.bytes_allocated
    );
}
