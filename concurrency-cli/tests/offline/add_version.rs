//! `add-version`.

use super::migrations;
use super::project::Project;

#[test]
fn a_column_is_added_once() {
    let project = Project::new();
    let add = ["add-version", "--table", "comments", "--engine", "sqlite"];
    let ran = project.run(&add);
    let (names, up, down) = migrations(&project);
    let written = names.last().unwrap();
    assert!(written.ends_with("_add_version_to_comments"), "{written}");
    let said =
        format!("wrote migrations/{written}\n  column version of comments\nrun it with `diesel migration run`\n");
    ran.expect(0, &said, "");
    assert_eq!(up, "ALTER TABLE \"comments\" ADD COLUMN \"version\" BIGINT NOT NULL DEFAULT 1;\n");
    assert_eq!(down, "ALTER TABLE \"comments\" DROP COLUMN \"version\";\n");

    let before = project.files();
    project.run(&add).expect(0, "nothing to write: the migrations have this for comments already\n", "");
    assert_eq!(project.files(), before);
}

#[test]
fn the_trigger_can_come_with_the_column_or_later() {
    let project = Project::new();
    let add = ["add-version", "--table", "shop.comments", "--column", "revision", "--engine", "postgres"];
    let with_trigger = [&add[..], &["--trigger", "--trigger-name", "bump"]].concat();
    let ran = project.run(&with_trigger);
    let (names, up, down) = migrations(&project);
    assert!(names.last().unwrap().ends_with("_add_revision_to_shop_comments"), "{names:?}");
    assert!(ran.out.contains("  column revision of shop.comments\n  trigger bump on shop.comments\n"), "{ran:?}");
    assert!(
        up.contains("ALTER TABLE \"shop\".\"comments\" ADD COLUMN \"revision\" BIGINT NOT NULL DEFAULT 1;\n"),
        "{up}"
    );
    assert!(up.contains("CREATE TRIGGER \"bump\"\nBEFORE UPDATE ON \"shop\".\"comments\""), "{up}");
    let (trigger, column) =
        (down.find("DROP TRIGGER IF EXISTS \"bump\""), down.find("ALTER TABLE \"shop\".\"comments\" DROP COLUMN"));
    assert!(trigger.unwrap() < column.unwrap(), "{down}");
    assert_eq!(
        project.run(&with_trigger).out,
        "nothing to write: the migrations have this for shop.comments already\n"
    );

    let project = Project::new();
    assert_eq!(project.run(&add).code, Some(0));
    let ran = project.run(&with_trigger);
    assert!(ran.out.contains("trigger bump") && !ran.out.contains("column"), "{ran:?}");
    assert!(!migrations(&project).1.contains("ADD COLUMN"));
}

#[test]
fn the_key_is_that_of_the_schema_file_or_the_one_given() {
    let project = Project::new();
    project.write("src/schema.rs", "diesel::table! { wares (shop, item) { shop -> Text, item -> BigInt, } }");
    let with_key = |key: &[&str]| {
        let add = ["add-version", "--table", "wares", "--trigger", "--engine", "sqlite", "--dry-run"];
        project.run(&[&add, key].concat()).out
    };
    assert!(with_key(&[]).contains("WHERE \"shop\" = NEW.\"shop\" AND \"item\" = NEW.\"item\""));
    assert!(with_key(&["--key", "a,b"]).contains("WHERE \"a\" = NEW.\"a\" AND \"b\" = NEW.\"b\""));
}

#[test]
fn a_column_that_is_there_is_refused() {
    let project = Project::new();
    let before = project.files();
    project.run(&["add-version", "--table", "articles", "--engine", "sqlite"]).expect(
        2,
        "",
        "error: articles has a column `version` already (src/schema.rs:4); name another with --column, or let a model use it and run `triggers generate`\n",
    );
    assert_eq!(project.files(), before);
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = Project::new();
    let before = project.files();
    let ran = project.run(&["add-version", "--table", "comments", "--engine", "mysql", "--dry-run"]);
    assert!(ran.code == Some(0) && ran.out.contains("`comments`"), "{ran:?}");
    assert_eq!(project.files(), before);
}

/// The trigger goes by the key, so that it must be known what SQL calls it.
#[test]
fn a_key_under_a_condition_is_refused() {
    let project = Project::new();
    project.write(
        "src/schema.rs",
        "diesel::table! { comments (id) { #[cfg_attr(feature = \"a\", sql_name = \"ID\")] id -> BigInt, } }",
    );
    let add = ["add-version", "--table", "comments", "--engine", "sqlite", "--trigger"];
    let ran = project.run(&add);
    let said = "error: src/schema.rs:1: the column `id` of the table `comments` is there, or has its name in SQL, only under a condition";
    assert!(ran.code == Some(2) && ran.err.starts_with(said), "{ran:?}");
    let named = [&add[..], &["--key", "ID"]].concat();
    assert_eq!(project.run(&named).code, Some(0));
}
