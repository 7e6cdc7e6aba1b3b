//! The tests, compiled once per engine against `crate::engine`.

mod create_and_drop;
mod dumps;
mod histories;
mod many;
mod migrations;
mod names;
mod problems;
mod refusals;
mod strict;
mod unused;
mod waiting;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use serde_json::Value;

use crate::engine::{Database, TestConnection};
use crate::project::{MODELS, Project, Ran};

/// A project whose `.env` names a database with the project's migrations.
pub struct Blog {
    pub project: Project,
    pub database: Database,
    pub connection: TestConnection,
}

impl Blog {
    pub fn new() -> Self {
        let (project, database) = (Project::new(), Database::new());
        project.write(".env", &format!("DATABASE_URL={}\n", database.url()));
        let connection = database.connect();
        let mut blog = Self { project, database, connection };
        blog.migrate();
        blog
    }

    /// Both models have a trigger.
    pub fn with_two_models() -> Self {
        let blog = Self::new();
        blog.write_models(&MODELS.replace("#[concurrent(version)]", "#[concurrent(version = TriggerVersionField)]"));
        blog
    }

    /// The same with a database restored from a dump, or why the server refuses the dump.
    pub fn restored(self, dump: &str, under_another_name: bool) -> Result<Self, String> {
        let Self { project, database, connection } = self;
        drop(connection);
        let database = database.restored(dump, under_another_name)?;
        project.write(".env", &format!("DATABASE_URL={}\n", database.url()));
        let connection = database.connect();
        Ok(Self { project, database, connection })
    }

    pub fn write_models(&self, models: &str) {
        self.project.write("src/models.rs", models);
    }

    /// Runs `diesel-concurrency triggers …`.
    pub fn triggers(&self, arguments: &[&str]) -> Ran {
        self.project.run(&[&["triggers"], arguments].concat())
    }

    /// Sends statements, like another program.
    pub fn execute(&mut self, statements: &str) {
        self.connection.batch_execute(statements).unwrap();
    }

    /// A single number.
    pub fn number(&mut self, query: &str) -> i64 {
        diesel::select(sql::<BigInt>(&format!("({query})"))).get_result(&mut self.connection).unwrap()
    }

    fn files(&self) -> FileBasedMigrations {
        FileBasedMigrations::from_path(self.project.path("migrations")).unwrap()
    }

    /// `diesel migration run`
    pub fn migrate(&mut self) {
        let files = self.files();
        self.connection.run_pending_migrations(files).unwrap();
    }

    /// `diesel migration revert`
    pub fn revert(&mut self) {
        let files = self.files();
        self.connection.revert_last_migration(files).unwrap();
    }

    /// `diesel migration revert --all`
    pub fn revert_all(&mut self) {
        let files = self.files();
        self.connection.revert_all_migrations(files).unwrap();
    }

    /// The names of our triggers in the test's own database. PostgreSQL lists those of all its schemas.
    #[track_caller]
    pub fn list(&self) -> Vec<String> {
        let ran = self.triggers(&["list", "--format", "json"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let list: Value = serde_json::from_str(&ran.out).unwrap();
        let mut names: Vec<String> =
            self.own(&list).map(|trigger| trigger["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// The entries of a JSON list about the test's own database.
    pub fn own<'l>(&self, list: &'l Value) -> impl Iterator<Item = &'l Value> {
        let own = self.database.full_name("");
        let triggers = list["triggers"].as_array().unwrap().iter();
        triggers.filter(move |trigger| format!("{}.", trigger["schema"].as_str().unwrap()) == own)
    }

    /// The lines of a list about the test's own database.
    #[track_caller]
    pub fn listed(&self) -> Vec<String> {
        let ran = self.triggers(&["list"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let own = format!(" on {}", self.database.full_name(""));
        let mut lines: Vec<String> = ran.out.lines().filter(|line| line.contains(&own)).map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Asserts that a foreign write advances the version of the table by one if the table has a trigger.
    #[track_caller]
    pub fn expect_advance(&mut self, table: &str, advance: i64) {
        self.execute(&format!(
            "DELETE FROM {table}; INSERT INTO {table} (id, title, version) VALUES (1, 'a', 1), (2, 'b', 7)"
        ));
        self.execute(&format!("UPDATE {table} SET title = 'theirs'"));
        let versions = [1, 2].map(|id| self.number(&format!("SELECT version FROM {table} WHERE id = {id}")));
        assert_eq!(versions, [1 + advance, 7 + advance], "{table}");
    }
}
