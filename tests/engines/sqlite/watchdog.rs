//! How SQLite refuses a statement: it is busy. An interrupt cannot be had from safe code.

use super::TestConnection;
use crate::suite::obstacles::Obstacle;
use crate::suite::watchdog::Refusal;

pub fn watchdog_refusals(_connection: &mut TestConnection) -> Vec<Refusal> {
    vec![
        Refusal { name: "SQLITE_BUSY", session: "PRAGMA busy_timeout = 5", obstacle: Obstacle::Held },
        Refusal { name: "SQLITE_BUSY_SNAPSHOT", session: "", obstacle: Obstacle::OldSnapshot("BEGIN") },
    ]
}
