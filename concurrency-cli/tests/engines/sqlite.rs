//! SQLite: each test has a file of its own.

use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::programs::{attempt, output};

pub type TestConnection = SqliteConnection;

/// For `--engine`.
pub const NAME: &str = "sqlite";

/// Replaces the trigger of `articles` by one that keeps our mark and does something else.
pub const ALTER: &str = "DROP TRIGGER concurrency_articles_version;
    CREATE TRIGGER concurrency_articles_version AFTER UPDATE ON articles
    BEGIN /* concurrency-diesel 1 */ SELECT 1; END";

/// Makes a trigger that is not ours, under our name.
pub const FOREIGN: &str = "CREATE TRIGGER concurrency_articles_version AFTER UPDATE ON articles BEGIN SELECT 1; END";

/// Lets the trigger of `articles` be and not fire; not every engine can.
pub const DISABLE: Option<&str> = None;

/// A migration's statements that drop the trigger of `articles` by hand, and some that do not.
pub const UNCLEAR: [&str; 2] = [
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE type = 'trigger'; PRAGMA writable_schema = RESET",
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE type = 'none'; PRAGMA writable_schema = RESET",
];

/// What quotes a name.
pub const QUOTE: char = '"';

/// A file of the test's own, removed with it.
pub struct Database(tempfile::TempDir);

impl Database {
    pub fn new() -> Self {
        let database = Self(tempfile::tempdir().unwrap());
        // Readers do not wait for writers, as on the other engines.
        database.connect().batch_execute("PRAGMA journal_mode = WAL").unwrap();
        database
    }

    pub fn url(&self) -> String {
        self.0.path().join("blog.sqlite").display().to_string()
    }

    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }

    /// What `sqlite3` dumps of it.
    pub fn dump(&self) -> String {
        output(Command::new("sqlite3").arg(self.url()).arg(".dump"), "")
    }

    /// A dump read by `sqlite3`, into a file of the same name or of another.
    pub fn restored(self, dump: &str, under_another_name: bool) -> Result<Self, String> {
        let restored = if under_another_name { Self(tempfile::tempdir().unwrap()) } else { self };
        if !under_another_name {
            std::fs::remove_file(restored.url()).unwrap();
        }
        attempt(Command::new("sqlite3").args(["-bail", &restored.url()]), dump).map(|_| restored)
    }

    /// What made the server, and its version.
    pub fn server() -> (String, String) {
        ("sqlite".to_owned(), "bundled".to_owned())
    }

    /// Whether the program that dumps knows this server's version.
    pub fn can_be_dumped(&self) -> bool {
        true
    }

    /// How the database names a table of its own.
    pub fn full_name(&self, table: &str) -> String {
        format!("main.{table}")
    }

    /// A database that is not there, and what is said of it.
    pub fn absent() -> (&'static str, &'static str) {
        ("gone/blog.sqlite", "gone/blog.sqlite: there is no such file; make the database with `diesel setup`")
    }
}
