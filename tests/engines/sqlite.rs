//! SQLite: each test has a file of its own, in WAL mode.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use libsqlite3_sys as _;
use tempfile::TempDir;

pub type TestConnection = SqliteConnection;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");

/// Whether the read that explains a conflict locks the row.
pub const CONFLICT_READ_LOCKS: bool = false;

/// Whether an UPDATE that assigns a column twice is an error.
pub const REFUSES_DOUBLE_ASSIGNMENT: bool = false;

/// A database of the test's own, removed with it.
pub struct Database {
    folder: TempDir,
}

impl Database {
    /// With the tables of `migrations/sqlite`.
    pub fn new() -> Self {
        let database = Self { folder: TempDir::new().unwrap() };
        let mut connection = database.connect();
        connection.batch_execute("PRAGMA journal_mode = WAL").unwrap();
        connection.run_pending_migrations(MIGRATIONS).unwrap();
        database
    }

    /// The URL that Diesel connects to.
    pub fn url(&self) -> String {
        self.folder.path().join("database.sqlite").display().to_string()
    }

    /// One more connection to this database.
    pub fn connect(&self) -> TestConnection {
        let mut connection = TestConnection::establish(&self.url()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF").unwrap();
        connection
    }
}

/// Takes the write lock: an engine without row locks can hold writers off only so.
pub fn begin_write(connection: &mut TestConnection) {
    connection.batch_execute("UPDATE articles SET views = views WHERE 0").unwrap();
}
