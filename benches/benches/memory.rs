//! `cargo bench -p concurrency-benches --bench memory`: what saves allocate, and that none of it stays.
//!
//! The allocator counts what Rust allocates: ours and Diesel's. What the C client libraries allocate is seen only in the
//! memory of the whole process, which is printed where the system tells it.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a check that met an error checked nothing and must stop"
)]

use std::alloc::System;

use concurrency_benches::arguments::Arguments;
use concurrency_benches::contender::OURS;
use concurrency_benches::engines::{ENGINES, Engine};
use concurrency_benches::rows::{Order, ROWS};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 5;

fn main() {
    let arguments = Arguments::read();
    let rows = if arguments.is_measured { ROWS } else { 100 };
    println!("| {ROUNDS} times {rows} saves | allocations a save | bytes that stayed | growth of the process |");
    println!("|---|---|---|---|");
    for engine in ENGINES.iter().filter(|engine| arguments.select(engine.name)) {
        println!("{}", line(engine, rows));
    }
}

fn line(engine: &Engine, rows: i64) -> String {
    let contenders = match (engine.open)(rows) {
        Ok(contenders) => contenders,
        Err(absent) => return format!("| {} | {absent} | | |", engine.name),
    };
    let mut ours = contenders.into_iter().find(|contender| contender.name == OURS).unwrap();
    let mut order = Order::of(ours.rows());
    // The first rounds prepare the statement and fill the caches.
    for _ in 0..2 {
        ours.round(order.shuffled());
    }
    let resident = resident_kibibytes();
    let mut allocations = 0;
    let mut stayed = 0;
    for _ in 0..ROUNDS {
        ours.edit();
        let order = order.shuffled();
        let region = Region::new(ALLOCATOR);
        ours.save_all(order);
        let change = region.change();
        allocations += change.allocations + change.reallocations;
        stayed += change.bytes_allocated.abs_diff(change.bytes_deallocated);
        ours.verify();
    }
    let saves = ROUNDS * ours.rows();
    let growth = match (resident, resident_kibibytes()) {
        (Some(before), Some(after)) => format!("{} KiB", after - before),
        _ => "unknown".to_owned(),
    };
    assert_eq!(stayed, 0, "{}: saves leave memory behind", engine.name);
    format!("| {} | {} | {stayed} | {growth} |", engine.name, allocations / saves)
}

/// The memory of this process, on Linux.
fn resident_kibibytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
