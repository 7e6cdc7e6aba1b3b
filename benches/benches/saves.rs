//! `cargo bench -p concurrency-benches --bench saves`: each contender alone, with Criterion, for trends from one commit
//! to the next and for profiles (`-- --profile-time 10 'SQLite, in memory/save_concurrent'`). `ratios` compares the
//! contenders; there the machine cannot drift between them.

use concurrency_benches::engines::{ENGINES, Engine};
use concurrency_benches::rows::{Order, ROWS};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn saves(criterion: &mut Criterion) {
    for engine in ENGINES {
        engine_saves(criterion, engine);
    }
}

fn engine_saves(criterion: &mut Criterion, engine: &Engine) {
    let contenders = match (engine.open)(ROWS) {
        Ok(contenders) => contenders,
        Err(absent) => return println!("{}: {absent}", engine.name),
    };
    let mut group = criterion.benchmark_group(engine.name);
    group.throughput(Throughput::Elements(ROWS.unsigned_abs()));
    group.sample_size(10);
    for mut contender in contenders {
        let mut order = Order::of(contender.rows());
        group.bench_function(contender.name, |bencher| {
            bencher.iter_custom(|rounds| (0..rounds).map(|_| contender.round(order.shuffled())).sum());
        });
    }
    group.finish();
}

criterion_group!(benches, saves);
criterion_main!(benches);
