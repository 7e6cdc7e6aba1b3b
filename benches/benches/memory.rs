//! `cargo bench -p concurrency-benches --bench memory`: what saves allocate, that nothing of it stays, and that a batch
//! takes no more than a few times its own size.
//!
//! The allocator counts the allocations of Rust code: ours and Diesel's. The C client libraries show only in the memory
//! of the whole process, which is printed if the system tells it.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a check that met an error checked nothing and must stop"
)]

use std::alloc::System;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use concurrency_benches::arguments::Arguments;
use concurrency_benches::contender::{Contender, IN_BULK, OURS};
use concurrency_benches::engines::{Absent, ENGINES, Engine};
use concurrency_benches::rows::{Order, ROWS};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 5;

/// The number of records in a batch, and the multiple of its size that it may take.
const BATCH: i64 = 100_000;
const MOST_OF_A_BATCH: f64 = 3.0;

fn main() {
    let arguments = Arguments::read();
    let rows = if arguments.is_measured { ROWS } else { 100 };
    println!("| {ROUNDS} times {rows} saves | allocations a save | bytes that stayed | growth of the process |");
    println!("|---|---|---|---|");
    for engine in ENGINES.iter().filter(|engine| arguments.select(engine.name)) {
        println!("{}", line(engine, rows));
    }

    let rows = if arguments.is_measured { BATCH } else { 100 };
    println!("\n| a batch of {rows} records | its size | allocated in all | at once, as seen | of its size |");
    println!("|---|---|---|---|---|");
    for engine in ENGINES.iter().filter(|engine| arguments.select(engine.name)) {
        println!("{}", batch_line(engine, rows));
    }
}

fn open(engine: &Engine, name: &str, rows: i64) -> Result<Contender, Absent> {
    let contenders = (engine.open)(rows)?;
    Ok(contenders.into_iter().find(|contender| contender.name == name).unwrap())
}

fn line(engine: &Engine, rows: i64) -> String {
    let mut ours = match open(engine, OURS, rows) {
        Ok(ours) => ours,
        Err(absent) => return format!("| {} | {absent} | | |", engine.name),
    };
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

/// The allocations of one batch, without those of its records.
fn batch_line(engine: &Engine, rows: i64) -> String {
    let mut batch = match open(engine, IN_BULK, rows) {
        Ok(batch) => batch,
        Err(absent) => return format!("| {} | {absent} | | | |", engine.name),
    };
    let order: Vec<usize> = (0..batch.rows()).collect();
    batch.round(&order);
    batch.edit();
    let size = batch.bytes();
    let region = Region::new(ALLOCATOR);
    let at_once = most_while(|| batch.save_all(&order));
    let change = region.change();
    batch.verify();
    let ratio = at_once as f64 / size as f64;
    assert!(ratio <= MOST_OF_A_BATCH, "{}: a batch of {size} bytes took {at_once} more", engine.name);
    let mebibytes = |bytes: usize| format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0);
    let all = mebibytes(change.bytes_allocated);
    format!("| {} | {} | {all} | {} | {ratio:.2} times |", engine.name, mebibytes(size), mebibytes(at_once))
}

/// The maximum of the memory in use while this ran, minus the memory in use before.
fn most_while(work: impl FnOnce()) -> usize {
    let in_use = || {
        let stats = ALLOCATOR.stats();
        stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
    };
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let before = in_use();
        let observer = scope.spawn(|| {
            let mut most = 0;
            while !is_done.load(Ordering::Relaxed) {
                most = most.max(in_use());
                thread::yield_now();
            }
            most
        });
        work();
        is_done.store(true, Ordering::Relaxed);
        observer.join().unwrap().saturating_sub(before)
    })
}

/// The memory of this process, on Linux.
fn resident_kibibytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
