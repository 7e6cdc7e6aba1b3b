//! PostgreSQL: each test has its own schema on the server that `PG_URL` names.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::programs::{attempt, output};

pub type TestConnection = PgConnection;

/// The value of `--engine`.
pub const NAME: &str = "postgres";

/// Replaces the function of the trigger of `articles` by one that keeps our mark and does something else.
pub const ALTER: &str = "CREATE OR REPLACE FUNCTION concurrency_articles_version() RETURNS trigger
    LANGUAGE plpgsql AS $$ BEGIN /* concurrency-diesel 1 */ RETURN NEW; END $$";

/// Creates a trigger that is not ours, with our name.
pub const FOREIGN: &str = "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION own()";

/// Disables the trigger of `articles`; not every engine can.
pub const DISABLE: Option<&str> = Some("ALTER TABLE articles DISABLE TRIGGER concurrency_articles_version");

/// A migration's program that drops the trigger of `articles`, and one that does not.
pub const UNCLEAR: [&str; 2] = [
    "DO $$ DECLARE name text := 'articles'; BEGIN EXECUTE format('DROP TRIGGER concurrency_%s_version ON %I', name, name); END $$",
    "DO $$ BEGIN IF 1 = 2 THEN DROP TABLE articles; END IF; END $$",
];

/// The quote around names.
pub const QUOTE: char = '"';

/// A schema in a dump.
const DUMPED: &str = "concurrency_dumped";

/// The test's own schema, which is removed with it.
pub struct Database {
    schema: String,
    /// A separate database on the server, into which a dump of the schema was restored.
    own: Option<String>,
}

impl Database {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("concurrency_cli_{}_{number}", std::process::id());
        let drop_and_create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        server().batch_execute(&drop_and_create).unwrap();
        Self { schema, own: None }
    }

    pub fn url(&self) -> String {
        let url = self.server_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-csearch_path%3D{}%20-cclient_min_messages%3Dwarning", self.schema)
    }

    fn server_url(&self) -> String {
        match &self.own {
            None => server_url(),
            Some(own) => {
                let url = server_url();
                let (path, options) = url
                    .split_once('?')
                    .map_or((url.as_str(), String::new()), |(path, options)| (path, format!("?{options}")));
                let (server, _) = path.rsplit_once('/').expect("PG_URL ends in a database");
                format!("{server}/{own}{options}")
            }
        }
    }

    /// The dump by `pg_dump`, with another name instead of the schema's own.
    pub fn dump(&self) -> String {
        let schema = format!("--schema={}", self.schema);
        let dump = output(Command::new("pg_dump").args([&schema, &format!("--dbname={}", self.server_url())]), "");
        dump.replace(&self.schema, DUMPED)
    }

    /// Reads a dump with `psql`, into the same database or another one.
    pub fn restored(mut self, dump: &str, under_another_name: bool) -> Result<Self, String> {
        server().batch_execute(&format!("DROP SCHEMA {} CASCADE", self.schema)).unwrap();
        if under_another_name {
            let own = format!("{}_restored", self.schema);
            server().batch_execute(&format!("CREATE DATABASE {own}")).unwrap();
            self.own = Some(own);
        }
        let url = format!("--dbname={}", self.server_url());
        let dump = dump.replace(DUMPED, &self.schema);
        attempt(Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &url]), &dump).map(|_| self)
    }

    /// The server's product and version.
    pub fn server() -> (String, String) {
        let version = diesel::select(sql::<Text>("current_setting('server_version')"));
        ("postgres".to_owned(), version.get_result(&mut server()).unwrap())
    }

    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }

    /// Whether the dump program supports this server's version: `pg_dump` refuses newer servers.
    pub fn can_be_dumped(&self) -> bool {
        let version = output(Command::new("pg_dump").arg("--version"), "");
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i64>();
        let of_program = version.split_whitespace().find_map(|word| digits(word).ok()).unwrap();
        let of_server = diesel::select(sql::<BigInt>("current_setting('server_version_num')::bigint / 10000"));
        of_server.get_result::<i64>(&mut server()).unwrap() <= of_program
    }

    /// The database's own name of a table.
    pub fn full_name(&self, table: &str) -> String {
        format!("{}.{table}", self.schema)
    }

    /// A server that does not exist, and the message about it.
    pub fn absent() -> (&'static str, &'static str) {
        ("postgres://ada:secret@127.0.0.1:1/blog", "postgres://ada:****@127.0.0.1:1/blog: ")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            let _ = server().batch_execute(&format!("DROP DATABASE IF EXISTS {own} WITH (FORCE)"));
            return;
        }
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

/// In a database of its own, since such a setting holds for all of it.
#[test]
fn roles_for_which_the_trigger_does_not_fire_are_named() {
    let name = format!("concurrency_cli_{}_roles", std::process::id());
    let execute = |connection: &mut TestConnection, sql: &str| connection.batch_execute(sql).unwrap();
    execute(&mut server(), &format!("CREATE DATABASE {name}"));
    let own = Database { schema: "public".to_owned(), own: Some(name.clone()) };
    let table = "CREATE TABLE articles (id BIGINT PRIMARY KEY, title TEXT NOT NULL, version BIGINT NOT NULL DEFAULT 1)";
    execute(&mut own.connect(), table);
    let project = crate::project::Project::new();
    let run = |command: &str| project.run(&["--database-url", &own.url(), "triggers", command]);
    assert_eq!(run("create").code, Some(0));
    let role = format!("{name}_writer");
    for (set, reset, who) in [
        (
            format!("ALTER DATABASE {name} SET session_replication_role = replica"),
            format!("ALTER DATABASE {name} RESET session_replication_role"),
            "any role".to_owned(),
        ),
        (
            format!("CREATE ROLE {role}; ALTER ROLE {role} IN DATABASE {name} SET session_replication_role = replica"),
            format!("ALTER ROLE {role} IN DATABASE {name} RESET ALL; DROP ROLE {role}"),
            format!("the role {role}"),
        ),
    ] {
        execute(&mut server(), &set);
        let said = format!(
            "bypassed the trigger concurrency_articles_version of articles does not fire for {who}, \
             whose session_replication_role is replica; RESET that, or ENABLE ALWAYS the trigger\n"
        );
        run("check").expect(1, &said, "");
        run("create").expect(0, "nothing to create: the database has all 1 triggers\n", "");
        execute(&mut own.connect(), "ALTER TABLE articles ENABLE ALWAYS TRIGGER concurrency_articles_version");
        assert_eq!(run("check").code, Some(0));
        execute(&mut own.connect(), "ALTER TABLE articles ENABLE TRIGGER concurrency_articles_version");
        execute(&mut server(), &reset);
        assert_eq!(run("check").code, Some(0));
    }
}
