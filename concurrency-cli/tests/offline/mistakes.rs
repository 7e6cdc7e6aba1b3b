//! A mistake is reported with its place, the exit code is 2, and nothing changes.

use super::migrations;
use super::project::{MODELS, Project, SCHEMA};

/// Runs the command, which must fail with this message and change nothing.
#[track_caller]
fn refused(project: &Project, arguments: &[&str], message: &str) {
    let before = project.files();
    project.run(arguments).expect(2, "", message);
    assert_eq!(project.files(), before);
}

const GENERATE: [&str; 4] = ["triggers", "generate", "--engine", "sqlite"];

#[test]
fn a_schema_file_with_a_syntax_error() {
    let project = Project::new();
    project.write("src/schema.rs", &SCHEMA.replacen("title -> Text", "title Text", 1));
    refused(&project, &GENERATE, "error: src/schema.rs:6: expected `->`\n");
}

#[test]
fn several_mistakes_are_all_reported() {
    let project = Project::new();
    project.write("src/schema.rs", &SCHEMA.replacen("title -> Text", "title Text", 1));
    project.write("src/models.rs", "struct {}");
    project.write("src/other.rs", "fn");
    project.write("src/main.rs", "mod models;\nmod schema;\nmod other;\n");
    let ran = project.run(&GENERATE);
    let places: Vec<&str> = ran.err.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!((ran.code, places), (Some(2), vec!["src/models.rs:1", "src/other.rs:1", "src/schema.rs:6"]));
}

#[test]
fn a_model_without_its_table() {
    let project = Project::new();
    project.write("src/schema.rs", &SCHEMA.replacen("articles (id)", "stories (id)", 1));
    refused(
        &project,
        &GENERATE,
        "error: src/models.rs:8: no `table!` declares the table `articles` of struct `Article`; name the file that does with --schema or --source\n",
    );
}

#[test]
fn a_version_column_of_the_wrong_type() {
    let project = Project::new();
    project.write("src/schema.rs", &SCHEMA.replacen("version -> BigInt", "version -> Text", 1));
    refused(
        &project,
        &GENERATE,
        "error: src/models.rs:8: the version column `version` of struct `Article` is Text (src/schema.rs:4); a trigger counts, make it an integer\n",
    );
}

#[test]
fn structs_that_disagree() {
    let project = Project::new();
    let form = "\n#[derive(Concurrent)]\n#[diesel(table_name = articles)]\n#[concurrent(trigger_name = \"bump\")]\n\
         struct Form { id: i64, #[concurrent(version = TriggerVersionField)] version: i64 }\n";
    project.write("src/models.rs", &format!("{MODELS}{form}"));
    refused(
        &project,
        &GENERATE,
        "error: src/models.rs:27: structs `Article` (src/models.rs:8) and `Form` stand for one table and want one trigger, but \
         `trigger_name` is `concurrency_articles_version` for one and `bump` for the other; write the same on both\n",
    );
}

#[test]
fn a_name_that_no_trigger_can_have() {
    for name in ["", "a\\0b"] {
        let project = Project::new();
        let models = MODELS.replacen("#[diesel", &format!("#[concurrent(trigger_name = \"{name}\")]\n#[diesel"), 1);
        project.write("src/models.rs", &models);
        let message =
            "error: src/models.rs:7: no trigger can have this name; write one without NUL that is not empty\n";
        refused(&project, &GENERATE, message);
    }
}

/// Characters that would change the direction of the text, or begin a line.
#[test]
fn names_are_shown_with_what_steers_a_terminal_written_out() {
    let project = Project::new();
    let name = "a\\u{1b}[31m\\n\\u{202e}b";
    project.write(
        "src/models.rs",
        &MODELS.replacen("#[diesel", &format!("#[concurrent(trigger_name = \"{name}\")]\n#[diesel"), 1),
    );
    let ran = project.run(&GENERATE);
    assert!(ran.code == Some(0) && ran.out.contains("\n  trigger a\\u{1b}[31m\\n\\u{202e}b on articles\n"), "{ran:?}");
}

/// Reading a pipe would wait for its writer.
#[test]
#[cfg(unix)]
fn a_configuration_that_is_a_pipe() {
    let project = Project::new();
    assert!(std::process::Command::new("mkfifo").arg(project.path("pipe")).status().unwrap().success());
    let ran = project.run(&[&GENERATE[..], &["--config-file", "pipe"]].concat());
    ran.expect(
        2,
        "",
        "error: pipe: cannot be read: it is no regular file; name the configuration of diesel with --config-file\n",
    );
}

#[test]
fn sources_that_are_not_there() {
    let project = Project::new();
    let advice = "No such file or directory (os error 2); name the sources with --source, the tables with --schema\n";
    refused(
        &project,
        &[&GENERATE[..], &["--source", "gone"]].concat(),
        &format!("error: gone: cannot be read: {advice}"),
    );
    refused(
        &project,
        &[&GENERATE[..], &["--schema", "gone.rs"]].concat(),
        &format!("error: gone.rs: cannot be read: {advice}"),
    );
}

#[test]
fn no_folder_of_migrations() {
    let project = Project::new();
    let message = |folder: &str, why: &str| {
        format!(
            "error: the migration cannot be written to {folder}: {why}; name a directory that exists and is writable\n"
        )
    };
    let generate = |folder| [&GENERATE[..], &["--migration-dir", folder]].concat();
    refused(&project, &generate("gone"), &message("gone", "No such file or directory (os error 2)"));
    refused(&project, &generate("Cargo.toml"), &message("Cargo.toml", "Not a directory (os error 20)"));
    let add = ["add-version", "--table", "comments", "--engine", "mysql", "--migration-dir", "gone"];
    refused(&project, &add, &message("gone", "No such file or directory (os error 2)"));
}

/// Permissions do not stop root; /proc does.
#[test]
#[cfg(target_os = "linux")]
fn a_folder_of_migrations_that_cannot_be_written() {
    let project = Project::new();
    refused(
        &project,
        &[&GENERATE[..], &["--migration-dir", "/proc/self/fdinfo"]].concat(),
        "error: the migration cannot be written to /proc/self/fdinfo: No such file or directory (os error 2); \
         name a directory that exists and is writable\n",
    );
}

#[test]
fn no_database_is_named() {
    let project = Project::new();
    refused(
        &project,
        &["triggers", "generate"],
        "error: no engine is named; use --engine, or name a database with --database-url or DATABASE_URL\n",
    );
    for command in ["list", "create", "drop", "check"] {
        refused(
            &project,
            &["triggers", command],
            "error: no database is named; use --database-url, or set DATABASE_URL, in `.env` perhaps\n",
        );
    }
}

#[test]
fn an_unknown_scheme() {
    let project = Project::new();
    for command in ["generate", "list", "create", "drop", "check"] {
        refused(
            &project,
            &["triggers", command, "--database-url", "oracle://ada:secret@localhost/blog"],
            "error: `oracle://` is no scheme of a database URL; use postgres://, mysql:// (MariaDB too), or a file of SQLite\n",
        );
    }
}

#[test]
fn a_database_of_sqlite_that_is_not_there_is_not_made() {
    let project = Project::new();
    for (url, command) in [("blog.sqlite", "list"), ("sqlite://blog.sqlite", "create"), ("blog.sqlite", "check")] {
        refused(
            &project,
            &["triggers", command, "--database-url", url],
            &format!(
                "error: {url}: there is no such file; make the database with `diesel setup`, or name another with --database-url\n"
            ),
        );
    }
}

/// In a build with only one engine:
/// `cargo test -p concurrency-cli --no-default-features --features sqlite --test offline`.
#[test]
#[cfg(not(feature = "postgres"))]
fn an_engine_that_is_not_built_in() {
    refused(
        &Project::new(),
        &["triggers", "check", "--database-url", "postgres://ada:secret@localhost/blog"],
        "error: this diesel-concurrency was built without PostgreSQL; install it with `cargo install concurrency-cli`, \
         whose features are `sqlite`, `postgres` and `mysql`\n",
    );
}

#[test]
fn a_name_with_sql_in_it_stays_a_name() {
    let name = r#"a"; DROP TABLE b; --"#;
    let literal = name.replace('"', "\\\"");
    for (engine, quoted) in [
        ("sqlite", r#""a""; DROP TABLE b; --""#),
        ("postgres", r#"a""; DROP TABLE b; --""#),
        ("mysql", "`a\"; DROP TABLE b; --`"),
    ] {
        let project = Project::new();
        project.write(
            "src/schema.rs",
            &format!(
                "diesel::table! {{ #[sql_name = \"{literal}\"] articles (id) {{ id -> BigInt, title -> Text, \
             #[sql_name = \"{literal}\"] version -> BigInt, }} }} diesel::table! {{ posts {{ id -> BigInt, }} }}"
            ),
        );
        let models = MODELS.replacen("#[diesel", &format!("#[concurrent(trigger_name = \"{literal}\")]\n#[diesel"), 1);
        project.write("src/models.rs", &models);
        let ran = project.run(&["triggers", "generate", "--engine", engine, "--dry-run"]);
        assert_eq!(ran.code, Some(0));
        assert!(!ran.out.replace(quoted, "").contains("DROP TABLE"), "{}", ran.out);
        let ran = project.run(&["add-version", "--table", name, "--column", name, "--engine", engine]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let add = [
            "add-version",
            "--table",
            name,
            "--column",
            "v\"",
            "--trigger",
            "--trigger-name",
            name,
            "--engine",
            engine,
        ];
        let ran = project.run(&add);
        let (names, up, down) = migrations(&project);
        assert!(names.last().unwrap().ends_with("_add_v__to_a___DROP_TABLE_b____"), "{ran:?} {names:?}");
        assert!(!format!("{up}{down}").replace(quoted, "").contains("DROP TABLE"), "{up}{down}");
    }
}
