//! `cargo bench -p concurrency-benches --bench asynchronous`: awaited saves on `AsyncPgConnection`, compared with
//! hand-written statements of diesel-async; many at once compared with one after the other; many tasks that want one
//! row; and the cost of a future.
//!
//! The contenders take turns round by round, and the ratio is the median of the rounds' ratios. Before a round counts,
//! every row must be what was saved. `BENCH_ROUNDS=50` measures more rounds. The other benches measure blocking saves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

#[cfg(feature = "async")]
mod futures;
#[cfg(feature = "async")]
mod hot_row;
#[cfg(feature = "async")]
mod postgres;
#[cfg(feature = "async")]
mod saves;

#[cfg(feature = "async")]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() {
    #[cfg(feature = "async")]
    postgres::main();
    #[cfg(not(feature = "async"))]
    println!("NOT MEASURED: the feature `async` is off");
}
