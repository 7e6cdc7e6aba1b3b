//! How PostgreSQL refuses a statement: 55P03, 57014, 40P01, 40001.

use super::TestConnection;
use super::server_errors::cancel;
use crate::suite::obstacles::Obstacle;
use crate::suite::watchdog::Refusal;

pub fn watchdog_refusals(_connection: &mut TestConnection) -> Vec<Refusal> {
    vec![
        Refusal { name: "lock_timeout", session: "SET lock_timeout = '50ms'", obstacle: Obstacle::Held },
        Refusal { name: "pg_cancel_backend", session: "", obstacle: Obstacle::Cancelled(cancel) },
        Refusal { name: "deadlock", session: "SET deadlock_timeout = '10ms'", obstacle: Obstacle::Crossing },
        Refusal {
            name: "old snapshot",
            session: "",
            obstacle: Obstacle::OldSnapshot("BEGIN ISOLATION LEVEL REPEATABLE READ"),
        },
    ]
}
