//! `cargo bench -p concurrency-benches --bench tracked`: a tracked save of one changed column out of twenty, compared
//! with the same by hand, on SQLite in memory, where the database takes the least time; and a save of a record in which
//! nothing changed.
//!
//! As in `ratios`, the contenders take turns round by round, each with its own database. The output is the median of
//! the ratios within a round. `BENCH_ROUNDS=50` measures more rounds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

use std::time::Instant;

use concurrency_benches::arguments::Arguments;
use concurrency_benches::rows::Order;
use concurrency_diesel::Tracked;
use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

diesel::table! {
    reports (id) {
        id -> BigInt,
        title -> Text,
        summary -> Text,
        author -> Text,
        editor -> Text,
        language -> Text,
        country -> Text,
        city -> Text,
        street -> Text,
        email -> Text,
        phone -> Text,
        views -> BigInt,
        likes -> BigInt,
        shares -> BigInt,
        replies -> BigInt,
        length -> BigInt,
        pages -> BigInt,
        note -> Nullable<Text>,
        source -> Nullable<Text>,
        license -> Nullable<Text>,
        rating -> Nullable<BigInt>,
        version -> BigInt,
    }
}

/// Twenty columns besides the key and the version, like the larger tables of an application.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Concurrent)]
#[diesel(table_name = reports)]
#[diesel(treat_none_as_null = true)]
struct Report {
    id: i64,
    title: String,
    summary: String,
    author: String,
    editor: String,
    language: String,
    country: String,
    city: String,
    street: String,
    email: String,
    phone: String,
    views: i64,
    likes: i64,
    shares: i64,
    replies: i64,
    length: i64,
    pages: i64,
    note: Option<String>,
    source: Option<String>,
    license: Option<String>,
    rating: Option<i64>,
    #[concurrent(version)]
    version: i64,
}

impl Report {
    fn new(id: i64) -> Self {
        let text = |what: &str| format!("The {what} of the hare and the tortoise, part {id:05}");
        Self {
            id,
            title: text("title"),
            summary: text("summary"),
            author: text("author"),
            editor: text("editor"),
            language: text("language"),
            country: text("country"),
            city: text("city"),
            street: text("street"),
            email: text("email"),
            phone: text("phone"),
            views: id,
            likes: 0,
            shares: 0,
            replies: 0,
            length: 100,
            pages: 2,
            note: None,
            source: Some(text("source")),
            license: None,
            rating: Some(5),
            version: 1,
        }
    }
}

/// Few enough that the save is measured, and not the way of the rows through the caches.
const ROWS: i64 = 100;

/// One record, by one method.
type Method = fn(&mut Tracked<Report>, &mut SqliteConnection);

/// The first is ours. The times of the others are divided by its time.
const CONTENDERS: [(&str, Method); 5] = [
    ("tracked", |record, connection| {
        record.views += 1;
        record.save_concurrent(connection).unwrap();
    }),
    ("hand-written, the one column", |record, connection| {
        record.views += 1;
        let next = record.version + 1;
        let changes = (reports::views.eq(record.views), reports::version.eq(next));
        assert_eq!(diesel::update(row(record)).set(changes).execute(connection).unwrap(), 1);
        record.version = next;
    }),
    ("hand-written, the whole record", |record, connection| {
        record.views += 1;
        let row = row(record);
        record.version += 1;
        assert_eq!(diesel::update(row).set(&**record).execute(connection).unwrap(), 1);
    }),
    ("save_concurrent of the whole record", |record, connection| {
        record.views += 1;
        ConcurrentDsl::save_concurrent(&mut **record, connection).unwrap();
    }),
    ("tracked, nothing changed", |record, connection| record.save_concurrent(connection).unwrap()),
];

fn main() {
    let (rows, rounds) = if Arguments::read().is_measured { (ROWS, rounds()) } else { (10, 1) };
    let mut contenders = CONTENDERS.map(|(_, method)| Contender::new(method, rows));
    let mut order = Order::of(contenders[0].records.len());
    let mut times = CONTENDERS.map(|_| Vec::new());
    // The first round prepares statements and fills caches.
    for round in 0..=rounds {
        let order = order.shuffled();
        for turn in 0..contenders.len() {
            let index = (round + turn) % contenders.len();
            let time = contenders[index].round(order);
            if round > 0 {
                times[index].push(time);
            }
        }
    }
    println!(
        "| median of {rounds} rounds, {rows} saves each | a save | its time divided by that of `tracked` |\n|---|---|---|"
    );
    for ((name, _), own) in CONTENDERS.iter().zip(&times) {
        let ratio = median(own.iter().zip(&times[0]).map(|(own, ours)| own / ours));
        let nanoseconds = median(own.iter().map(|time| time * 1e9 / rows as f64));
        println!("| {name} | {nanoseconds:.0} ns | {ratio:.2} |");
    }
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").map_or(101, |rounds| rounds.parse().unwrap())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A method, with its own records and database.
struct Contender {
    method: Method,
    records: Vec<Tracked<Report>>,
    connection: SqliteConnection,
}

impl Contender {
    fn new(method: Method, rows: i64) -> Self {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute(CREATE).unwrap();
        let records: Vec<_> = (1..=rows).map(|id| Tracked::new(Report::new(id))).collect();
        for record in &records {
            diesel::insert_into(reports::table).values(&**record).execute(&mut connection).unwrap();
        }
        Self { method, records, connection }
    }

    /// The seconds to edit and save every record once, in one transaction. What was saved is verified afterwards.
    fn round(&mut self, order: &[usize]) -> f64 {
        let Self { method, records, connection } = self;
        let start = Instant::now();
        let saved = connection.transaction(|connection| {
            for &index in order {
                method(&mut records[index], connection);
            }
            Ok::<_, diesel::result::Error>(())
        });
        let elapsed = start.elapsed().as_secs_f64();
        saved.unwrap();
        let rows: Vec<Report> = reports::table.order(reports::id).select(Report::as_select()).load(connection).unwrap();
        assert!(
            rows.iter().zip(records.iter()).all(|(row, record)| *row == **record),
            "a row does not hold what was saved"
        );
        elapsed
    }
}

#[diesel::dsl::auto_type]
fn row(record: &Report) -> _ {
    let id: i64 = record.id;
    let version: i64 = record.version;
    reports::table.filter(reports::id.eq(id)).filter(reports::version.eq(version))
}

const CREATE: &str = "CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL, summary TEXT NOT NULL, author TEXT NOT NULL, editor TEXT NOT NULL, language TEXT NOT NULL,
    country TEXT NOT NULL, city TEXT NOT NULL, street TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL,
    views BIGINT NOT NULL, likes BIGINT NOT NULL, shares BIGINT NOT NULL, replies BIGINT NOT NULL,
    length BIGINT NOT NULL, pages BIGINT NOT NULL,
    note TEXT, source TEXT, license TEXT, rating BIGINT,
    version BIGINT NOT NULL
)";
