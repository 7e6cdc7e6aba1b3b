//! `cargo bench -p concurrency-benches --bench compile_time`: the time that `#[derive(Concurrent)]` adds to a
//! compilation.
//!
//! Crates of 50 structs are generated below the target directory and compiled again and again in turns, without
//! incremental compilation. The output is the median of the differences *within* a round, for one struct. The crates
//! differ only in the derives of the structs, and in whether each struct is saved once. On Linux the time is the
//! compiler's processor time, which other programs disturb least.
//!
//! `BENCH_ROUNDS=15` measures more rounds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

mod clock;
mod generated;

use std::time::Duration;

use concurrency_benches::arguments::Arguments;

use crate::generated::{Command, Derives, GeneratedCrate, STRUCTS};

/// The compared pairs. The second has what the structs derive anyway.
const DIFFERENCES: [(Derives, Derives); 3] = [
    (Derives::All, Derives::Changeset),
    (Derives::Concurrent, Derives::Nothing),
    (Derives::Changeset, Derives::Nothing),
];

fn main() {
    if !Arguments::read().is_measured {
        return;
    }
    let rounds = std::env::var("BENCH_ROUNDS").map_or(9, |rounds| rounds.parse().unwrap());
    println!(
        "| {STRUCTS} structs of 6 columns, median of {rounds} rounds | `cargo check`, a struct | `cargo build`, a struct |"
    );
    println!("|---|---|---|");
    for is_saved in [false, true] {
        let crates = Derives::EACH.map(|derives| GeneratedCrate::write(derives, is_saved));
        let check = Times::measure(&crates, Command::Check, rounds);
        let build = Times::measure(&crates, Command::Build, rounds);
        for (derives, without) in DIFFERENCES {
            println!(
                "| {} over {}{} | {:.1} ms | {:.1} ms |",
                derives.name(),
                without.name(),
                if is_saved { ", each saved once" } else { "" },
                check.difference(derives, without),
                build.difference(derives, without),
            );
        }
    }
}

/// The compilation time of each crate, round by round.
struct Times([Vec<Duration>; Derives::EACH.len()]);

impl Times {
    fn measure(crates: &[GeneratedCrate; Derives::EACH.len()], command: Command, rounds: usize) -> Self {
        let mut times = Self(std::array::from_fn(|_| Vec::new()));
        // The first round compiles the dependencies.
        for round in 0..=rounds {
            for turn in 0..crates.len() {
                let index = (round + turn) % crates.len();
                let time = crates[index].compile(command);
                if round > 0 {
                    times.0[index].push(time);
                }
            }
        }
        times
    }

    fn of(&self, derives: Derives) -> &[Duration] {
        let index = Derives::EACH.iter().position(|each| *each == derives).expect("each is measured");
        &self.0[index]
    }

    /// The additional milliseconds for one struct.
    fn difference(&self, derives: Derives, without: Derives) -> f64 {
        let pairs = self.of(derives).iter().zip(self.of(without));
        let mut differences: Vec<f64> = pairs
            .map(|(with, without)| (with.as_secs_f64() - without.as_secs_f64()) * 1e3 / f64::from(STRUCTS))
            .collect();
        differences.sort_by(f64::total_cmp);
        differences[differences.len() / 2]
    }
}
