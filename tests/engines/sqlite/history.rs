//! What the history needs of this engine: how changes are noted, and clients that are processes, since there is no connection that
//! could be ended. A process is this test, started again, and told by its environment which client it is.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime};

use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DieselError;

use super::{Database, TestConnection, connect};
use crate::history::CLIENTS;
use crate::history::audit::Counting;
use crate::history::client::{Client, Identity};
use crate::history::faults::{Fault, Faults};
use crate::history::log::{self, Event, operation_of};
use crate::history::table::Description;

pub fn tables() -> Vec<Description> {
    crate::history::tables_with([])
}

/// Numbers the changes.
pub const POSITION_COLUMN: &str = "position INTEGER PRIMARY KEY AUTOINCREMENT";
pub const COUNTING: Option<Counting> = None;

/// A trigger that runs this statement.
pub fn trigger(table: &str, event: &str, statement: &str) -> String {
    format!("CREATE TRIGGER {table}_{event} AFTER {event} ON {table} FOR EACH ROW BEGIN {statement} END")
}

/// Waits for the current writer, and lets no one else begin to write.
pub fn hold_off_writers(_tables: &[&str]) -> Vec<String> {
    vec!["BEGIN IMMEDIATE".to_owned()]
}
pub const LET_WRITERS_IN: &str = "COMMIT";

/// A connection to a file is never lost, only the process that has it.
pub fn is_lost(_error: &DieselError) -> bool {
    false
}

/// The environment of a process that is a client.
const CLIENT: &str = "HISTORY_CLIENT";

/// Lets all clients work until it is time, every other one in transactions that take the write lock at once. Every other seed plays
/// on a rollback journal.
pub fn play(seed: u64, _descriptions: &[Description], database: &Database, folder: &Path, deadline: Instant) {
    let journal = if seed % 2 == 0 { "WAL" } else { "DELETE" };
    database.connect().batch_execute(&format!("PRAGMA journal_mode = {journal}")).unwrap();
    let mut clients: Vec<Process> = (1..=CLIENTS)
        .map(|number| {
            Process::start(Order {
                identity: Identity { seed, number },
                first: 0,
                deadline,
                url: database.url(),
                folder: folder.to_owned(),
            })
        })
        .collect();
    let mut faults = Faults::new(seed, CLIENTS, deadline);
    while let Some(Fault { client: number, .. }) = faults.next() {
        let client = clients.iter_mut().find(|client| client.order.identity.number == number).unwrap();
        client.kill_and_start_again();
    }
    for client in clients {
        client.end();
    }
}

/// Whether this process is one of the clients; then it has done what a client does.
pub fn played_a_client(descriptions: &[Description]) -> bool {
    let Ok(order) = std::env::var(CLIENT) else { return false };
    let order = Order::read(&order);
    let Order { identity, first, deadline, url, .. } = &order;
    let begin = if identity.number % 2 == 0 { "BEGIN" } else { "BEGIN IMMEDIATE" };
    let connect = || {
        let mut connection = connect(url);
        // The default setting: a write takes longer, and is interrupted more often.
        connection.batch_execute("PRAGMA synchronous = FULL").unwrap();
        connection
    };
    Client::new(*identity, begin, &connect, descriptions, &order.log()).run(*first, *deadline);
    true
}

/// The message that a client gets.
#[derive(Clone)]
struct Order {
    identity: Identity,
    first: u64,
    deadline: Instant,
    url: String,
    folder: PathBuf,
}

impl Order {
    /// Its form in the environment; none of our paths has a line break.
    fn write(&self) -> String {
        let Identity { seed, number } = self.identity;
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        let end = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + remaining;
        let Self { first, url, folder, .. } = self;
        format!("{seed}\n{number}\n{first}\n{}\n{url}\n{}", end.as_millis(), folder.display())
    }

    fn read(order: &str) -> Self {
        let lines: Vec<&str> = order.lines().collect();
        let number = |line: usize| lines[line].parse::<u64>().unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let remaining = Duration::from_millis(number(3)).saturating_sub(now);
        Self {
            identity: Identity { seed: number(0), number: number(1) },
            first: number(2),
            deadline: Instant::now() + remaining,
            url: lines[4].to_owned(),
            folder: lines[5].into(),
        }
    }

    /// Each process of a client has its own log.
    fn log(&self) -> PathBuf {
        self.folder.join(format!("client-{}-from-{}.log", self.identity.number, self.first))
    }
}

/// A client at work.
struct Process {
    order: Order,
    child: Child,
}

impl Process {
    fn start(order: Order) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", TEST])
            .env(CLIENT, order.write())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self { order, child }
    }

    /// Ends the process wherever it is, and has another do what comes next.
    fn kill_and_start_again(&mut self) {
        // It may have ended by itself, by a failure that then shows in its status.
        self.child.kill().unwrap();
        let output = self.child.wait().unwrap();
        assert!(!has_failed(output), "a client failed: {output}");
        let mut order = self.order.clone();
        order.first = next_operation(&order.log()).unwrap_or(order.first);
        if order.first == self.order.first {
            // It logged nothing, so its log is not needed.
            let _ = std::fs::remove_file(order.log());
        }
        *self = Self::start(order);
    }

    fn end(mut self) {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "a client failed: {status}");
    }
}

/// Whether a process ended by itself, with a failure.
fn has_failed(status: ExitStatus) -> bool {
    status.code().is_some_and(|code| code != 0)
}

/// The operation after the last that was noted.
fn next_operation(log: &Path) -> Option<u64> {
    let events = log::parse(&std::fs::read_to_string(log).ok()?);
    let last = events.iter().rev().find_map(|event| match event {
        Event::Intent(intent) => Some(intent.write),
        _ => None,
    })?;
    Some(operation_of(last) + 1)
}

/// This test's name.
const TEST: &str = "history::no_write_is_lost_torn_or_doubled_whoever_writes_and_whatever_connection_is_lost";

/// Lets a connection wait for its statements only briefly, and as long as it takes.
pub const GIVE_UP_SOON: &str = "PRAGMA busy_timeout = 0";
pub const BE_PATIENT: &str = "PRAGMA busy_timeout = 20000";

/// A trigger that refuses every tenth mark.
pub fn refuse_some(table: &str) -> Vec<String> {
    vec![format!(
        "CREATE TRIGGER {table}_refuse BEFORE UPDATE ON {table} WHEN NEW.mark % 10 = 3
         BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )]
}

/// A connection that is never lost, because there is no wire.
pub struct Unreliable {
    pub connection: TestConnection,
}

pub fn unreliable(database: &Database) -> Unreliable {
    Unreliable { connection: database.connect() }
}

#[allow(clippy::unused_self, reason = "as on the engines that are servers")]
impl Unreliable {
    pub const fn lose_answer(&self) {}

    pub const fn cut_question(&self, _after: usize) {}

    pub const fn cut_answer(&self, _after: usize) {}
}
