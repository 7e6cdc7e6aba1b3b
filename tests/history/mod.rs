//! The history of many clients that write the same rows and lose their connections: it is run, logged and checked.
//! `checker.rs` says what it proves.
//!
//! `HISTORY_SECONDS` sets how long it runs (60), `HISTORY_SEED` its seed (by default a new one each time, which is
//! printed).

pub mod audit;
pub mod checker;
pub mod client;
pub mod copies;
pub mod faults;
pub mod log;
pub mod operation;
pub mod scope;
pub mod several;
pub mod table;
pub mod write;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use self::checker::{History, Summary, Violation};
use self::client::{Client, Identity};
use self::table::Description;
use crate::engine::{self, Database};

/// How many clients there are.
pub const CLIENTS: u64 = 8;

#[test]
fn no_write_is_lost_torn_or_doubled_whoever_writes_and_whatever_connection_is_lost() {
    if engine::history::played_a_client(&engine::history::tables()) {
        return;
    }
    let seed = from_environment("HISTORY_SEED").unwrap_or_else(seed_of_the_moment);
    let seconds = from_environment("HISTORY_SECONDS").unwrap_or(60);
    // Past libtest, which keeps what a passing test prints to itself.
    writeln!(std::io::stderr(), "== {}: {seconds} s of history with HISTORY_SEED={seed}", engine::NAME).unwrap();
    let (sender, played) = mpsc::channel();
    let playing = thread::spawn(move || sender.send(play(seed, seconds)));
    let (summary, violations, folder) = match played.recv_timeout(Duration::from_secs(seconds) + LONGEST_END) {
        Ok(played) => played,
        Err(RecvTimeoutError::Timeout) => panic!("the history did not end {LONGEST_END:?} after its time"),
        Err(RecvTimeoutError::Disconnected) => match playing.join() {
            Err(panic) => resume_unwind(panic),
            Ok(_) => unreachable!("what does not panic sends its result"),
        },
    };
    writeln!(std::io::stderr(), "== {}: {summary:?}", engine::NAME).unwrap();
    if !violations.is_empty() {
        let kept = folder.keep();
        panic!("HISTORY_SEED={seed}:\n{}\nthe logs are in {}", shown(&violations), kept.display());
    }
    assert!(summary.saw_everything(), "{summary:?}");
}

/// Longer than the last operations take, and the check.
const LONGEST_END: Duration = Duration::from_secs(600);

/// The counts, the mistakes, and the folder with the logs.
fn play(seed: u64, seconds: u64) -> (Summary, Vec<Violation>, TempDir) {
    let descriptions = &engine::history::tables();
    let folder = TempDir::new().unwrap();
    let database = Database::new();
    audit::create(descriptions, &mut database.connect());
    let connect = || database.connect();
    let setup = Identity { seed, number: 0 };
    Client::new(setup, "BEGIN", &connect, descriptions, &folder.path().join("setup.log")).insert_rows(operation::ROWS);

    let deadline = Instant::now() + Duration::from_secs(seconds);
    engine::history::play(seed, descriptions, &database, folder.path(), deadline);

    let (changes, rows) = audit::read(descriptions, &mut database.connect());
    let (summary, violations) = checker::check(&History { logs: logs(folder.path()), changes, rows });
    (summary, violations, folder)
}

/// How many there are of each kind, and the first of them.
fn shown(violations: &[Violation]) -> String {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for violation in violations {
        let shown = format!("{violation:?}");
        let kind = shown.split(' ').next().unwrap_or_default().to_owned();
        kinds.entry(kind).or_default().push(shown);
    }
    let kinds = kinds.into_iter().map(|(kind, shown)| {
        let first: Vec<String> = shown.iter().take(3).cloned().collect();
        format!("{} times {kind}, the first being\n{}", shown.len(), first.join("\n"))
    });
    kinds.collect::<Vec<_>>().join("\n")
}

pub fn from_environment(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}

pub fn seed_of_the_moment() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_micros()).unwrap() % 1_000_000_000
}

/// The logs of all clients, and of all processes of clients.
fn logs(folder: &Path) -> Vec<Vec<log::Event>> {
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| log::parse(&std::fs::read_to_string(file.unwrap().path()).unwrap())).collect()
}

/// The descriptions of the tables that every engine has, and of those that this one adds.
pub fn tables_with(own: impl IntoIterator<Item = Description>) -> Vec<Description> {
    table::COMMON.into_iter().chain(own).collect()
}
