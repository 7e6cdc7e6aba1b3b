//! The parts of the history for these engines: how changes are recorded, and how a connection is ended.

use diesel::connection::SimpleConnection as _;

use super::TestConnection;
use crate::history::audit::Counting;
use crate::history::table::Description;

#[path = "../server/history.rs"]
mod server;

pub use self::server::{Unreliable, is_lost, play, played_a_client, unreliable};

pub fn tables() -> Vec<Description> {
    crate::history::tables_with([])
}

/// Numbers the changes.
pub const POSITION_COLUMN: &str = "position BIGINT AUTO_INCREMENT PRIMARY KEY";
pub const COUNTING: Option<Counting> = None;

/// A trigger that runs this statement.
pub fn trigger(table: &str, event: &str, statement: &str) -> String {
    format!("CREATE TRIGGER {table}_{event} AFTER {event} ON {table} FOR EACH ROW BEGIN {statement} END")
}

/// Waits for every transaction that has used these tables, and lets no other begin to.
pub fn hold_off_writers(tables: &[&str]) -> Vec<String> {
    let locks: Vec<String> = tables.iter().map(|table| format!("{table} WRITE")).collect();
    vec![format!("LOCK TABLES {}", locks.join(", "))]
}
pub const LET_WRITERS_IN: &str = "UNLOCK TABLES";

fn prepare(_connection: &mut TestConnection) {}

/// Ends that connection, if it is still there.
fn end(id: i64, observer: &mut TestConnection) {
    let _ = observer.batch_execute(&format!("KILL {id}"));
}

/// Lets a connection wait for its statements only briefly, and as long as it takes.
pub const GIVE_UP_SOON: &str = "SET max_statement_time = 0.003";
pub const BE_PATIENT: &str = "SET max_statement_time = 0";

/// A trigger that refuses every tenth mark.
pub fn refuse_some(table: &str) -> Vec<String> {
    vec![format!(
        "CREATE TRIGGER {table}_refuse BEFORE UPDATE ON {table} FOR EACH ROW
         BEGIN IF NEW.mark % 10 = 3 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF; END"
    )]
}
