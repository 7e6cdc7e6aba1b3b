//! `triggers generate`.

use super::migrations;
use super::project::{MODELS, Project, SCHEMA};

const GENERATE: [&str; 4] = ["triggers", "generate", "--engine", "sqlite"];

const UP: &str = r#"CREATE TRIGGER "concurrency_articles_version"
AFTER UPDATE ON "articles"
FOR EACH ROW
WHEN NEW."version" IS NULL OR NEW."version" <= OLD."version" OR typeof(NEW."version") <> 'integer'
BEGIN
    /* concurrency-diesel 1 */
"#;

/// A second model with a trigger.
fn with_posts(project: &Project) {
    let (articles, posts) = MODELS.split_once("#[concurrent(version)]").unwrap();
    project.write("src/models.rs", &format!("{articles}#[concurrent(version = TriggerVersionField)]{posts}"));
}

#[test]
fn a_migration_is_written_once() {
    let project = Project::new();
    let ran = project.run(&GENERATE);
    let (names, up, down) = migrations(&project);
    let [_, _, written] = names.as_slice() else { panic!("{names:?}") };
    let (version, name) = written.split_once('_').unwrap();
    assert_eq!(name, "concurrency_triggers");
    let shape: String =
        version.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    assert_eq!(shape, "0000-00-00-000000");
    assert!(up.starts_with(UP) && up.ends_with("END;\n"), "{up}");
    assert_eq!(down, "DROP TRIGGER IF EXISTS \"concurrency_articles_version\";\n");
    let said = format!(
        "wrote migrations/{written}\n  trigger concurrency_articles_version on articles\nrun it with `diesel migration run`\n"
    );
    ran.expect(0, &said, "");

    let before = project.files();
    project.run(&GENERATE).expect(0, "nothing to write: the migrations have all 1 triggers\n", "");
    assert_eq!(project.files(), before);
}

#[test]
fn a_new_model_gets_a_migration_of_its_own() {
    let project = Project::new();
    assert_eq!(project.run(&GENERATE).code, Some(0));
    with_posts(&project);
    assert_eq!(project.run(&GENERATE).code, Some(0));
    let (names, up, down) = migrations(&project);
    assert_eq!(names.len(), 4);
    assert!(up.contains("\"posts\"") && !up.contains("\"articles\""), "{up}");
    assert_eq!(down, "DROP TRIGGER IF EXISTS \"concurrency_posts_version\";\n");
}

#[test]
fn another_key_replaces_the_trigger_and_reverting_brings_it_back() {
    let project = Project::new();
    assert_eq!(project.run(&GENERATE).code, Some(0));
    let (_, first, _) = migrations(&project);
    let models = MODELS.replacen("table_name = articles", "table_name = articles, primary_key(id, title)", 1);
    project.write("src/models.rs", &models);
    assert_eq!(project.run(&GENERATE).code, Some(0));
    let (_, up, down) = migrations(&project);
    let drop = "DROP TRIGGER IF EXISTS \"concurrency_articles_version\";\n\n";
    let create = up.strip_prefix(drop).unwrap();
    assert!(create.contains("\"title\" = NEW.\"title\""), "{create}");
    assert_eq!(down, format!("{drop}{first}"));
    let before = project.files();
    assert_eq!(project.run(&GENERATE).out, "nothing to write: the migrations have all 1 triggers\n");
    assert_eq!(project.files(), before);
}

/// The form depends on the command: without `--strict` the triggers are not strict.
#[test]
fn the_strict_form_replaces_the_other_and_the_other_way_round() {
    let project = Project::new();
    let strict = [&GENERATE[..], &["--strict"]].concat();
    let refusal = "RAISE(ABORT, 'the version of a row may only advance by one; write the row without it')";
    let mut earlier = String::new();
    for (arguments, drops, is_strict) in [(&strict[..], false, true), (&GENERATE, true, false), (&strict, true, true)] {
        assert_eq!(project.run(arguments).code, Some(0));
        let (_, up, down) = migrations(&project);
        let drop = "DROP TRIGGER IF EXISTS \"concurrency_articles_version\";\n";
        let dropped = if drops { format!("{drop}\n") } else { String::new() };
        let create = up.strip_prefix(&dropped).unwrap();
        assert!(create.starts_with("CREATE TRIGGER \"concurrency_articles_version\"\n"), "{up}");
        assert_eq!(create.contains(refusal), is_strict, "{up}");
        let undone = if drops { format!("{drop}\n{earlier}") } else { drop.to_owned() };
        assert_eq!(down, undone);
        earlier = create.to_owned();

        let before = project.files();
        assert_eq!(project.run(arguments).out, "nothing to write: the migrations have all 1 triggers\n");
        assert_eq!(project.files(), before);
    }
}

#[test]
fn a_dry_run_prints_both_files_and_writes_nothing() {
    let project = Project::new();
    let before = project.files();
    let ran = project.run(&["triggers", "generate", "--engine", "sqlite", "--dry-run"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let (up, down) = ran.out.split_once("\n\n-- down.sql\n").unwrap();
    assert!(up.strip_prefix("-- up.sql\n").unwrap().starts_with(UP), "{up}");
    assert_eq!(down, "DROP TRIGGER IF EXISTS \"concurrency_articles_version\";\n");
    assert_eq!(project.files(), before);
}

#[test]
fn the_engine_is_that_of_the_database_url_and_no_connection_is_made() {
    for (url, sql) in [
        ("postgres://ada@no-such-host.invalid/blog", "EXECUTE FUNCTION"),
        ("mysql://ada@no-such-host.invalid/blog", "BEFORE UPDATE ON `articles`"),
        ("no-such-file.sqlite", "AFTER UPDATE ON \"articles\""),
    ] {
        let project = Project::new();
        for ran in [
            project.run(&["triggers", "generate", "--dry-run", "--database-url", url]),
            project.run_with(&[("DATABASE_URL", url)], &["triggers", "generate", "--dry-run"]),
        ] {
            assert!(ran.code == Some(0) && ran.out.contains(sql), "{ran:?}");
        }
        project.write(".env", &format!("DATABASE_URL={url}\n"));
        let ran = project.run(&["triggers", "generate"]);
        assert!(ran.code == Some(0) && migrations(&project).1.contains(sql), "{ran:?}");
    }
}

#[test]
fn another_folder_of_migrations() {
    let project = Project::new();
    project.write("database/migrations/.keep", "");
    let before = migrations(&project).0;
    let ran = project.run_with(&[("MIGRATION_DIRECTORY", "database/migrations")], &GENERATE);
    assert!(ran.code == Some(0) && ran.out.starts_with("wrote database/migrations/"), "{ran:?}");
    assert_eq!(migrations(&project).0, before);
}

#[test]
fn other_sources_are_read_as_well() {
    let project = Project::new();
    project.write("src/models.rs", "");
    project.write("shared/models.rs", MODELS);
    project.run(&GENERATE).expect(0, "nothing to write: no model has a TriggerVersionField\n", "");
    let ran = project.run(&[&GENERATE[..], &["--source", "src", "--source", "shared/models.rs"]].concat());
    assert!(ran.code == Some(0) && ran.out.contains("trigger concurrency_articles_version on articles"), "{ran:?}");
}

#[test]
fn what_was_skipped_is_said() {
    let project = Project::new();
    project.write("src/main.rs", "mod models;\nmod schema;\nmodels! {}\n");
    let ran = project.run(&["triggers", "generate", "--engine", "mysql"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (Some(0), "skipped: src/main.rs:3: what the macro `models!` makes is not read; write models and tables out\n")
    );
}

#[test]
fn a_table_in_a_schema_file_elsewhere() {
    let project = Project::new();
    std::fs::remove_file(project.path("src/schema.rs")).unwrap();
    project.write("src/main.rs", "mod models;");
    project.write("database/schema.rs", SCHEMA);
    let ran = project.run(&GENERATE);
    assert_eq!(ran.code, Some(2));
    let ran = project.run(&[&GENERATE[..], &["--schema", "database/schema.rs"]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

/// An obstacle to a trigger is reported before a migration fails because of it.
#[test]
fn a_trigger_that_cannot_be_created_is_an_error() {
    let project = Project::new();
    assert_eq!(project.run(&GENERATE).code, Some(0));
    let before = project.files();
    for (up, reason) in [
        (
            "ALTER TABLE articles RENAME TO stored; CREATE VIEW articles AS SELECT * FROM stored;",
            "articles is a view, and a trigger stands on a table",
        ),
        (
            "DROP TRIGGER concurrency_articles_version;\n\
             CREATE TRIGGER concurrency_articles_version AFTER UPDATE ON articles BEGIN SELECT 1; END;",
            "the trigger concurrency_articles_version of the migrations is not one of this library",
        ),
    ] {
        project.write("migrations/9000-01-01-000000_later/up.sql", up);
        let said = format!(
            "error: the trigger concurrency_articles_version on articles cannot be created: {reason}; \
             write a migration that removes what is in the way\n"
        );
        project.run(&GENERATE).expect(2, "", &said);
        std::fs::remove_dir_all(project.path("migrations/9000-01-01-000000_later")).unwrap();
        assert_eq!(project.files(), before);
    }
}

/// An unknown statement that names the table is reported.
#[test]
fn a_statement_that_is_not_known_is_told_of() {
    let project = Project::new();
    let generate = ["triggers", "generate", "--engine", "mysql"];
    assert_eq!(project.run(&generate).code, Some(0));
    project.write("migrations/9000-01-01-000000_later/up.sql", "BEGIN NOT ATOMIC DROP TABLE articles; END;");
    let ran = project.run(&generate);
    let note = "the migrations do not say whether the trigger concurrency_articles_version on articles is there after \
                `BEGIN NOT ATOMIC DROP TABLE articles; END` (no database was asked), so it is created anew";
    assert!(ran.code == Some(0) && ran.err.contains(note), "{ran:?}");
}
