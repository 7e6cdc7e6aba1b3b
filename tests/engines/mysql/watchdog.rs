//! How MariaDB and MySQL refuse a statement: 1205, 1213, 1317, and on MariaDB 1020 and 1969.

use diesel::connection::SimpleConnection as _;

use super::TestConnection;
use super::server_errors::cancel;
use crate::suite::obstacles::Obstacle;
use crate::suite::watchdog::Refusal;

pub fn watchdog_refusals(connection: &mut TestConnection) -> Vec<Refusal> {
    let mut refusals = vec![
        Refusal { name: "1205", session: "SET innodb_lock_wait_timeout = 1", obstacle: Obstacle::Held },
        Refusal { name: "1213", session: "", obstacle: Obstacle::Crossing },
        Refusal { name: "KILL QUERY", session: "", obstacle: Obstacle::Cancelled(cancel) },
    ];
    const SNAPSHOT_ISOLATION: &str = "SET innodb_snapshot_isolation = ON";
    if connection.batch_execute(SNAPSHOT_ISOLATION).is_ok() {
        refusals.push(Refusal {
            name: "1020",
            session: SNAPSHOT_ISOLATION,
            obstacle: Obstacle::OldSnapshot("START TRANSACTION WITH CONSISTENT SNAPSHOT"),
        });
    }
    refusals
}
