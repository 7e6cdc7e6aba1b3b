//! A project as `diesel setup` creates it, and the real binary run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A model with a trigger, and one without.
pub const MODELS: &str = "use concurrency_diesel::prelude::*;
use diesel::prelude::*;

use crate::schema::{articles, posts};

#[derive(Queryable, Selectable, Identifiable, Concurrent)]
#[diesel(table_name = articles)]
pub struct Article {
    pub id: i64,
    pub title: String,
    #[concurrent(version = TriggerVersionField)]
    pub version: i64,
}

#[derive(Queryable, Selectable, Identifiable, Concurrent)]
#[diesel(table_name = posts)]
pub struct Post {
    pub id: i64,
    pub title: String,
    #[concurrent(version)]
    pub version: i64,
}
";

pub const SCHEMA: &str = "// @generated automatically by Diesel CLI.

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        title -> Text,
        version -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(articles, posts,);
";

/// As diesel_cli 2.3 writes it.
pub const DIESEL_TOML: &str = "# For documentation on how to configure this file,
# see https://diesel.rs/guides/configuring-diesel-cli

[print_schema]
file = \"src/schema.rs\"
custom_type_derives = [\"diesel::query_builder::QueryId\", \"Clone\"]

[migrations_directory]
dir = \"migrations\"
";

const CREATE_TABLES: &str =
    "CREATE TABLE articles (id BIGINT PRIMARY KEY, title VARCHAR(200) NOT NULL, version BIGINT NOT NULL);
CREATE TABLE posts (id BIGINT PRIMARY KEY, title VARCHAR(200) NOT NULL, version BIGINT NOT NULL);
";

pub struct Project(tempfile::TempDir);

/// The result of a run of the binary.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Project {
    pub fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("Cargo.toml", "[package]\nname = \"blog\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        project.write("diesel.toml", DIESEL_TOML);
        project.write("migrations/.keep", "");
        project.write("migrations/00000000000000_diesel_initial_setup/up.sql", "SELECT 1;\n");
        project.write("migrations/00000000000000_diesel_initial_setup/down.sql", "SELECT 1;\n");
        project.write("migrations/2026-01-01-000000-0000_create_tables/up.sql", CREATE_TABLES);
        project.write(
            "migrations/2026-01-01-000000-0000_create_tables/down.sql",
            "DROP TABLE posts;\nDROP TABLE articles;\n",
        );
        project.write("src/main.rs", "mod models;\nmod schema;\n\nfn main() {}\n");
        project.write("src/models.rs", MODELS);
        project.write("src/schema.rs", SCHEMA);
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the binary in the project, without a database.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(&[], arguments)
    }

    /// The same, with these environment variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        self.run_in("", variables, arguments)
    }

    /// The same in a folder of the project.
    pub fn run_in(&self, folder: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_diesel-concurrency"));
        for variable in
            ["DATABASE_URL", "DIESEL_CONFIG_FILE", "MIGRATION_DIRECTORY", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"]
        {
            command.env_remove(variable);
        }
        command.current_dir(self.path(folder)).envs(variables.iter().copied()).args(arguments);
        let output = command.output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Every file with its text.
    pub fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        add_files(self.0.path(), &mut files);
        files
    }
}

fn add_files(directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), "a folder".to_owned());
            add_files(&path, files);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            files.insert(path, text);
        }
    }
}

impl Ran {
    /// Asserts the output and the exit code.
    #[track_caller]
    pub fn expect(self, code: i32, out: &str, err: &str) {
        assert_eq!((self.code, self.out.as_str(), self.err.as_str()), (Some(code), out, err));
    }
}
