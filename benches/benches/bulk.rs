//! `cargo bench -p concurrency-benches --bench bulk`: by which factor `save_all_concurrent` is faster than a loop of
//! hand-written Diesel updates in one transaction, and how its time grows with the batch.
//!
//! As in `ratios`, the output is the median of the ratios *within* a round, and each round is verified row by row. The
//! records are in the order of the key, also for the loop.
//!
//! `-- PostgreSQL` measures only the engines with that in their name. `BENCH_ROUNDS=50` measures more rounds.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

use std::time::Duration;

use concurrency_benches::arguments::Arguments;
use concurrency_benches::contender::{BY_HAND, Contender, IN_BULK};
use concurrency_benches::engines::{ENGINES, Engine};
use concurrency_benches::spread::Spread;

/// The batch of the comparison, and one that is a hundred times as large.
const BATCH: i64 = 1_000;
const LARGE_BATCH: i64 = 100_000;

fn main() {
    let arguments = Arguments::read();
    let (batch, large, rounds) = if arguments.is_measured { (BATCH, LARGE_BATCH, rounds()) } else { (10, 100, 1) };
    println!(
        "| median of {rounds} rounds (quartiles) | {BY_HAND} / {IN_BULK}, {batch} records | a record | \
         a record of {large} / a record of {batch} |"
    );
    println!("|---|---|---|---|");
    for engine in ENGINES.iter().filter(|engine| arguments.select(engine.name)) {
        println!("{}", line(engine, batch, large, rounds));
    }
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").map_or(21, |rounds| rounds.parse().unwrap())
}

/// The engine's line of the table.
fn line(engine: &Engine, batch: i64, large: i64, rounds: usize) -> String {
    let (mut by_hand, mut in_bulk) = match (engine.open)(batch) {
        Ok(contenders) => named(contenders),
        Err(absent) => return format!("| {} | {absent} | | |", engine.name),
    };
    let mut times = Vec::new();
    // The first round prepares statements and fills caches.
    for round in 0..=rounds {
        // Each is first equally often, because the one after a slow contender may find a different machine.
        let by_hand_first = round % 2 == 0;
        let first = by_hand_first.then(|| time(&mut by_hand));
        let bulk = time(&mut in_bulk);
        let hand = first.unwrap_or_else(|| time(&mut by_hand));
        if round > 0 {
            times.push((hand, bulk));
        }
    }
    let ratio = Spread::of(times.iter().map(|(hand, bulk)| hand.as_secs_f64() / bulk.as_secs_f64()));
    let record = Spread::of(times.iter().map(|(_, bulk)| bulk.as_secs_f64() * 1e6 / batch as f64));
    drop(by_hand);

    let (_, mut large_bulk) = named((engine.open)(large).unwrap());
    let growth = (0..=rounds.div_ceil(3)).filter_map(|round| {
        // Small batches with as many records in total as the large one would take too long to load and to verify.
        let small: Duration = (0..10).map(|_| time(&mut in_bulk)).sum();
        let all = time(&mut large_bulk);
        let growth = (all.as_secs_f64() / large as f64) / (small.as_secs_f64() / (10 * batch) as f64);
        (round > 0).then_some(growth)
    });
    let growth = Spread::of(growth);
    format!("| {} | {ratio} | {:.2} µs | {growth} |", engine.name, record.median)
}

fn named(contenders: Vec<Contender>) -> (Contender, Contender) {
    let (mut by_hand, mut in_bulk) = (None, None);
    for contender in contenders {
        match contender.name {
            BY_HAND => by_hand = Some(contender),
            IN_BULK => in_bulk = Some(contender),
            _ => {}
        }
    }
    (by_hand.unwrap(), in_bulk.unwrap())
}

fn time(contender: &mut Contender) -> Duration {
    let order: Vec<usize> = (0..contender.rows()).collect();
    contender.round(&order)
}
