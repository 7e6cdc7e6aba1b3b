//! `edit-locks`.

use super::migrations;
use super::project::Project;

#[test]
fn the_table_is_created_once() {
    for (engine, text) in [("sqlite", "TEXT"), ("postgres", "TEXT COLLATE \"C\""), ("mysql", "VARBINARY(255)")] {
        let project = Project::new();
        let write = ["edit-locks", "--engine", engine];
        let ran = project.run(&write);
        let (names, up, down) = migrations(&project);
        let written = names.last().unwrap();
        assert!(written.ends_with("_concurrency_edit_locks"), "{written}");
        let said =
            format!("wrote migrations/{written}\n  table concurrency_edit_locks\nrun it with `diesel migration run`\n");
        ran.expect(0, &said, "");
        assert_eq!(
            up,
            format!(
                "CREATE TABLE concurrency_edit_locks (\n    table_name {text} NOT NULL,\n    record_key {text} NOT NULL,\n    \
                 holder {text} NOT NULL,\n    since_ms BIGINT NOT NULL,\n    until_ms BIGINT NOT NULL,\n    \
                 turn BIGINT NOT NULL,\n    PRIMARY KEY (table_name, record_key)\n);\n"
            )
        );
        assert_eq!(down, "DROP TABLE concurrency_edit_locks;\n");

        let before = project.files();
        let nothing = "nothing to write: the migrations have the table concurrency_edit_locks already\n";
        project.run(&write).expect(0, nothing, "");
        assert_eq!(project.files(), before);
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = Project::new();
    let before = project.files();
    let ran = project.run(&["edit-locks", "--engine", "mysql", "--dry-run"]);
    assert!(ran.code == Some(0) && ran.out.contains("-- down.sql\nDROP TABLE concurrency_edit_locks;\n"), "{ran:?}");
    assert_eq!(project.files(), before);
}
