//! A connection to a database of any engine, and the queries of this tool. `concurrency_diesel::triggers` knows the
//! triggers.

use std::thread;
use std::time::Duration;

use concurrency_diesel::triggers::{self, Engine, FoundTrigger, Problem, TriggerSpec};
use diesel::Connection as _;
#[cfg(feature = "mysql")]
use diesel::MysqlConnection;
#[cfg(feature = "postgres")]
use diesel::PgConnection;
#[cfg(feature = "sqlite")]
use diesel::SqliteConnection;

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("concurrency-cli needs an engine; enable the feature `sqlite`, `postgres` or `mysql`");

use crate::environment::DatabaseUrl;
use crate::error::Error;

/// An open database.
pub(crate) struct Database {
    url: DatabaseUrl,
    connection: Connection,
}

enum Connection {
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
    #[cfg(feature = "mysql")]
    Mysql(MysqlConnection),
}

/// Does the same on a connection of each engine, and removes secrets from its error.
macro_rules! on {
    ($database:expr, |$connection:ident| $work:expr) => {{
        let outcome: Result<_, triggers::Error> = match $database.connection {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(ref mut $connection) => $work,
            #[cfg(feature = "postgres")]
            Connection::Postgres(ref mut $connection) => $work,
            #[cfg(feature = "mysql")]
            Connection::Mysql(ref mut $connection) => $work,
        };
        outcome.map_err(|error| Error::Database($database.url.conceal_in(&error.to_string())))
    }};
}

impl Database {
    pub(crate) fn open(url: DatabaseUrl) -> Result<Self, Error> {
        if url.file().is_some_and(|file| !file.exists()) {
            return Err(Error::NoDatabaseFile(url));
        }
        let connection = match url.engine() {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => sqlite(&url).map(Connection::Sqlite),
            #[cfg(feature = "postgres")]
            Engine::Postgres => PgConnection::establish(url.reveal()).map(Connection::Postgres),
            #[cfg(feature = "mysql")]
            Engine::Mysql => MysqlConnection::establish(url.reveal()).map(Connection::Mysql),
            other => return Err(Error::NotBuiltIn(other)),
        };
        match connection {
            Ok(connection) => Ok(Self { url, connection }),
            Err(error) => {
                let words: Vec<String> = error.to_string().split_whitespace().map(str::to_owned).collect();
                Err(Error::Connection { message: url.conceal_in(&words.join(" ")), url })
            }
        }
    }

    /// Creates the triggers that are not there in their form, and returns them.
    pub(crate) fn create(&mut self, specs: &[TriggerSpec], retries: u32) -> Result<Vec<TriggerSpec>, Error> {
        on!(self, |connection| again(retries, || triggers::create_specs(specs, connection)))
    }

    pub(crate) fn drop(&mut self, specs: &[TriggerSpec], retries: u32) -> Result<(), Error> {
        on!(self, |connection| again(retries, || triggers::drop_specs(specs, connection)))
    }

    /// Our triggers that none of these specifications wants.
    pub(crate) fn unused(&mut self, specs: &[TriggerSpec]) -> Result<Vec<Problem>, Error> {
        on!(self, |connection| triggers::unused(specs, connection))
    }

    /// Drops the triggers, and returns those that it dropped.
    pub(crate) fn drop_unused(&mut self, specs: &[TriggerSpec], retries: u32) -> Result<Vec<FoundTrigger>, Error> {
        on!(self, |connection| again(retries, || triggers::drop_unused(specs, connection)))
    }

    pub(crate) fn list(&mut self) -> Result<Vec<FoundTrigger>, Error> {
        on!(self, |connection| triggers::list(connection))
    }

    /// The problem of each trigger.
    pub(crate) fn check_each(&mut self, specs: &[TriggerSpec]) -> Result<Vec<Vec<Problem>>, Error> {
        on!(self, |connection| triggers::check_each(specs, connection))
    }

    /// The problem of each trigger, and those of the triggers that none of these specifications wants.
    pub(crate) fn check_all(&mut self, specs: &[TriggerSpec]) -> Result<(Vec<Vec<Problem>>, Vec<Problem>), Error> {
        on!(self, |connection| triggers::check_all(specs, connection))
    }

    /// The problem of the trigger, and the other problems on its table.
    pub(crate) fn check(&mut self, spec: &TriggerSpec) -> Result<Vec<Problem>, Error> {
        on!(self, |connection| triggers::check_specs(std::slice::from_ref(spec), connection))
    }
}

/// Tries again this many times while others use the table.
fn again<T>(retries: u32, mut work: impl FnMut() -> Result<T, triggers::Error>) -> Result<T, triggers::Error> {
    let mut left = retries;
    loop {
        match work() {
            Err(triggers::Error::InUse { .. }) if left > 0 => left = left.saturating_sub(1),
            outcome => return outcome,
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// A connection that waits while the file is in use.
#[cfg(feature = "sqlite")]
fn sqlite(url: &DatabaseUrl) -> diesel::ConnectionResult<SqliteConnection> {
    use diesel::connection::SimpleConnection as _;

    let mut connection = SqliteConnection::establish(url.reveal())?;
    let waits = connection.batch_execute("PRAGMA busy_timeout = 5000");
    waits.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}
