//! PostgreSQL: each test has a schema of its own on the server named by `PG_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

pub type TestConnection = PgConnection;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Whether the read that explains a conflict locks the row.
pub const CONFLICT_READ_LOCKS: bool = false;

/// Whether an UPDATE that assigns a column twice is an error.
pub const REFUSES_DOUBLE_ASSIGNMENT: bool = true;

/// A schema of the test's own, removed with it.
pub struct Database {
    schema: String,
}

impl Database {
    /// With the tables of `migrations/postgres`.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self { schema: format!("concurrency_test_{}_{number}", std::process::id()) };
        let drop_and_create = format!("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", database.schema);
        server().batch_execute(&drop_and_create).unwrap();
        database.connect().run_pending_migrations(MIGRATIONS).unwrap();
        database
    }

    /// The URL that Diesel connects to.
    pub fn url(&self) -> String {
        let url = server_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-csearch_path%3D{}%20-cclient_min_messages%3Dwarning", self.schema)
    }

    /// One more connection to this database.
    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }
}

impl Drop for Database {
    /// Connections that a failed test left in a transaction must not hold up the rest: they lose their schema, not we our time.
    fn drop(&mut self) {
        let drop = format!("SET lock_timeout = '2s'; DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
        let _ = server().batch_execute(&drop);
    }
}

fn server_url() -> String {
    std::env::var("PG_URL").expect("PG_URL names the PostgreSQL server; tests/run starts one")
}

fn server() -> TestConnection {
    let mut connection = TestConnection::establish(&server_url()).unwrap();
    connection.batch_execute("SET client_min_messages = warning").unwrap();
    connection
}

/// Nothing to do: a row is locked by itself.
pub fn begin_write(_connection: &mut TestConnection) {}
