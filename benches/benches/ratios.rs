//! `cargo bench -p concurrency-benches --bench ratios`: by which factor `save_concurrent` is faster, as the README's
//! table.
//!
//! The contenders take turns round by round, and the output is the median of the ratios *within* a round. If the
//! machine becomes slower or faster, the times of a round change, but not their ratio. Each round saves every row once,
//! in a random order, in one transaction (BEGIN and COMMIT are timed, too). It is verified row by row before it counts.
//!
//! `-- PostgreSQL` measures only the engines with that in their name. `BENCH_ROUNDS=50` measures more rounds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

use std::time::Duration;

use concurrency_benches::arguments::Arguments;
use concurrency_benches::contender::{BY_HAND, Contender, FLOOR, FRAGMENT, IN_HAND, OURS, VERSIONED};
use concurrency_benches::engines::{ENGINES, Engine};
use concurrency_benches::rows::{Order, ROWS};
use concurrency_benches::spread::Spread;

/// The columns of the table: the contender whose time is divided, and the one that divides it.
const RATIOS: [(&str, &str); 5] =
    [(BY_HAND, OURS), (VERSIONED, OURS), (OURS, FLOOR), (OURS, FRAGMENT), (OURS, IN_HAND)];

fn main() {
    let arguments = Arguments::read();
    let (rows, rounds) = if arguments.is_measured { (ROWS, rounds()) } else { (100, 1) };

    let columns: Vec<String> = RATIOS.iter().map(|(slow, fast)| format!("{slow} / {fast}")).collect();
    let mut lines = vec![
        format!("| median of {rounds} rounds (quartiles), {rows} saves each | {} | {OURS} |", columns.join(" | ")),
        "|---".repeat(RATIOS.len() + 2) + "|",
    ];
    let engines = ENGINES.iter().filter(|engine| arguments.select(engine.name));
    lines.extend(engines.map(|engine| line(engine, rows, rounds)));
    println!("{}", lines.join("\n"));
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").map_or(21, |rounds| rounds.parse().unwrap())
}

/// The engine's line of the table. Also prints the times behind the ratios.
fn line(engine: &Engine, rows: i64, rounds: usize) -> String {
    let mut contenders = match (engine.open)(rows) {
        Ok(contenders) => contenders,
        Err(absent) => return format!("| {} | {absent} {}|", engine.name, "| ".repeat(RATIOS.len())),
    };
    eprintln!("{}", engine.name);
    let times = Times::measure(&mut contenders, rounds);
    for contender in &contenders {
        let Spread { least, median, .. } = times.microseconds(contender.name, rows).unwrap();
        eprintln!("  {median:8.2} µs a save, {least:.2} µs in the fastest round: {}", contender.name);
    }
    let ratios = RATIOS.map(|(slow, fast)| times.ratio(slow, fast).map_or_else(String::new, |ratio| ratio.to_string()));
    let ours = times.microseconds(OURS, rows).unwrap().median;
    format!("| {} | {} | {ours:.1} µs |", engine.name, ratios.join(" | "))
}

/// The time of each contender in each round.
struct Times(Vec<(&'static str, Vec<Duration>)>);

impl Times {
    fn measure(contenders: &mut [Contender], rounds: usize) -> Self {
        let mut order = Order::of(contenders[0].rows());
        let mut times = Self(contenders.iter().map(|contender| (contender.name, Vec::new())).collect());
        // The first round prepares statements and fills caches.
        for round in 0..=rounds {
            let order = order.shuffled();
            // Each is first, second and so on equally often, because the one after a slow contender may find a
            // different machine.
            for turn in 0..contenders.len() {
                let index = (round + turn) % contenders.len();
                let time = contenders[index].round(order);
                if round > 0 {
                    times.0[index].1.push(time);
                }
            }
        }
        times
    }

    fn of(&self, name: &str) -> Option<&[Duration]> {
        self.0.iter().find_map(|(contender, times)| (*contender == name).then_some(&times[..]))
    }

    fn microseconds(&self, name: &str, rows: i64) -> Option<Spread> {
        Some(Spread::of(self.of(name)?.iter().map(|time| time.as_secs_f64() * 1e6 / rows as f64)))
    }

    fn ratio(&self, slow: &str, fast: &str) -> Option<Spread> {
        let pairs = self.of(slow)?.iter().zip(self.of(fast)?);
        Some(Spread::of(pairs.map(|(slow, fast)| slow.as_secs_f64() / fast.as_secs_f64())))
    }
}
