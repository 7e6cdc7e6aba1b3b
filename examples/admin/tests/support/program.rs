//! The program, in its own process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::Client;

pub const SECRET: &str = "a secret of the tests, thirty-two bytes or more";

/// A running program, which ends with the test.
pub struct Program {
    child: Child,
    pub address: String,
    folder: TempDir,
}

/// How a program is started.
pub struct Start(Command, TempDir);

impl Start {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_admin-example"));
        command.env("ADMIN_ADDRESS", "127.0.0.1:0").env("ADMIN_DATABASE", folder.path().join("admin.sqlite"));
        command.env("ADMIN_SECRET", SECRET).env_remove("ADMIN_LOCK_SECONDS");
        command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command, folder)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    pub fn run(mut self) -> Program {
        self.0.stderr(Stdio::inherit());
        let mut child = self.0.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim_end().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        Program { child, address, folder: self.1 }
    }

    /// How a program ended that did not start, and what it printed.
    pub fn fail(mut self) -> (ExitStatus, String, String) {
        let mut child = self.0.spawn().unwrap();
        let (mut out, mut said) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (child.wait().unwrap(), out, said)
    }
}

impl Program {
    pub fn start() -> Self {
        Start::new().run()
    }

    /// A person with a browser.
    pub fn client(&self, name: &str) -> Client {
        let mut client = Client::new(&self.address);
        if name != "guest" {
            let answer = client.post("/sign-in", &[("name", name)]);
            assert_eq!((answer.status, answer.location()), (303, "/articles"));
        }
        client
    }

    /// The database, as another program opens it.
    pub fn database(&self) -> SqliteConnection {
        let mut conn =
            SqliteConnection::establish(&self.folder.path().join("admin.sqlite").display().to_string()).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 20000").unwrap();
        conn
    }

    /// Runs SQL like another program.
    #[track_caller]
    pub fn sql(&self, sql: &str) {
        self.database().batch_execute(sql).unwrap();
    }

    /// An article's title, status, body and version; `None` if it is gone.
    pub fn row(&self, id: i64) -> Option<(String, String, String, i64)> {
        use diesel::prelude::*;
        diesel::table! { articles (id) { id -> BigInt, title -> Text, status -> Text, body -> Text, version -> BigInt, } }
        let row = articles::table.find(id);
        row.select((articles::title, articles::status, articles::body, articles::version))
            .first(&mut self.database())
            .optional()
            .unwrap()
    }

    #[track_caller]
    pub fn title(&self, id: i64) -> String {
        self.row(id).unwrap().0
    }

    #[track_caller]
    pub fn version(&self, id: i64) -> i64 {
        self.row(id).unwrap().3
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
