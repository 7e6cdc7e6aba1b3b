//! `cargo bench -p concurrency-benches --bench other_methods`: a touch, a delete and a refused save, compared with the
//! same by hand, on SQLite in memory, where the database takes the least time.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

use concurrency_benches::record::{Article, articles};
use concurrency_benches::rows::{self, Order};
use concurrency_diesel::prelude::*;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error::RollbackTransaction;

const ROWS: i64 = 1_000;

/// One record, by one method.
type Method = fn(&mut Article, &mut SqliteConnection);

fn touch(criterion: &mut Criterion) {
    compare(
        criterion,
        "touch",
        |record, connection| record.touch_concurrent(connection).unwrap(),
        |record, connection| {
            let next = record.version + 1;
            let rows = diesel::update(row(record)).set(articles::version.eq(next)).execute(connection).unwrap();
            assert_eq!(rows, 1);
            record.version = next;
        },
    );
}

fn delete(criterion: &mut Criterion) {
    compare(
        criterion,
        "delete",
        |record, connection| record.delete_concurrent(connection).unwrap(),
        |record, connection| {
            assert_eq!(diesel::delete(row(record)).execute(connection).unwrap(), 1);
        },
    );
}

/// The version by hand also reads the found version, without which you cannot know whether to merge or to insert.
fn refused_save(criterion: &mut Criterion) {
    compare(
        criterion,
        "refused save",
        |record, connection| {
            record.version -= 1;
            assert!(record.save_concurrent(connection).unwrap_err().is_conflict());
        },
        |record, connection| {
            record.version -= 1;
            let changes = (
                articles::title.eq(&record.title),
                articles::body.eq(&record.body),
                articles::views.eq(record.views),
                articles::version.eq(record.version + 1),
            );
            assert_eq!(diesel::update(row(record)).set(changes).execute(connection).unwrap(), 0);
            let found = articles::table.find(record.id).select(articles::version).first(connection).optional();
            assert_eq!(found.unwrap(), Some(record.version + 1));
        },
    );
}

#[diesel::dsl::auto_type]
fn row(record: &Article) -> _ {
    let id: i64 = record.id;
    let version: i64 = record.version;
    articles::table.filter(articles::id.eq(id)).filter(articles::version.eq(version))
}

/// Each run has every record once, in a random order, in a transaction that is rolled back, so that the next run finds
/// the same rows.
fn compare(criterion: &mut Criterion, name: &str, ours: Method, by_hand: Method) {
    let connection = &mut SqliteConnection::establish(":memory:").unwrap();
    let records = rows::records(ROWS);
    for sql in rows::create_and_insert("INTEGER", &records) {
        connection.batch_execute(&sql).unwrap();
    }
    let mut order = Order::of(records.len());
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(ROWS.unsigned_abs()));
    for (contender, method) in [("ours", ours), ("hand-written", by_hand)] {
        group.bench_function(contender, |bencher| {
            let shuffled = || order.shuffled().iter().filter_map(|&index| records.get(index).cloned()).collect();
            bencher.iter_batched_ref(shuffled, |records| run(records, method, connection), BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn run(records: &mut Vec<Article>, method: Method, connection: &mut SqliteConnection) {
    let rolled_back = connection.transaction(|connection| {
        for record in records {
            method(record, connection);
        }
        Err::<(), _>(RollbackTransaction)
    });
    assert_eq!(rolled_back, Err(RollbackTransaction));
}

criterion_group!(benches, touch, delete, refused_save);
criterion_main!(benches);
