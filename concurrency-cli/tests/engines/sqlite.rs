//! SQLite: each test has its own file.

use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::programs::{attempt, output};

pub type TestConnection = SqliteConnection;

/// The value of `--engine`.
pub const NAME: &str = "sqlite";

/// Replaces the trigger of `articles` by one that keeps our mark and does something else.
pub const ALTER: &str = "DROP TRIGGER concurrency_articles_version;
    CREATE TRIGGER concurrency_articles_version AFTER UPDATE ON articles
    BEGIN /* concurrency-diesel 1 */ SELECT 1; END";

/// Creates a trigger that is not ours, with our name.
pub const FOREIGN: &str = "CREATE TRIGGER concurrency_articles_version AFTER UPDATE ON articles BEGIN SELECT 1; END";

/// Disables the trigger of `articles`; not every engine can.
pub const DISABLE: Option<&str> = None;

/// A migration's statements that drop the trigger of `articles` by hand, and some that do not.
pub const UNCLEAR: [&str; 2] = [
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE type = 'trigger'; PRAGMA writable_schema = RESET",
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE type = 'none'; PRAGMA writable_schema = RESET",
];

/// The quote around names.
pub const QUOTE: char = '"';

/// The test's own file, which is removed with it.
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

    /// The dump by `sqlite3`.
    pub fn dump(&self) -> String {
        output(Command::new("sqlite3").arg(self.url()).arg(".dump"), "")
    }

    /// Reads a dump with `sqlite3`, into a file of the same name or of another name.
    pub fn restored(self, dump: &str, under_another_name: bool) -> Result<Self, String> {
        let restored = if under_another_name { Self(tempfile::tempdir().unwrap()) } else { self };
        if !under_another_name {
            std::fs::remove_file(restored.url()).unwrap();
        }
        attempt(Command::new("sqlite3").args(["-bail", &restored.url()]), dump).map(|_| restored)
    }

    /// The server's product and version.
    pub fn server() -> (String, String) {
        ("sqlite".to_owned(), "bundled".to_owned())
    }

    /// Whether the dump program supports this server's version.
    pub fn can_be_dumped(&self) -> bool {
        true
    }

    /// The database's own name of a table.
    pub fn full_name(&self, table: &str) -> String {
        format!("main.{table}")
    }

    /// A database that does not exist, and the message about it.
    pub fn absent() -> (&'static str, &'static str) {
        ("gone/blog.sqlite", "gone/blog.sqlite: there is no such file; make the database with `diesel setup`")
    }
}
