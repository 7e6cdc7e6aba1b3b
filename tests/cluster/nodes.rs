//! The nodes, and the database that they have in common.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::TestConnection;

/// How long a node may be away.
const AWAY: Duration = Duration::from_secs(180);

/// A database on all nodes, removed with this value.
pub struct Database {
    nodes: Vec<String>,
    name: String,
}

impl Database {
    /// Without tables.
    pub fn new() -> Self {
        let urls =
            std::env::var("CLUSTER_URLS").expect("CLUSTER_URLS names the nodes; tests/run --cluster starts them");
        let nodes = urls.split(',').map(str::to_owned).collect();
        let database = Self { nodes, name: format!("concurrency_cluster_{}", std::process::id()) };
        let mut server = TestConnection::establish(&database.nodes[0]).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {} CHARACTER SET utf8mb4", database.name)).unwrap();
        database
    }

    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The URL of this database on a node.
    pub fn url(&self, node: usize) -> String {
        let (server, _) = self.nodes[node].rsplit_once('/').expect("the URL of a node ends in a database");
        format!("{server}/{}", self.name)
    }

    /// One more connection, to the first node.
    pub fn connect(&self) -> TestConnection {
        self.connect_to(0)
    }

    /// A connection to a node that has everything that was committed before on any node.
    pub fn connect_to(&self, node: usize) -> TestConnection {
        self.wait_for(node);
        let mut connection = TestConnection::establish(&self.url(node)).unwrap();
        let is_galera = connection.batch_execute("SET SESSION wsrep_sync_wait = 15").is_ok();
        if !is_galera {
            connection.batch_execute("SET SESSION group_replication_consistency = 'BEFORE'").unwrap();
        }
        connection
    }

    /// Waits until a node takes part again.
    pub fn wait_for(&self, node: usize) {
        let since = Instant::now();
        while !self.takes_part(node) {
            assert!(since.elapsed() < AWAY, "node {} did not come back in {AWAY:?}", node + 1);
            sleep(Duration::from_millis(200));
        }
    }

    fn takes_part(&self, node: usize) -> bool {
        let Ok(mut connection) = TestConnection::establish(&self.url(node)) else { return false };
        let asks = |connection: &mut TestConnection, question: &str| {
            let answer = diesel::sql_query(question).get_result::<Answer>(connection);
            answer.is_ok_and(|answer| answer.answer == "yes")
        };
        asks(&mut connection, GALERA) || asks(&mut connection, GROUP_REPLICATION)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut server) = TestConnection::establish(&self.nodes[0]) {
            let _ = server.batch_execute(&format!("SET lock_wait_timeout = 2; DROP DATABASE IF EXISTS {}", self.name));
        }
    }
}

const GALERA: &str = "SELECT IF(COUNT(*) = 2, 'yes', 'no') AS answer FROM information_schema.global_status
    WHERE (variable_name, variable_value) IN (('wsrep_local_state_comment', 'Synced'), ('wsrep_ready', 'ON'))";

const GROUP_REPLICATION: &str = "SELECT IF(COUNT(*) = 1, 'yes', 'no') AS answer
    FROM performance_schema.replication_group_members
    WHERE member_id = @@server_uuid AND member_state = 'ONLINE'
        AND (SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE member_state = 'ONLINE') > 1";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    answer: String,
}

/// A number that a node returns.
pub fn number(connection: &mut TestConnection, question: &str) -> i64 {
    diesel::select(diesel::dsl::sql::<BigInt>(question)).get_result(connection).unwrap()
}
