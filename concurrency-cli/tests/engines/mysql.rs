//! MariaDB and MySQL: each test has its own database on the server that `MYSQL_URL` names.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::programs::{attempt, output, program};

pub type TestConnection = MysqlConnection;

/// The value of `--engine`.
pub const NAME: &str = "mysql";

/// Replaces the trigger of `articles` by one that keeps our mark and does something else.
pub const ALTER: &str = "DROP TRIGGER concurrency_articles_version;
    CREATE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles
    FOR EACH ROW SET /* concurrency-diesel 1 */ NEW.version = 7";

/// Creates a trigger that is not ours, with our name.
pub const FOREIGN: &str =
    "CREATE TRIGGER concurrency_articles_version BEFORE UPDATE ON articles FOR EACH ROW SET NEW.title = 'own'";

/// Disables the trigger of `articles`; not every engine can.
pub const DISABLE: Option<&str> = None;

/// A migration's program that drops the trigger of `articles`, and one that does not.
pub const UNCLEAR: [&str; 2] = [
    "CREATE PROCEDURE rebuild() BEGIN DROP TRIGGER concurrency_articles_version; END; CALL rebuild(); DROP PROCEDURE rebuild",
    "CREATE PROCEDURE rebuild() BEGIN IF 1 = 2 THEN DROP TABLE articles; END IF; END; CALL rebuild(); DROP PROCEDURE rebuild",
];

/// The quote around names.
pub const QUOTE: char = '`';

/// The test's own database, which is removed with it.
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

    /// The dump by the server's own client.
    pub fn dump(&self) -> String {
        output(client(&["mariadb-dump", "mysqldump"]).arg(&self.name), "")
    }

    /// Reads a dump with the client, which drops comments, into a database of the same name or of another name.
    pub fn restored(self, dump: &str, under_another_name: bool) -> Result<Self, String> {
        let restored = if under_another_name { Self { name: format!("{}_restored", self.name) } } else { self };
        let name = &restored.name;
        server().batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        server().batch_execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).unwrap();
        attempt(client(&["mariadb", "mysql"]).arg(name), dump).map(|_| restored)
    }

    /// The server's product and version.
    pub fn server() -> (String, String) {
        let version: String = diesel::select(sql::<Text>("VERSION()")).get_result(&mut server()).unwrap();
        (if version.contains("MariaDB") { "mariadb" } else { "mysql" }.to_owned(), version)
    }

    /// Whether the dump program supports this server's version.
    pub fn can_be_dumped(&self) -> bool {
        true
    }

    /// The database's own name of a table.
    pub fn full_name(&self, table: &str) -> String {
        format!("{}.{table}", self.name)
    }

    /// A server that does not exist, and the message about it.
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

/// A client program of the server, connected to it.
fn client(names: &[&str]) -> Command {
    let url = server_url();
    let (user, rest) =
        url.strip_prefix("mysql://").and_then(|url| url.split_once('@')).expect("MYSQL_URL names a user");
    let (address, _) = rest.split_once('/').expect("MYSQL_URL ends in a database");
    let (host, port) = address.split_once(':').unwrap_or((address, "3306"));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let mut command = Command::new(program(names));
    command.args(["--no-defaults", "--protocol=tcp", "-h", host, "-P", port, "-u", user]).env("MYSQL_PWD", password);
    command
}

fn server_url() -> String {
    std::env::var("MYSQL_URL").expect("MYSQL_URL names the MariaDB or MySQL server; tests/run starts one")
}

fn server() -> TestConnection {
    TestConnection::establish(&server_url()).unwrap()
}
