//! The history of sums: clients that count in the same rows, are refused, lose their answers and their connections,
//! panic, drop the futures of their saves, undo what is in doubt, and go on with the same tracked records.
//! `sums/checker.rs` says what it proves.

pub mod checker;
pub mod client;
pub mod tally;

use std::io::Write as _;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use self::checker::{Line, Noted};
use self::client::Client;
use self::tally::{Counted, Drawn, Tally};
use crate::engine::{self, Database, TestConnection};
use crate::history::{from_environment, seed_of_the_moment};
use crate::library::ROLLS_BACK_AT_ONCE;
use crate::suite::threads::spawn;

/// How many clients each table has, and how many rows.
const CLIENTS: u64 = 4;
const ROWS: i64 = 2;

#[test]
fn each_change_of_a_sum_is_counted_once_whatever_becomes_of_its_save() {
    let seed = from_environment("HISTORY_SEED").unwrap_or_else(seed_of_the_moment);
    let seconds = from_environment("HISTORY_SECONDS").unwrap_or(20);
    // Past libtest, which keeps what a passing test prints to itself.
    writeln!(std::io::stderr(), "== {}: {seconds} s of sums with HISTORY_SEED={seed}", engine::NAME).unwrap();
    // On SQLite a client may wait for the file several times, twenty seconds each, before its last save ends.
    let limit = Duration::from_secs(seconds) + Duration::from_secs(300);
    let playing = spawn(move || {
        let database = Database::new();
        let connection = &mut database.connect();
        create::<Counted>(connection);
        create::<Drawn>(connection);
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let lines = play(seed, &database, deadline);
        (lines, noted(connection))
    });
    let (lines, noted) = playing.join_within(limit, || {});
    let (seen, wrong) = checker::check(&lines, &noted);
    writeln!(std::io::stderr(), "== {}: {seen:?} of sums", engine::NAME).unwrap();
    let first = &wrong[..wrong.len().min(5)];
    assert!(wrong.is_empty(), "HISTORY_SEED={seed}: {} times wrong, at first {first:#?}", wrong.len());
    assert!(seen.done > 10 && seen.refused > 0 && seen.in_doubt > 0, "{seen:?}");
    // No answer can be lost if there is no wire to cut and no future to drop.
    let loses_answers = engine::NAME != "SQLite" || !ROLLS_BACK_AT_ONCE;
    assert!(seen.done_in_doubt > 0 || !loses_answers, "{seen:?}");
}

fn play(seed: u64, database: &Database, deadline: Instant) -> Vec<Line> {
    let lines = &Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 1..=CLIENTS {
            scope.spawn(move || Client::<Counted>::new(seed, number, database, lines).run(deadline));
            scope.spawn(move || Client::<Drawn>::new(seed, CLIENTS + number, database, lines).run(deadline));
        }
    });
    std::mem::take(&mut *lines.lock().unwrap())
}

/// The table of a tally, its rows, a trigger that notes each write, and one that refuses some.
fn create<T: Tally>(connection: &mut TestConnection) {
    let name = T::NAME;
    let run = |sql: &str, connection: &mut TestConnection| {
        connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    };
    run(
        &format!(
            "CREATE TABLE IF NOT EXISTS sum_changes ({}, table_name VARCHAR(60) NOT NULL, id BIGINT NOT NULL,
             before_amount BIGINT, before_mark BIGINT, after_amount BIGINT, after_mark BIGINT, version VARCHAR(60))",
            engine::history::POSITION_COLUMN
        ),
        connection,
    );
    run(
        &format!(
            "CREATE TABLE {name} (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL, mark BIGINT NOT NULL, version {})",
            T::COLUMN
        ),
        connection,
    );
    for id in 1..=ROWS {
        run(&format!("INSERT INTO {name} VALUES ({id}, 0, 0, {})", T::FIRST), connection);
    }
    let note = format!(
        "INSERT INTO sum_changes (table_name, id, before_amount, before_mark, after_amount, after_mark, version)
         VALUES ('{name}', NEW.id, OLD.amount, OLD.mark, NEW.amount, NEW.mark, NEW.version);"
    );
    run(&engine::history::trigger(name, "UPDATE", &note), connection);
    for refusal in engine::history::refuse_some(name) {
        run(&refusal, connection);
    }
}

fn noted(connection: &mut TestConnection) -> Vec<Noted> {
    #[derive(QueryableByName)]
    struct Change {
        #[diesel(sql_type = Text)]
        table_name: String,
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(sql_type = BigInt)]
        before_amount: i64,
        #[diesel(sql_type = BigInt)]
        before_mark: i64,
        #[diesel(sql_type = BigInt)]
        after_amount: i64,
        #[diesel(sql_type = BigInt)]
        after_mark: i64,
        #[diesel(sql_type = Text)]
        version: String,
    }

    for sql in engine::history::hold_off_writers(&[Counted::NAME, Drawn::NAME, "sum_changes"]) {
        connection.batch_execute(&sql).unwrap();
    }
    let changes: Vec<Change> =
        diesel::sql_query("SELECT * FROM sum_changes ORDER BY position").load(connection).unwrap();
    connection.batch_execute(engine::history::LET_WRITERS_IN).unwrap();
    let names = [Counted::NAME, Drawn::NAME];
    let noted = changes.into_iter().map(|change| Noted {
        row: (names.into_iter().find(|name| *name == change.table_name).unwrap(), change.id),
        before: (change.before_amount, change.before_mark),
        after: (change.after_amount, change.after_mark),
        version: change.version,
    });
    noted.collect()
}
