//! What the history needs of these engines: how changes are noted, and how a connection is ended.

use diesel::connection::SimpleConnection as _;

use super::TestConnection;
use crate::history::table::Description;

#[path = "../server/history.rs"]
mod server;

pub use self::server::{is_lost, play, played_a_client};

pub fn tables() -> Vec<Description> {
    crate::history::tables_with([])
}

/// Numbers the changes.
pub const POSITION_COLUMN: &str = "position BIGINT AUTO_INCREMENT PRIMARY KEY";

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
