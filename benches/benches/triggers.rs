//! `cargo bench -p concurrency-benches --bench triggers`: the cost of a trigger for our own saves and for other
//! programs' writes, and the cost of a conditional version, as ratios of two ways that take turns, round by round, in
//! one run.
//!
//! `-- PostgreSQL` measures only the lines with that in their name. `BENCH_ROUNDS=50` measures more rounds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a benchmark that met an error measured nothing and must stop"
)]

use std::time::{Duration, Instant};

use concurrency_benches::arguments::Arguments;
use concurrency_benches::spread::Spread;
use concurrency_diesel::prelude::*;
use concurrency_diesel::triggers;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use libsqlite3_sys as _;

/// The same table with three version fields.
macro_rules! model {
    ($model:ident, $table:ident, $field:ident) => {
        diesel::table! {
            $table (id) {
                id -> BigInt,
                title -> Text,
                views -> Integer,
                version -> BigInt,
            }
        }

        #[derive(Queryable, Selectable, Concurrent)]
        #[diesel(table_name = $table)]
        struct $model {
            id: i64,
            title: String,
            views: i32,
            #[concurrent(version = $field)]
            version: i64,
        }
    };
}

model!(Plain, plain, AutoIncVersionField);
model!(Triggered, triggered, TriggerVersionField);
model!(Conditional, conditional, ConditionalVersionField);

/// One round of a way.
type Round<C> = Box<dyn FnMut(&mut C)>;

/// A way of writing every row once, after its preparation.
type Way<C> = fn(&mut C) -> Round<C>;

/// A measurement: two ways and the number of rows. The time of the first is divided by that of the second.
struct Line<C> {
    name: &'static str,
    ratio: &'static str,
    slow: Way<C>,
    fast: Way<C>,
    rows: i64,
}

/// The ways, with the same text for each connection type. A generic function would have to spell out Diesel's bounds.
macro_rules! ways {
    ($module:ident, $connection:ty) => {
        mod $module {
            use super::*;

            pub(super) fn create(conn: &mut $connection, rows: i64) {
                for table in ["plain", "triggered", "conditional"] {
                    conn.batch_execute(&create_table(table)).unwrap();
                    for insert in inserts(table, rows) {
                        conn.batch_execute(&insert).unwrap();
                    }
                }
                triggers::create::<Triggered, _>(conn).unwrap();
            }

            ways!(@save plain, $connection, Plain, plain);
            ways!(@save triggered, $connection, Triggered, triggered);
            ways!(@save conditional, $connection, Conditional, conditional);
            ways!(@together plain_together, $connection, plain);
            ways!(@together triggered_together, $connection, triggered);
            ways!(@together conditional_together, $connection, conditional);

            pub(super) fn foreign_plain(_: &mut $connection) -> Round<$connection> {
                Box::new(|conn| conn.batch_execute("UPDATE plain SET views = views + 1").unwrap())
            }

            pub(super) fn foreign_triggered(_: &mut $connection) -> Round<$connection> {
                Box::new(|conn| conn.batch_execute("UPDATE triggered SET views = views + 1").unwrap())
            }
        }
    };
    // Edits and saves each record alone.
    (@save $name:ident, $connection:ty, $model:ident, $table:ident) => {
        #[allow(dead_code, reason = "only SQLite is measured in autocommit")]
        pub(super) fn $name(conn: &mut $connection) -> Round<$connection> {
            let mut records: Vec<$model> = $table::table.select($model::as_select()).load(conn).unwrap();
            Box::new(move |conn| {
                for record in &mut records {
                    record.views += 1;
                    record.save_concurrent(conn).unwrap();
                }
            })
        }
    };
    // The same in one transaction.
    (@together $name:ident, $connection:ty, $way:ident) => {
        pub(super) fn $name(conn: &mut $connection) -> Round<$connection> {
            let mut round = $way(conn);
            Box::new(move |conn| {
                conn.transaction(|conn| {
                    round(conn);
                    QueryResult::Ok(())
                })
                .unwrap();
            })
        }
    };
}

ways!(sqlite, SqliteConnection);
#[cfg(feature = "postgres")]
ways!(postgres, PgConnection);
#[cfg(feature = "mysql")]
ways!(mysql, MysqlConnection);

fn create_table(table: &str) -> String {
    format!(
        "CREATE TABLE {table} (id BIGINT PRIMARY KEY, title VARCHAR(100) NOT NULL, views INTEGER NOT NULL, version BIGINT NOT NULL)"
    )
}

fn inserts(table: &str, rows: i64) -> Vec<String> {
    let values: Vec<String> = (1..=rows).map(|id| format!("({id}, 'The hare and the tortoise', 0, 1)")).collect();
    values.chunks(500).map(|values| format!("INSERT INTO {table} VALUES {}", values.join(", "))).collect()
}

/// Few enough saves that other programs do not interrupt most rounds, and more rounds instead.
const SAVES: i64 = 200;
const ROUNDS_OF_SAVES: usize = 20;

/// Enough rows that one UPDATE of all of them takes as long as a round of saves.
const FOREIGN_ROWS: i64 = 10_000;

const TRIGGERED: &str = "trigger save / plain save";
const CONDITIONED: &str = "conditional save / plain save";
const FOREIGN: &str = "UPDATE of all rows by another program, with trigger / without";

fn main() {
    let arguments = Arguments::read();
    let rounds = if arguments.is_measured { rounds() } else { 1 };
    let is_measured = arguments.is_measured;
    let rows = |rows: i64| if is_measured { rows } else { 100 };
    println!(
        "| median of {rounds} rounds (quartiles) | divided | ratio | of the fastest rounds | ms of these |\n|---|---|---|---|---|"
    );
    let measure = Measure { arguments, rounds };

    let (name, saves) = ("SQLite, in memory", rows(SAVES));
    let way = |ratio, slow, fast, rows| Line { name, ratio, slow, fast, rows };
    measure.all(
        || Some(SqliteConnection::establish(":memory:").unwrap()),
        sqlite::create,
        &[
            way(TRIGGERED, sqlite::triggered_together, sqlite::plain_together, saves),
            way(CONDITIONED, sqlite::conditional_together, sqlite::plain_together, saves),
            way(FOREIGN, sqlite::foreign_triggered, sqlite::foreign_plain, rows(FOREIGN_ROWS)),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let name = "SQLite, file in WAL mode, autocommit";
    measure.all(
        || {
            let mut conn =
                SqliteConnection::establish(&folder.path().join("wal.sqlite").display().to_string()).unwrap();
            conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL").unwrap();
            Some(conn)
        },
        sqlite::create,
        &[Line { name, ratio: TRIGGERED, slow: sqlite::triggered, fast: sqlite::plain, rows: saves }],
    );
    #[cfg(feature = "postgres")]
    {
        let schema = format!("concurrency_bench_{}", std::process::id());
        let way = |ratio, slow, fast, rows| Line { name: "PostgreSQL", ratio, slow, fast, rows };
        let connect = || Some(PgConnection::establish(&std::env::var("PG_URL").ok()?).unwrap());
        measure.all(
            || {
                let mut conn = connect()?;
                let fresh = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
                conn.batch_execute(&format!("SET client_min_messages = warning; {fresh}; SET search_path TO {schema}"))
                    .unwrap();
                Some(conn)
            },
            postgres::create,
            &[
                way(TRIGGERED, postgres::triggered_together, postgres::plain_together, saves),
                way(CONDITIONED, postgres::conditional_together, postgres::plain_together, saves),
                way(FOREIGN, postgres::foreign_triggered, postgres::foreign_plain, rows(FOREIGN_ROWS)),
            ],
        );
        if let Some(mut conn) = connect() {
            conn.batch_execute(&format!("SET client_min_messages = warning; DROP SCHEMA IF EXISTS {schema} CASCADE"))
                .unwrap();
        }
    }
    #[cfg(feature = "mysql")]
    {
        let database = format!("concurrency_bench_{}", std::process::id());
        let way = |ratio, slow, fast, rows| Line { name: "MariaDB or MySQL", ratio, slow, fast, rows };
        let connect = || Some(MysqlConnection::establish(&std::env::var("MYSQL_URL").ok()?).unwrap());
        measure.all(
            || {
                let mut conn = connect()?;
                conn.batch_execute(&format!(
                    "DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database}; USE {database}"
                ))
                .unwrap();
                Some(conn)
            },
            mysql::create,
            &[
                way(TRIGGERED, mysql::triggered_together, mysql::plain_together, saves),
                way(CONDITIONED, mysql::conditional_together, mysql::plain_together, saves),
                way(FOREIGN, mysql::foreign_triggered, mysql::foreign_plain, rows(FOREIGN_ROWS)),
            ],
        );
        if let Some(mut conn) = connect() {
            conn.batch_execute(&format!("DROP DATABASE IF EXISTS {database}")).unwrap();
        }
    }
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").map_or(21, |rounds| rounds.parse().unwrap())
}

struct Measure {
    arguments: Arguments,
    rounds: usize,
}

impl Measure {
    /// Each line has its own tables.
    fn all<C>(&self, connect: impl Fn() -> Option<C>, create: fn(&mut C, i64), lines: &[Line<C>]) {
        for line in lines.iter().filter(|line| self.arguments.select(line.name)) {
            match connect() {
                Some(mut conn) => {
                    create(&mut conn, line.rows);
                    println!("{}", self.line(line, &mut conn));
                }
                None => println!("| {} | {} | NOT MEASURED: no server is named | | |", line.name, line.ratio),
            }
        }
    }

    fn line<C>(&self, line: &Line<C>, conn: &mut C) -> String {
        let (mut slow, mut fast) = ((line.slow)(conn), (line.fast)(conn));
        let mut times = Vec::new();
        // The first round prepares statements and fills caches.
        let rounds = if line.rows == FOREIGN_ROWS { self.rounds } else { self.rounds * ROUNDS_OF_SAVES };
        for round in 0..=rounds {
            // Each is first equally often, because the one after a slow way may find a different machine.
            let (slow, fast) = if round % 2 == 0 {
                let slow = time(&mut slow, conn);
                (slow, time(&mut fast, conn))
            } else {
                let fast = time(&mut fast, conn);
                (time(&mut slow, conn), fast)
            };
            if round > 0 {
                times.push((slow, fast));
            }
        }
        let ratio = Spread::of(times.iter().map(|(slow, fast)| slow.as_secs_f64() / fast.as_secs_f64()));
        let milliseconds = |time: fn(&(Duration, Duration)) -> Duration| {
            Spread::of(times.iter().map(|times| time(times).as_secs_f64() * 1e3)).least
        };
        let (slow, fast) = (milliseconds(|times| times.0), milliseconds(|times| times.1));
        // Other programs can only make a round slower, so on a busy machine the fastest rounds are more reliable.
        let fastest = slow / fast;
        format!(
            "| {}, {} rows | {} | {ratio} | {fastest:.2} | {slow:.2} / {fast:.2} |",
            line.name, line.rows, line.ratio
        )
    }
}

fn time<C>(round: &mut Round<C>, conn: &mut C) -> Duration {
    let start = Instant::now();
    round(conn);
    start.elapsed()
}
