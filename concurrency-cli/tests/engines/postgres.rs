//! PostgreSQL: each test has a schema of its own on the server named by `PG_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

pub type TestConnection = PgConnection;

/// For `--engine`.
pub const NAME: &str = "postgres";

/// Replaces the function of the trigger of `articles` by one that keeps our mark and does something else.
pub const ALTER: &str = "CREATE OR REPLACE FUNCTION concurrency_articles_version() RETURNS trigger
    LANGUAGE plpgsql AS $$ BEGIN /* concurrency-diesel 1 */ RETURN NEW; END $$";

/// Makes a trigger that is not ours, under our name.
pub const FOREIGN: &str = "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION own()";

/// Lets the trigger of `articles` be and not fire; not every engine can.
pub const DISABLE: Option<&str> = Some("ALTER TABLE articles DISABLE TRIGGER concurrency_articles_version");

/// What quotes a name.
pub const QUOTE: char = '"';

/// A schema of the test's own, removed with it.
pub struct Database {
    schema: String,
}

impl Database {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("concurrency_cli_{}_{number}", std::process::id());
        let drop_and_create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        server().batch_execute(&drop_and_create).unwrap();
        Self { schema }
    }

    pub fn url(&self) -> String {
        let url = server_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-csearch_path%3D{}%20-cclient_min_messages%3Dwarning", self.schema)
    }

    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }

    /// How the database names a table of its own.
    pub fn full_name(&self, table: &str) -> String {
        format!("{}.{table}", self.schema)
    }

    /// A server that is not there, and what is said of it.
    pub fn absent() -> (&'static str, &'static str) {
        ("postgres://ada:secret@127.0.0.1:1/blog", "postgres://ada:****@127.0.0.1:1/blog: ")
    }
}

impl Drop for Database {
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
