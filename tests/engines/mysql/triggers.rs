//! Triggers as MariaDB and MySQL have them.

use crate::library::triggers::{self, Engine, FoundTrigger};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Database, TestConnection, server_url};
use crate::suite::triggers::problems::{Found, Tampering};
use crate::suite::triggers::{Draft, foreign, versions, with_table};

pub const ENGINE: Engine = Engine::Mysql;
pub const MIGRATION_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/mysql");
/// Whether a version that was set too high is set right.
pub const CATCHES_JUMPS: bool = true;
/// Whether a rolled-back transaction takes its triggers back.
pub const TRANSACTIONAL_DDL: bool = false;
/// How many names stand in `all_triggers` for a trigger.
pub const OBJECTS_PER_TRIGGER: usize = 1;
pub const QUOTE: char = '`';
pub const BIGINT: &str = "SIGNED";
pub const VARCHAR: &str = "varchar";
pub const THE_VERSION: &str = "`the version`";
pub const MAXIMUM_REFUSED: &str = "BIGINT value is out of range";
pub const UPSERT_DRAFT: &str = "INSERT INTO drafts VALUES (1, 'upserted', 1) ON DUPLICATE KEY UPDATE text = 'upserted'";

/// A trigger of somebody's that has the name of ours.
pub const FOREIGN_TRIGGER: &str =
    "CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW SET NEW.version = 1000";

pub const TAMPERINGS: &[Tampering] = &[
    Tampering { what: "nothing", sql: "DO 1", found: Found::Nothing },
    Tampering { what: "dropped", sql: "DROP TRIGGER concurrency_drafts_version", found: Found::Missing },
    Tampering {
        what: "another step",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
            SET /* concurrency-diesel 1 */ NEW.version = OLD.version",
        found: Found::Altered,
    },
    Tampering {
        what: "another event",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version BEFORE INSERT ON drafts FOR EACH ROW
            SET /* concurrency-diesel 1 */ NEW.version = 1",
        found: Found::Altered,
    },
    Tampering {
        what: "on the other table",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON elsewhere FOR EACH ROW
            SET /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1",
        found: Found::OnAnotherTable,
    },
    Tampering {
        what: "replaced by somebody's",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW SET NEW.version = OLD.version",
        found: Found::Foreign,
    },
];

/// Every trigger but that of the migrations.
pub fn all_triggers(connection: &mut TestConnection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let query = "SELECT trigger_name AS name FROM information_schema.triggers
        WHERE trigger_schema = DATABASE() AND event_object_table <> 'entries' ORDER BY name";
    diesel::sql_query(query).load::<Name>(connection).unwrap().into_iter().map(|row| row.name).collect()
}

/// The database is the test's own.
pub fn is_of_this_test(_found: &FoundTrigger, _connection: &mut TestConnection) -> bool {
    true
}

pub fn create_other_schema(database: &Database, connection: &mut TestConnection) -> String {
    let schema = format!("{} other", database.name);
    connection.batch_execute(&format!("CREATE DATABASE `{schema}`")).unwrap();
    schema
}

pub fn drop_other_schema(schema: &str, connection: &mut TestConnection) {
    connection.batch_execute(&format!("DROP DATABASE `{schema}`")).unwrap();
}

/// A user who may read and write rows, and no more.
pub fn without_privilege(database: &Database, connection: &mut TestConnection) -> TestConnection {
    let grant = format!(
        "CREATE USER IF NOT EXISTS concurrency_guest@'%'; GRANT SELECT, UPDATE ON {}.* TO concurrency_guest@'%'",
        database.name
    );
    connection.batch_execute(&grant).unwrap();
    let url = server_url();
    let (_, server) = url.rsplit_once('@').expect("MYSQL_URL names a user");
    let (server, _) = server.rsplit_once('/').expect("MYSQL_URL ends in a database");
    TestConnection::establish(&format!("mysql://concurrency_guest@{server}/{}", database.name)).unwrap()
}
pub const PRIVILEGE_REFUSED: (bool, &str) = (true, "TRIGGER command denied to user");

#[test]
fn a_partitioned_table_has_one_trigger() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("ALTER TABLE drafts PARTITION BY HASH (id) PARTITIONS 3").unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    foreign("INSERT INTO drafts VALUES (1, 'a', 1), (2, 'b', 5), (3, 'c', 7)", conn);
    foreign("UPDATE drafts SET id = id + 10", conn);
    assert_eq!(versions(conn), [2, 6, 8]);
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
}

/// Known and documented: InnoDB's foreign keys change rows past every trigger.
#[test]
fn cascades_of_foreign_keys_are_not_seen() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute(
        "CREATE TABLE owners (id BIGINT PRIMARY KEY);
         ALTER TABLE drafts ADD COLUMN owner BIGINT, ADD FOREIGN KEY (owner) REFERENCES owners (id) ON UPDATE CASCADE;
         INSERT INTO owners VALUES (1); INSERT INTO drafts VALUES (1, 'a', 1, 1)",
    )
    .unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    foreign("UPDATE owners SET id = 2", conn);
    assert_eq!(versions(conn), [1]);
    foreign("UPDATE drafts SET text = 'b'", conn);
    assert_eq!(versions(conn), [2]);
}
