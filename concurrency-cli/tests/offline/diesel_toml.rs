//! `diesel.toml`: found and read as diesel_cli does.

use std::fs;

use super::project::{DIESEL_TOML, MODELS, Project, SCHEMA};

const GENERATE: [&str; 4] = ["triggers", "generate", "--engine", "sqlite"];
const ADD: [&str; 7] = ["add-version", "--table", "wares", "--trigger", "--engine", "sqlite", "--dry-run"];
const WARES: &str = "diesel::table! { wares (code) { code -> Text, } }";

/// All files of the database in a separate folder.
fn moved() -> Project {
    let project = Project::new();
    project.write(
        "diesel.toml",
        &DIESEL_TOML.replace("src/schema.rs", "database/schema.rs").replace("\"migrations\"", "\"database/changes\""),
    );
    fs::create_dir(project.path("database")).unwrap();
    fs::rename(project.path("src/schema.rs"), project.path("database/schema.rs")).unwrap();
    fs::rename(project.path("migrations"), project.path("database/changes")).unwrap();
    project.write("src/main.rs", "mod models;\n\nfn main() {}\n");
    project
}

/// Asserts that a migration was written into the folder.
#[track_caller]
fn generates_in(folder: &str, project: &Project, variables: &[(&str, &str)], arguments: &[&str]) {
    let ran = project.run_with(variables, &[&GENERATE[..], arguments].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.starts_with(&format!("wrote {folder}/20")), "{ran:?}");
    let (_, written) = ran.out.lines().next().unwrap().split_once(' ').unwrap();
    fs::remove_dir_all(project.path(written)).unwrap();
}

#[test]
fn schema_and_migrations_are_where_it_says() {
    let project = moved();
    generates_in("database/changes", &project, &[], &[]);
    project.write("database/schema.rs", WARES);
    let ran = project.run(&ADD);
    assert!(ran.code == Some(0) && ran.out.contains("WHERE \"code\" = NEW.\"code\""), "{ran:?}");

    fs::remove_file(project.path("diesel.toml")).unwrap();
    let message = "error: the migration cannot be written to migrations: No such file or directory (os error 2); \
         name a directory that exists and is writable\n";
    project.run(&ADD).expect(2, "", message);
}

#[test]
fn arguments_win_over_variables_and_variables_over_the_file() {
    let project = moved();
    for folder in ["by-variable", "by-argument", "by-variable-too", "by-argument-too"] {
        fs::create_dir(project.path(folder)).unwrap();
    }
    let variable = ("MIGRATION_DIRECTORY", "by-variable");
    generates_in("by-variable", &project, &[variable], &[]);
    generates_in("by-argument", &project, &[variable], &["--migration-dir", "by-argument"]);

    project.write("other/schema.rs", WARES);
    let ran = project.run(&[&ADD[..], &["--schema", "other/schema.rs"]].concat());
    assert!(ran.out.contains("WHERE \"code\" = NEW.\"code\""), "{ran:?}");

    project.write("a.toml", &DIESEL_TOML.replace("\"migrations\"", "\"by-variable-too\"").replace("src", "database"));
    project.write("b.toml", &DIESEL_TOML.replace("\"migrations\"", "\"by-argument-too\"").replace("src", "database"));
    let variable = ("DIESEL_CONFIG_FILE", "a.toml");
    generates_in("by-variable-too", &project, &[variable], &[]);
    generates_in("by-argument-too", &project, &[variable], &["--config-file", "b.toml"]);
    generates_in("database/changes", &project, &[("DIESEL_CONFIG_FILE", ""), ("MIGRATION_DIRECTORY", "")], &[]);
    project.write(".env", "DIESEL_CONFIG_FILE=a.toml\n");
    generates_in("by-variable-too", &project, &[], &[]);
}

/// A path is relative to the file that contains it.
#[test]
fn relative_paths_go_from_the_folder_of_the_file() {
    let project = moved();
    project.write("database/own.toml", "print_schema.file = \"schema.rs\"\nmigrations_directory.dir = \"changes\"\n");
    fs::remove_file(project.path("diesel.toml")).unwrap();
    generates_in("database/changes", &project, &[], &["--config-file", "database/own.toml"]);

    let absolute = project.path("database/changes");
    project.write(
        "diesel.toml",
        &format!("print_schema.file = 'database/schema.rs'\nmigrations_directory.dir = '{}'", absolute.display()),
    );
    generates_in(absolute.to_str().unwrap(), &project, &[], &[]);
}

#[test]
fn it_is_found_in_a_folder_above_and_the_nearest_counts() {
    let project = moved();
    let source = ["--source", "."];
    let top = fs::canonicalize(project.path("")).unwrap();
    let ran = project.run_in("src", &[], &[&GENERATE[..], &source].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.starts_with(&format!("wrote {}/20", top.join("database/changes").display())), "{ran:?}");

    project.write(
        "src/diesel.toml",
        "[print_schema]\nfile = \"../database/schema.rs\"\n[migrations_directory]\ndir = \"near\"\n",
    );
    fs::create_dir(project.path("src/near")).unwrap();
    let ran = project.run_in("src", &[], &[&GENERATE[..], &source].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.starts_with("wrote near/20"), "{ran:?}");
}

#[test]
fn without_it_the_folder_of_migrations_may_be_above() {
    let project = Project::new();
    fs::remove_file(project.path("diesel.toml")).unwrap();
    generates_in("migrations", &project, &[], &[]);
    let ran = project.run_in("src", &[], &[&GENERATE[..], &["--source", "."]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let above = fs::canonicalize(project.path("migrations")).unwrap();
    assert!(ran.out.starts_with(&format!("wrote {}/20", above.display())), "{ran:?}");
}

/// The schema files of `[print_schema.<key>]` are found among the sources, or named.
#[test]
fn what_it_does_not_say_is_as_without_it() {
    for text in [
        "",
        "[print_schema]\nwith_docs = true\n[migrations_directory]\n",
        "[print_schema.blog]\nfile = \"src/schema.rs\"\nschema = \"blog\"\n\n[print_schema.shop]\nfile = \"src/shop.rs\"\nfilter = { only_tables = [\"items\"] }\n",
    ] {
        let project = Project::new();
        project.write("diesel.toml", text);
        generates_in("migrations", &project, &[], &[]);
    }
}

/// diesel_cli writes it at the next migration.
#[test]
fn a_schema_file_that_is_not_there_yet_has_no_tables() {
    let project = Project::new();
    fs::remove_file(project.path("src/schema.rs")).unwrap();
    project.write("src/main.rs", "");
    project.write("src/models.rs", "");
    let ran = project.run(&ADD);
    assert!(ran.code == Some(0) && ran.out.contains("WHERE rowid = NEW.rowid"), "{ran:?}");
    project.write("src/main.rs", "mod models;\nmod tables;\n");
    project.write("src/models.rs", &MODELS.replace("schema::", "tables::"));
    project.write("src/tables.rs", SCHEMA);
    generates_in("migrations", &project, &[], &[]);
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let project = Project::new();
    for (from, to, message) in [
        ("[print_schema]", "[print_schema", "diesel.toml:4: unclosed table, expected `]`"),
        ("\"src/schema.rs\"", "src/schema.rs", "diesel.toml:5: string values must be quoted, expected literal string"),
        (
            "\"src/schema.rs\"",
            "[\"src/schema.rs\"]",
            "diesel.toml:5: `file` of `[print_schema]` is no path; write it in quotes",
        ),
        ("\"migrations\"", "7", "diesel.toml:9: `dir` of `[migrations_directory]` is no path; write it in quotes"),
        ("[print_schema]\nfile", "print_schema", "diesel.toml:4: `print_schema` is no table; write `[print_schema]`"),
    ] {
        project.write("diesel.toml", &DIESEL_TOML.replacen(from, to, 1));
        let before = project.files();
        project.run(&GENERATE).expect(2, "", &format!("error: {message}\n"));
        assert_eq!(project.files(), before);
    }
    let advice = "name the configuration of diesel with --config-file";
    let message = format!("error: gone.toml: cannot be read: No such file or directory (os error 2); {advice}\n");
    project.run(&[&GENERATE[..], &["--config-file", "gone.toml"]].concat()).expect(2, "", &message);
    project.run_with(&[("DIESEL_CONFIG_FILE", "gone.toml")], &GENERATE).expect(2, "", &message);
    fs::write(project.path("diesel.toml"), [0xff]).unwrap();
    let message = format!("error: diesel.toml: cannot be read: stream did not contain valid UTF-8; {advice}\n");
    project.run(&GENERATE).expect(2, "", &message);
}

/// As in diesel_cli, the file is read only if a value of it is needed.
#[test]
fn a_mistake_does_not_matter_where_everything_is_named() {
    let project = Project::new();
    project.write("diesel.toml", "[print_schema");
    assert_eq!(project.run(&GENERATE).code, Some(2));
    let named = ["--schema", "src/schema.rs", "--migration-dir", "migrations"];
    generates_in("migrations", &project, &[], &named);
    assert_eq!(project.run(&["completions", "bash"]).code, Some(0));
}
