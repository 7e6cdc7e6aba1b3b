//! `cargo bench -p concurrency-benches --bench hot_row`: sixteen threads that all want one row of PostgreSQL. How often a save of
//! `retry_on_conflict` is tried again, and how its throughput compares to waiting in line with `SELECT … FOR UPDATE`.
//!
//! The contenders take turns round by round, and the ratio is the median of those within a round. Before a round counts, the
//! row must have moved by exactly one version, and one view, for each save that was reported.
//! `BENCH_ROUNDS=50` measures more rounds.
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
