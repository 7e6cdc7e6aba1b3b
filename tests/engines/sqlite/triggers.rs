//! Triggers as SQLite has them.

use crate::library::prelude::*;
use crate::library::triggers::{self, Engine, Problem, TriggerSpec};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Database, TestConnection};
use crate::suite::triggers::problems::{Found, Tampering};
use crate::suite::triggers::{Draft, draft, foreign, insert, number, versions, with_draft, with_table};

pub const ENGINE: Engine = Engine::Sqlite;
pub const MIGRATION_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/sqlite");
/// Whether a version that was set too high is set right.
pub const CATCHES_JUMPS: bool = false;
/// Whether a rolled-back transaction takes its triggers back.
pub const TRANSACTIONAL_DDL: bool = true;
/// Lets a session of the user's wait for locks for so long, and how long it does.
pub const LIMIT_LOCKS: &str = "PRAGMA busy_timeout = 1234";
pub const LOCK_LIMIT: &str = "SELECT timeout AS number FROM pragma_busy_timeout";
/// The number of names in `all_triggers` for a trigger.
pub const OBJECTS_PER_TRIGGER: usize = 1;
pub const QUOTE: char = '"';
pub const BIGINT: &str = "BIGINT";
pub const VARCHAR: &str = "varchar(100)";
pub const THE_VERSION: &str = "\"the version\"";
pub const MAXIMUM_REFUSED: &str = "the version of the row is at the maximum";
pub const UPSERT_DRAFT: &str =
    "INSERT INTO drafts VALUES (1, 'upserted', 1) ON CONFLICT (id) DO UPDATE SET text = excluded.text";

/// A foreign trigger with the name of ours.
pub const FOREIGN_TRIGGER: &str = "CREATE TRIGGER concurrency_drafts_version AFTER UPDATE OF text ON drafts BEGIN
    UPDATE drafts SET version = 1000 WHERE id = NEW.id; END";
/// Whether it sets the version after a trigger that is created later has.
pub const FOREIGN_TRIGGER_COMES_LATER: bool = true;

pub const TAMPERINGS: &[Tampering] = &[
    Tampering { what: "nothing", sql: "SELECT 1", found: Found::Nothing },
    Tampering { what: "dropped", sql: "DROP TRIGGER concurrency_drafts_version", found: Found::Missing },
    Tampering {
        what: "without its mark, in other lines and cases",
        sql: "PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(replace(replace(sql, '/* concurrency-diesel 1 */', ''), char(10), char(13, 10)), 'COALESCE', 'coalesce')
            WHERE name = 'concurrency_drafts_version';
            PRAGMA writable_schema = RESET",
        found: Found::Nothing,
    },
    Tampering {
        what: "emptied",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version AFTER UPDATE ON drafts BEGIN
                /* concurrency-diesel 1 */
                SELECT 1;
            END",
        found: Found::Altered,
    },
    Tampering {
        what: "on the other table",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version AFTER UPDATE ON elsewhere BEGIN
                SELECT 1 /* concurrency-diesel 1 */;
            END",
        found: Found::OnAnotherTable,
    },
    Tampering {
        what: "replaced by somebody's",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version AFTER UPDATE ON drafts BEGIN SELECT 1; END",
        found: Found::Foreign,
    },
    Tampering {
        what: "joined by somebody's",
        sql: "CREATE TRIGGER audit AFTER UPDATE ON elsewhere BEGIN SELECT 1; END; DROP TRIGGER audit",
        found: Found::Nothing,
    },
];

/// Every trigger but that of the migrations.
pub fn all_triggers(connection: &mut TestConnection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name <> 'entries' ORDER BY name";
    diesel::sql_query(query).load::<Name>(connection).unwrap().into_iter().map(|row| row.name).collect()
}

pub fn create_other_schema(database: &Database, connection: &mut TestConnection) -> String {
    let file = database.folder.path().join("other.sqlite");
    connection.batch_execute(&format!("ATTACH '{}' AS \"other schema\"", file.display())).unwrap();
    "other schema".to_owned()
}

pub fn drop_other_schema(schema: &str, connection: &mut TestConnection) {
    connection.batch_execute(&format!("DETACH \"{schema}\"")).unwrap();
}

/// There are no users; a connection may be for reading only.
pub fn without_privilege(database: &Database, _connection: &mut TestConnection) -> TestConnection {
    super::read_only(database)
}
pub const PRIVILEGE_REFUSED: (bool, &str) = (false, "attempt to write a readonly database");

/// The trigger's own UPDATE must not fire it again. If it did, every write would fail with a recursion.
#[test]
fn recursive_triggers_take_one_step() {
    for strict in [false, true] {
        let (_database, conn) = &mut with_table();
        let spec = TriggerSpec::new("drafts", ["id"], "version");
        let spec = if strict { spec.strict() } else { spec };
        conn.batch_execute("PRAGMA recursive_triggers = ON").unwrap();
        triggers::create_specs(&[spec], conn).unwrap();
        for id in 1..=3 {
            insert(id, id, conn);
        }
        foreign("UPDATE drafts SET text = 'x'", conn);
        assert_eq!(versions(conn), [2, 3, 4]);
        foreign("UPDATE drafts SET id = id + 10, version = version + 1", conn);
        assert_eq!(versions(conn), [3, 4, 5]);
        foreign("UPDATE OR REPLACE drafts SET id = 12 WHERE id = 11", conn);
        assert_eq!((number("SELECT count(*) AS number FROM drafts", conn), draft(12, conn).version), (2, 4));
        foreign("INSERT INTO drafts VALUES (12, 'y', 1) ON CONFLICT DO UPDATE SET text = excluded.text", conn);
        assert_eq!(versions(conn), [5, 5]);
    }
}

#[test]
fn a_table_without_rowid_and_a_row_without_key() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute(
        "CREATE TABLE parts (shop TEXT, item INTEGER, version BIGINT NOT NULL, PRIMARY KEY (shop, item)) WITHOUT ROWID;
         CREATE TABLE keyless (version BIGINT NOT NULL);
         INSERT INTO parts VALUES ('a', 1, 1), ('a', 2, 5);
         INSERT INTO keyless VALUES (1), (5)",
    )
    .unwrap();
    let specs =
        [TriggerSpec::new("parts", ["shop", "item"], "version"), TriggerSpec::new("keyless", [""; 0], "version")];
    triggers::create_specs(&specs, conn).unwrap();
    foreign("UPDATE parts SET item = 3 WHERE item = 1; UPDATE keyless SET version = version WHERE version = 5", conn);
    assert_eq!(
        number("SELECT group_concat(version, '') AS number FROM (SELECT version FROM parts ORDER BY item)", conn),
        52
    );
    assert_eq!(number("SELECT group_concat(version, '') AS number FROM (SELECT version FROM keyless)", conn), 16);
}

/// Known and documented: if a user's trigger writes the row again, it advances the version again, and no save can see
/// that.
#[test]
fn a_second_write_by_another_trigger_is_a_second_step() {
    let (_database, conn) = &mut with_draft();
    conn.batch_execute("ALTER TABLE drafts ADD COLUMN updated_at TIMESTAMP").unwrap();
    // The trigger that `diesel_manage_updated_at` creates.
    conn.batch_execute(
        "CREATE TRIGGER updated_at AFTER UPDATE ON drafts
         WHEN OLD.updated_at IS NULL AND NEW.updated_at IS NULL OR OLD.updated_at = NEW.updated_at
         BEGIN UPDATE drafts SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END",
    )
    .unwrap();
    let mut record = draft(1, conn);
    record.save_concurrent(conn).unwrap();
    assert_eq!((record.version, versions(conn)), (2, vec![3]));
    assert!(record.save_concurrent(conn).unwrap_err().is_conflict(), "nothing is overwritten");
    record.reload_concurrent(conn).unwrap();
    assert_eq!(record.version, 3);
}

/// RETURNING does not see what the trigger did; our own writes leave it nothing to do.
#[test]
fn an_integer_stays_an_integer_at_the_maximum() {
    let (_database, conn) = &mut with_draft();
    foreign("UPDATE drafts SET version = 9223372036854775807", conn);
    conn.batch_execute("UPDATE drafts SET text = 'beyond'").unwrap_err();
    assert_eq!(number("SELECT typeof(version) = 'integer' AS number FROM drafts", conn), 1);
    assert_eq!(draft(1, conn).text, "first");
}

/// SQLite stores any value in a column. A version must be an integer.
#[test]
fn a_version_that_is_no_integer_is_refused() {
    for strict in [false, true] {
        let (_database, conn) = &mut with_table();
        let spec = TriggerSpec::new("drafts", ["id"], "version");
        triggers::create_specs(&[if strict { spec.strict() } else { spec }], conn).unwrap();
        insert(1, 1, conn);
        for set in ["'abc'", "x'01'", "2.5", "9e99", "'7 of 9'"] {
            let error = conn.batch_execute(&format!("UPDATE drafts SET version = {set}")).unwrap_err().to_string();
            let expected = if strict { "may only advance by one" } else { "is an integer" };
            assert!(error.contains(expected), "{set}: {error}");
        }
        foreign("UPDATE drafts SET version = '2'", conn);
        assert_eq!(number("SELECT typeof(version) = 'integer' AND version = 2 AS number FROM drafts", conn), 1);
    }
}

/// A version that was no integer before can be put right.
#[test]
fn a_version_that_is_no_integer_can_be_put_right() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("INSERT INTO drafts VALUES (1, 'a', 'abc'), (2, 'b', 2.5)").unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    conn.batch_execute("UPDATE drafts SET text = 'x'").unwrap_err();
    foreign("UPDATE drafts SET version = 7", conn);
    assert_eq!(number("SELECT count(*) AS number FROM drafts WHERE typeof(version) = 'integer'", conn), 2);
}

#[test]
fn a_trigger_that_sets_the_version_is_named() {
    let (_database, conn) = &mut with_draft();
    conn.batch_execute(
        "CREATE TRIGGER reads AFTER UPDATE ON drafts BEGIN UPDATE drafts SET text = 'x' WHERE version = -1; END;
         CREATE TRIGGER inserts AFTER INSERT ON drafts BEGIN UPDATE drafts SET version = 1 WHERE id = NEW.id; END",
    )
    .unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    conn.batch_execute(
        "CREATE TRIGGER sets AFTER UPDATE OF text ON drafts BEGIN UPDATE drafts SET text = 'x', \"Version\" = 7; END",
    )
    .unwrap();
    let problems = triggers::check::<Draft, _>(conn).unwrap();
    assert_eq!(problems, [Problem::SetsVersion { table: "drafts".to_owned(), trigger: "sets".to_owned() }]);
}
