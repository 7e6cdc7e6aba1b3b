//! The clients of the history, each on a node that it chooses for its whole life, and what all nodes must agree on at
//! the end.

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use diesel::QueryableByName;
use diesel::RunQueryDsl as _;
use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::BigInt;

use super::nodes::number;
use super::server::wire::{self, Cut, Scissors};
use super::watch::Watch;
use super::{CONNECTION_LOST, DEFAULT_PORT, Database, TestConnection};
use crate::history::CLIENTS;
use crate::history::audit::Counting;
use crate::history::client::{Client, Identity};
use crate::history::faults::{Fault, Faults};
use crate::history::table::Description;

pub fn tables() -> Vec<Description> {
    crate::history::tables_with([])
}

/// Each node counts by itself, so that these numbers do not tell the order of the changes of a row.
pub const POSITION_COLUMN: &str = "number BIGINT AUTO_INCREMENT PRIMARY KEY, position BIGINT NOT NULL";

/// A row counts its own changes, from the moment of its insert on: a later row of the same key begins above them.
pub const COUNTING: Option<Counting> = Some(Counting {
    column: ", moves BIGINT NOT NULL DEFAULT 0",
    triggers: |table| {
        vec![
            format!(
                "CREATE TRIGGER {table}_begins BEFORE INSERT ON {table} FOR EACH ROW \
                 SET NEW.moves = CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)"
            ),
            format!(
                "CREATE TRIGGER {table}_counts BEFORE UPDATE ON {table} FOR EACH ROW SET NEW.moves = OLD.moves + 1"
            ),
        ]
    },
    written: "NEW.moves",
    deleted: "OLD.moves + 1",
});

/// A trigger that runs this statement.
pub fn trigger(table: &str, event: &str, statement: &str) -> String {
    format!("CREATE TRIGGER {table}_{event} AFTER {event} ON {table} FOR EACH ROW BEGIN {statement} END")
}

/// Does nothing, because a table lock holds on only one node. The clients have waited for the nodes.
pub fn hold_off_writers(_tables: &[&str]) -> Vec<String> {
    Vec::new()
}
pub const LET_WRITERS_IN: &str = "DO 1";

/// The levels that a cluster takes part in.
const LEVELS: [&str; 2] = ["READ COMMITTED", "REPEATABLE READ"];

/// The two ways to end a client's connection.
struct Ends {
    node: usize,
    id: i64,
    scissors: Scissors,
}

/// Lets all clients work until it is time, and compares the nodes.
pub fn play(seed: u64, descriptions: &[Description], database: &Database, folder: &Path, deadline: Instant) {
    let connections: Vec<Mutex<Option<Ends>>> = (0..=CLIENTS).map(|_| Mutex::new(None)).collect();
    let place = |client: u64| connections[usize::try_from(client).unwrap()].lock().unwrap();
    thread::scope(|scope| {
        let watch = Watch::over(folder);
        let clients: Vec<_> = (1..=CLIENTS)
            .map(|number| {
                scope.spawn(move || {
                    let index = usize::try_from(number).unwrap();
                    let level = LEVELS[index / database.nodes() % LEVELS.len()];
                    let connect = || {
                        let (connection, ends) = connect(database, index % database.nodes(), level);
                        *place(number) = Some(ends);
                        connection
                    };
                    let log = folder.join(format!("client-{number}.log"));
                    Client::new(Identity { seed, number }, "BEGIN", &connect, descriptions, &log).run(0, deadline);
                    *place(number) = None;
                })
            })
            .collect();
        let mut faults = Faults::new(seed, CLIENTS, deadline);
        while let Some(Fault { client, loses_answer }) = faults.next() {
            match place(client).take() {
                Some(ends) if loses_answer => ends.scissors.cut(Cut::NextAnswer),
                Some(ends) => end(&ends, database),
                None => {}
            }
        }
        for client in clients {
            client.join().unwrap();
        }
        watch.end();
    });
    compare(descriptions, database);
}

/// A connection over its own wire to a node, whose transactions run at this level.
fn connect(database: &Database, node: usize, level: &str) -> (TestConnection, Ends) {
    loop {
        database.wait_for(node);
        let (url, scissors) = wire::lay(&database.url(node), DEFAULT_PORT);
        let connected = TestConnection::establish(&url).and_then(|mut connection| {
            connection
                .batch_execute(&format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}"))
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            let id = diesel::select(diesel::dsl::sql::<BigInt>("CAST(CONNECTION_ID() AS SIGNED)"))
                .get_result(&mut connection)
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok((connection, id))
        });
        // A node may be gone again in between.
        if let Ok((connection, id)) = connected {
            return (connection, Ends { node, id, scissors });
        }
    }
}

/// Ends a connection, if it and its node are still there.
fn end(ends: &Ends, database: &Database) {
    // A node that is stopped would not answer.
    let (node, id) = (database.url(ends.node), ends.id);
    thread::spawn(move || {
        if let Ok(mut connection) = TestConnection::establish(&node) {
            let _ = connection.batch_execute(&format!("KILL {id}"));
        }
    });
}

/// All nodes have the same rows and the same changes, when everything is done that a lost connection left behind.
fn compare(descriptions: &[Description], database: &Database) {
    for node in 0..database.nodes() {
        database.wait_for(node);
    }
    thread::sleep(std::time::Duration::from_secs(3));
    let mut tables: Vec<&str> = descriptions.iter().map(|description| description.name).collect();
    tables.push("history_changes");
    for table in tables {
        let sums: Vec<(i64, String)> = (0..database.nodes())
            .map(|node| {
                let connection = &mut database.connect_to(node);
                let rows = number(connection, &format!("(SELECT COUNT(*) FROM {table})"));
                let sum: Checksum =
                    diesel::sql_query(format!("CHECKSUM TABLE {table}")).get_result(connection).unwrap();
                (rows, format!("{:?}", sum.checksum))
            })
            .collect();
        eprintln!("== {table} on each node, rows and checksum: {sums:?}");
        assert!(sums.windows(2).all(|two| two[0] == two[1]), "the nodes differ in {table}: {sums:?}");
    }
}

#[derive(QueryableByName)]
struct Checksum {
    #[diesel(sql_type = diesel::sql_types::Nullable<BigInt>, column_name = "Checksum")]
    checksum: Option<i64>,
}

/// Clients are threads, so no process is a client.
pub fn played_a_client(_descriptions: &[Description]) -> bool {
    false
}

/// Whether this error says that the connection is gone.
pub fn is_lost(error: &DieselError) -> bool {
    match error {
        // Diesel looks at the connection after an error, whatever the error was.
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => true,
        DieselError::DatabaseError(kind, said) => {
            CONNECTION_LOST.iter().any(|(lost, message)| lost == kind && said.message().contains(message))
        }
        DieselError::RollbackErrorOnCommit { rollback_error, commit_error } => {
            is_lost(rollback_error) || is_lost(commit_error)
        }
        DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}
