//! MariaDB and MySQL: each test has a database of its own on the server named by `MYSQL_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

pub type TestConnection = MysqlConnection;

/// For `--engine`.
pub const NAME: &str = "mysql";

/// Replaces the trigger of `articles` by one that keeps our mark and does something else.
pub const ALTER: &str = "DROP TRIGGER concurrency_articles_version;
    CREATE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles
    FOR EACH ROW SET /* concurrency-diesel 1 */ NEW.version = 7";

/// Makes a trigger that is not ours, under our name.
pub const FOREIGN: &str =
    "CREATE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles FOR EACH ROW SET NEW.title = 'own'";

/// Lets the trigger of `articles` be and not fire; not every engine can.
pub const DISABLE: Option<&str> = None;

/// What quotes a name.
pub const QUOTE: char = '`';

/// A database of the test's own, removed with it.
pub struct Database {
    name: String,
}

impl Database {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("concurrency_cli_{}_{number}", std::process::id());
        let mut server = server();
        server.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).unwrap();
        Self { name }
    }

    pub fn url(&self) -> String {
        let url = server_url();
        let (server, _) = url.rsplit_once('/').expect("MYSQL_URL ends in a database");
        format!("{server}/{}", self.name)
    }

    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }

    /// How the database names a table of its own.
    pub fn full_name(&self, table: &str) -> String {
        format!("{}.{table}", self.name)
    }

    /// A server that is not there, and what is said of it.
    pub fn absent() -> (&'static str, &'static str) {
        ("mysql://ada:secret@127.0.0.1:1/blog", "mysql://ada:****@127.0.0.1:1/blog: ")
    }
}

impl Drop for Database {
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
