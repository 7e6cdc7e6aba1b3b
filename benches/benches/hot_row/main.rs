//! `cargo bench -p concurrency-benches --bench hot_row`: sixteen threads that want the same row of PostgreSQL. It
//! measures how often `retry_on_conflict` retries a save, and compares its throughput with waiting in line for
//! `SELECT … FOR UPDATE`.
//!
//! The contenders take turns round by round, and the ratio is the median of the rounds' ratios. Before a round counts,
//! the row must have advanced by exactly one version, and one view, for each save that was reported. `BENCH_ROUNDS=50`
//! measures more rounds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

#[cfg(feature = "postgres")]
mod postgres;

fn main() {
    #[cfg(feature = "postgres")]
    postgres::main();
    #[cfg(not(feature = "postgres"))]
    println!("NOT MEASURED: the feature `postgres` is off");
}
