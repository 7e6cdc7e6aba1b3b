//! MariaDB and MySQL: each test has a database of its own on the server named by `MYSQL_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

pub type TestConnection = MysqlConnection;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/mysql");

/// Whether the read that explains a conflict locks the row.
pub const CONFLICT_READ_LOCKS: bool = true;

/// Whether an UPDATE that assigns a column twice is an error.
pub const REFUSES_DOUBLE_ASSIGNMENT: bool = false;

/// A database of the test's own, removed with it.
pub struct Database {
    name: String,
}

impl Database {
    /// With the tables of `migrations/mysql`.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self { name: format!("concurrency_test_{}_{number}", std::process::id()) };
        let mut server = server();
        server.batch_execute(&format!("DROP DATABASE IF EXISTS {}", database.name)).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {} CHARACTER SET utf8mb4", database.name)).unwrap();
        database.connect().run_pending_migrations(MIGRATIONS).unwrap();
        database
    }

    /// The URL that Diesel connects to.
    pub fn url(&self) -> String {
        let url = server_url();
        let (server, _) = url.rsplit_once('/').expect("MYSQL_URL ends in a database");
        format!("{server}/{}", self.name)
    }

    /// One more connection to this database.
    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }
}

impl Drop for Database {
    /// Connections that a failed test left in a transaction must not hold up the rest.
    fn drop(&mut self) {
        let mut server = server();
        let _ = server.batch_execute("SET lock_wait_timeout = 2");
        let _ = server.batch_execute(&format!("DROP DATABASE IF EXISTS {}", self.name));
    }
}

fn server_url() -> String {
    std::env::var("MYSQL_URL").expect("MYSQL_URL names the MariaDB or MySQL server; tests/run starts one")
}

fn server() -> TestConnection {
    TestConnection::establish(&server_url()).unwrap()
}

/// Nothing to do: a row is locked by itself.
pub fn begin_write(_connection: &mut TestConnection) {}
