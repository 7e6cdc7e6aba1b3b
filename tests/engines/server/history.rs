//! The clients of the history on a server: threads, each with a connection that is ended from outside.

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::super::{CONNECTION_LOST, DEFAULT_PORT, Database, TestConnection, connection_id, settings};
use crate::engine::server::wire::{self, Cut, Scissors};
use crate::history::CLIENTS;
use crate::history::client::{Client, Identity};
use crate::history::faults::{Fault, Faults};
use crate::history::table::Description;
use crate::suite::isolation::table::Setting;

/// The two ways to end a client's connection.
struct Ends {
    id: i64,
    scissors: Scissors,
}

/// Lets all clients work until it is time, each at one of the engine's isolation levels.
pub fn play(seed: u64, descriptions: &[Description], database: &Database, folder: &Path, deadline: Instant) {
    let settings = settings(&mut database.connect());
    let connections: Vec<Mutex<Option<Ends>>> = (0..=CLIENTS).map(|_| Mutex::new(None)).collect();
    let place = |client: u64| connections[usize::try_from(client).unwrap()].lock().unwrap();
    thread::scope(|scope| {
        for number in 1..=CLIENTS {
            let setting = &settings[usize::try_from(number).unwrap() % settings.len()];
            scope.spawn(move || {
                let connect = || {
                    let (connection, ends) = connect(database, setting);
                    *place(number) = Some(ends);
                    connection
                };
                let log = folder.join(format!("client-{number}.log"));
                Client::new(Identity { seed, number }, setting.begin, &connect, descriptions, &log).run(0, deadline);
                *place(number) = None;
            });
        }
        let observer = &mut database.connect();
        let mut faults = Faults::new(seed, CLIENTS, deadline);
        while let Some(Fault { client, loses_answer }) = faults.next() {
            // Once only: the engine may give the number to another connection later.
            match place(client).take() {
                Some(ends) if loses_answer => ends.scissors.cut(Cut::NextAnswer),
                Some(ends) => super::end(ends.id, observer),
                None => {}
            }
        }
    });
}

/// A connection over its own wire, whose transactions run at this level.
fn connect(database: &Database, setting: &Setting) -> (TestConnection, Ends) {
    let (url, scissors) = wire::lay(&database.url(), DEFAULT_PORT);
    let mut connection = TestConnection::establish(&url).unwrap();
    for sql in setting.session {
        connection.batch_execute(sql).unwrap();
    }
    super::prepare(&mut connection);
    let id = connection_id(&mut connection);
    (connection, Ends { id, scissors })
}

/// A connection whose wire can be cut.
pub struct Unreliable {
    pub connection: TestConnection,
    scissors: Scissors,
}

pub fn unreliable(database: &Database) -> Unreliable {
    let (url, scissors) = wire::lay(&database.url(), DEFAULT_PORT);
    Unreliable { connection: TestConnection::establish(&url).unwrap(), scissors }
}

impl Unreliable {
    pub fn lose_answer(&self) {
        self.scissors.cut(Cut::NextAnswer);
    }

    pub fn cut_question(&self, after: usize) {
        self.scissors.cut(Cut::QuestionsAfter(after));
    }

    pub fn cut_answer(&self, after: usize) {
        self.scissors.cut(Cut::AnswersAfter(after));
    }
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
