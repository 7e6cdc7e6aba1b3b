//! Triggers as migrations: embedded, chained with the user's own, and as files.

use crate::library::prelude::*;
use crate::library::triggers::{self, Error};
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

use super::{Backend, CREATE_DRAFTS, DRAFTS_TRIGGER, Draft, draft, foreign, insert, versions, with_table};
use crate::engine::{self, Database, TestConnection};
use crate::suite::models::Entry;

/// The trigger migration of `migrations/<engine>`.
const OF_THE_REPOSITORY: &str = "2026-11-24-000002_concurrency_triggers";

fn repository() -> &'static Path {
    Path::new(engine::MIGRATION_DIR)
}

/// The files in the repository are what the generator writes, byte for byte.
#[test]
fn the_migrations_of_the_repository_are_the_generators() {
    let dir = TempDir::new().unwrap();
    let written = triggers::write_migration::<Entry, Backend>(dir.path()).unwrap().unwrap();
    let name = written.file_name().unwrap().to_str().unwrap();
    assert!(name.ends_with("_concurrency_triggers") && name.len() == OF_THE_REPOSITORY.len(), "{name}");
    for file in ["up.sql", "down.sql"] {
        let expected = fs::read_to_string(written.join(file)).unwrap();
        assert_eq!(fs::read_to_string(repository().join(OF_THE_REPOSITORY).join(file)).unwrap(), expected, "{file}");
    }
    // So there is nothing else to write.
    assert_eq!(triggers::write_migration::<Entry, Backend>(repository()).unwrap(), None);
}

/// They have run before every test of the suite.
#[test]
fn the_migrations_of_the_repository_are_there_reverted_and_redone() {
    let (_database, conn) = &mut with_table();
    let entries = "INSERT INTO entries (id, text) VALUES (1, 'a'); UPDATE entries SET text = 'b'";
    assert_eq!(triggers::check::<Entry, _>(conn).unwrap(), []);
    conn.revert_last_migration(engine::MIGRATIONS).unwrap();
    assert_eq!(triggers::check::<Entry, _>(conn).unwrap().len(), 1);
    conn.run_pending_migrations(engine::MIGRATIONS).unwrap();
    assert_eq!(triggers::check::<Entry, _>(conn).unwrap(), []);
    conn.batch_execute(entries).unwrap();
    assert_eq!(super::number("SELECT version AS number FROM entries", conn), 2);
    conn.revert_all_migrations(engine::MIGRATIONS).unwrap();
    conn.batch_execute(entries).unwrap_err();
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
    conn.run_pending_migrations(engine::MIGRATIONS).unwrap();
    assert_eq!(triggers::check::<Entry, _>(conn).unwrap(), []);
}

/// A database without any migration, and a directory of migrations in which one creates the table.
fn with_own_migrations() -> (Database, TestConnection, TempDir) {
    let (database, mut conn) = with_table();
    conn.batch_execute("DROP TABLE drafts").unwrap();
    conn.revert_all_migrations(engine::MIGRATIONS).unwrap();
    let dir = TempDir::new().unwrap();
    add_migration("2020-01-01-000000_drafts", CREATE_DRAFTS, "DROP TABLE drafts", dir.path());
    (database, conn, dir)
}

fn add_migration(name: &str, up: &str, down: &str, dir: &Path) {
    let migration = dir.join(name);
    fs::create_dir(&migration).unwrap();
    fs::write(migration.join("up.sql"), up).unwrap();
    fs::write(migration.join("down.sql"), down).unwrap();
}

fn run(source: impl MigrationSource<Backend>, conn: &mut TestConnection) -> usize {
    conn.run_pending_migrations(source).unwrap().len()
}

#[track_caller]
fn assert_trigger(is_there: bool, conn: &mut TestConnection) {
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap().is_empty(), is_there);
}

#[test]
fn chained_with_the_users_own_they_run_last_and_are_reverted_first() {
    let (_database, conn, dir) = &mut with_own_migrations();
    let chained = || triggers::with_migrations::<(Draft,), _>(FileBasedMigrations::from_path(dir.path()).unwrap());
    assert_eq!(run(chained(), conn), 2);
    assert_trigger(true, conn);
    assert_eq!(run(chained(), conn), 0);
    insert(1, 1, conn);
    foreign("UPDATE drafts SET text = 'x'", conn);
    assert_eq!(versions(conn), [2]);

    // The user's next migration, which comes after them in time.
    add_migration("2099-01-01-000000_more", "CREATE TABLE more (id BIGINT)", "DROP TABLE more", dir.path());
    assert_eq!(run(chained(), conn), 2);
    assert_eq!(run(chained(), conn), 0);
    assert_trigger(true, conn);
    conn.revert_last_migration(chained()).unwrap();
    assert_trigger(false, conn);
    conn.batch_execute("INSERT INTO more VALUES (1)").unwrap();
    assert_eq!(run(chained(), conn), 1);
    assert_trigger(true, conn);

    assert_eq!(conn.revert_all_migrations(chained()).unwrap().len(), 3);
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
    let error = triggers::check::<Draft, _>(conn).unwrap_err();
    assert!(matches!(error, Error::MissingTable { .. }), "{error:?}");
    assert_eq!(run(chained(), conn), 3);
    assert_trigger(true, conn);
}

/// A write by another program after the table was created again is noticed.
#[track_caller]
fn assert_noticed(conn: &mut TestConnection) {
    let mut stale = draft(1, conn);
    foreign("UPDATE drafts SET text = 'theirs'", conn);
    assert!(stale.save_concurrent(conn).unwrap_err().is_conflict());
    assert_trigger(true, conn);
    assert_eq!(engine::all_triggers(conn).len(), engine::OBJECTS_PER_TRIGGER);
    let rows = "SELECT count(*) AS number FROM __diesel_schema_migrations WHERE version LIKE '9999%'";
    assert_eq!(super::number(rows, conn), 1);
}

/// A table that a later migration drops and creates again has lost its trigger, whether the migration ran with the
/// triggers or in another tool.
#[test]
fn a_table_that_a_later_migration_makes_anew_gets_its_trigger_again() {
    const REBUILD: &str =
        "CREATE TABLE anew (id BIGINT PRIMARY KEY, text VARCHAR(100) NOT NULL, version BIGINT NOT NULL DEFAULT 1);
         INSERT INTO anew SELECT * FROM drafts; DROP TABLE drafts; ALTER TABLE anew RENAME TO drafts;";
    let (_database, conn, dir) = &mut with_own_migrations();
    let own = || FileBasedMigrations::from_path(dir.path()).unwrap();
    let chained = || triggers::with_migrations::<(Draft,), _>(own());
    assert_eq!(run(chained(), conn), 2);
    insert(1, 1, conn);
    assert_noticed(conn);

    add_migration("2099-01-01-000000_rebuild", REBUILD, REBUILD, dir.path());
    assert_eq!(run(chained(), conn), 2);
    assert_noticed(conn);

    add_migration("2099-01-02-000000_rebuild", REBUILD, REBUILD, dir.path());
    assert_eq!(run(own(), conn), 1);
    assert_trigger(false, conn);
    assert_eq!(run(chained(), conn), 1);
    assert_noticed(conn);

    // A branch with an older date was merged.
    add_migration("2021-01-01-000000_rebuild", REBUILD, REBUILD, dir.path());
    assert_eq!(run(chained(), conn), 2);
    assert_noticed(conn);
    assert_eq!(run(chained(), conn), 0);

    for is_there in [false, false, true] {
        if is_there {
            assert_eq!(run(chained(), conn), 2);
        } else {
            conn.revert_last_migration(chained()).unwrap();
        }
        assert_trigger(is_there, conn);
    }
    assert_noticed(conn);
    assert_eq!(conn.revert_all_migrations(chained()).unwrap().len(), 5);
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
    assert_eq!(run(chained(), conn), 5);
    assert_trigger(true, conn);
}

/// An existing trigger of ours stays, in any form. A foreign one is in the way.
#[test]
fn migrations_of_triggers_replace_nothing() {
    let (_database, conn, dir) = &mut with_own_migrations();
    let chained = || triggers::with_migrations::<(Draft,), _>(FileBasedMigrations::from_path(dir.path()).unwrap());
    assert_eq!(run(chained(), conn), 2);
    insert(1, 1, conn);
    triggers::create_specs(&[triggers::TriggerSpec::new("drafts", ["id"], "version").strict()], conn).unwrap();
    add_migration("2099-01-01-000000_more", "CREATE TABLE more (id BIGINT)", "DROP TABLE more", dir.path());
    assert_eq!(run(chained(), conn), 2);
    conn.batch_execute("UPDATE drafts SET version = 100").unwrap_err();
    assert_noticed(conn);

    triggers::drop::<Draft, _>(conn).unwrap();
    conn.batch_execute(engine::FOREIGN_TRIGGER).unwrap();
    let before = engine::all_triggers(conn);
    add_migration("2099-01-02-000000_more", "CREATE TABLE even_more (id BIGINT)", "DROP TABLE even_more", dir.path());
    let error = conn.run_pending_migrations(chained()).unwrap_err();
    assert!(error.to_string().contains("exist"), "{error}");
    assert_eq!(engine::all_triggers(conn), before);
}

/// Their names describe them, and their versions fit into Diesel's table and distinguish models.
#[test]
fn each_model_has_a_migration_of_its_own() {
    let source = triggers::migrations::<(Draft, Entry)>();
    let migrations: Vec<Box<dyn Migration<Backend>>> = source.migrations().unwrap();
    let names: Vec<String> = migrations.iter().map(|migration| migration.name().to_string()).collect();
    assert_eq!(names, [DRAFTS_TRIGGER, "concurrency_entries_version"]);
    let versions: Vec<String> = migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    assert!(versions.iter().all(|version| version.len() <= 50 && version.as_str() > "20991231235959"), "{versions:?}");
    assert_ne!(versions[0], versions[1]);
    assert!(migrations.iter().all(|migration| migration.metadata().run_in_transaction()));
}

/// A model more is a migration more.
#[test]
fn alone_they_run_and_revert_and_take_on_models() {
    let (_database, conn, dir) = &mut with_own_migrations();
    run(FileBasedMigrations::from_path(dir.path()).unwrap(), conn);
    conn.batch_execute(
        "CREATE TABLE entries (id BIGINT PRIMARY KEY, text VARCHAR(100) NOT NULL, version BIGINT NOT NULL DEFAULT 1)",
    )
    .unwrap();
    assert_eq!(run(triggers::migrations::<Draft>(), conn), 1);
    assert_eq!(run(triggers::migrations::<(Draft, Entry)>(), conn), 1);
    assert_eq!(triggers::check::<(Draft, Entry), _>(conn).unwrap(), []);
    for _ in 0..2 {
        conn.revert_last_migration(triggers::migrations::<(Draft, Entry)>()).unwrap();
    }
    assert_eq!(triggers::check::<(Draft, Entry), _>(conn).unwrap().len(), 2);
}

/// As files they are the user's own migrations: run, redone and reverted like any other.
#[test]
fn as_files_they_run_redo_and_revert() {
    let (_database, conn, dir) = &mut with_own_migrations();
    let written = triggers::write_migration::<(Draft,), Backend>(dir.path()).unwrap().unwrap();
    assert_eq!(written.parent(), Some(dir.path()));
    let source = || FileBasedMigrations::from_path(dir.path()).unwrap();
    assert_eq!(run(source(), conn), 2);
    assert_trigger(true, conn);
    conn.revert_last_migration(source()).unwrap();
    assert_trigger(false, conn);
    assert_eq!(run(source(), conn), 1);
    assert_trigger(true, conn);
    assert_eq!(conn.revert_all_migrations(source()).unwrap().len(), 2);
    assert_eq!(engine::all_triggers(conn), Vec::<String>::new());
    assert_eq!(run(source(), conn), 2);
    assert_trigger(true, conn);

    // The next migration has only a model that was added later.
    assert_eq!(triggers::write_migration::<(Draft,), Backend>(dir.path()).unwrap(), None);
    let specs = [triggers::TriggerSpec::new("entries", ["id"], "version")];
    let expected = triggers::create_triggers(&specs, engine::ENGINE);
    fs::rename(&written, dir.path().join("2020-01-02-000000_triggers")).unwrap();
    let next = triggers::write_migration::<(Draft, Entry), Backend>(dir.path()).unwrap().unwrap();
    assert_eq!(fs::read_to_string(next.join("up.sql")).unwrap(), expected.up_sql());
    assert_eq!(fs::read_to_string(next.join("down.sql")).unwrap(), expected.down_sql());
}

/// A migration that cannot be written leaves nothing behind.
#[test]
fn a_directory_that_cannot_be_written_says_so() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let mut directories = vec![dir.path().join("nowhere"), file];
    // Root may write everywhere else.
    if cfg!(target_os = "linux") {
        directories.push("/proc".into());
    }
    for directory in directories {
        let error = triggers::write_migration::<Draft, Backend>(&directory).unwrap_err();
        assert!(
            matches!(&error, Error::MigrationDirectory { directory: named, .. } if *named == directory),
            "{error:?}"
        );
        let message = error.to_string();
        assert!(
            message.starts_with(&format!("the migration cannot be written to {}: ", directory.display()))
                && message.ends_with("; name a directory that exists and is writable"),
            "{message}"
        );
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
