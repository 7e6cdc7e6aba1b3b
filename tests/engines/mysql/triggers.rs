//! Triggers as MariaDB and MySQL have them.

use crate::library::prelude::*;
use crate::library::triggers::{self, Engine, Problem, TriggerSpec};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Database, TestConnection, server_url};
use crate::suite::triggers::problems::{Found, Tampering};
use crate::suite::triggers::{Draft, foreign, number, versions, with_table};

pub const ENGINE: Engine = Engine::Mysql;
pub const MIGRATION_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/mysql");
/// Whether a version that was set too high is set right.
pub const CATCHES_JUMPS: bool = true;
/// Whether a rolled-back transaction takes its triggers back.
pub const TRANSACTIONAL_DDL: bool = false;
/// Lets a session of the user's wait for locks for so long, and how long it does.
pub const LIMIT_LOCKS: &str = "SET SESSION lock_wait_timeout = 1234";
pub const LOCK_LIMIT: &str = "SELECT CAST(@@SESSION.lock_wait_timeout AS SIGNED) AS number";
/// The number of names in `all_triggers` for a trigger.
pub const OBJECTS_PER_TRIGGER: usize = 1;
pub const QUOTE: char = '`';
pub const BIGINT: &str = "SIGNED";
pub const VARCHAR: &str = "varchar";
pub const THE_VERSION: &str = "`the version`";
pub const MAXIMUM_REFUSED: &str = "BIGINT value is out of range";
pub const UPSERT_DRAFT: &str = "INSERT INTO drafts VALUES (1, 'upserted', 1) ON DUPLICATE KEY UPDATE text = 'upserted'";

/// A foreign trigger with the name of ours.
pub const FOREIGN_TRIGGER: &str =
    "CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW SET NEW.version = 1000";
/// Whether it fires after a trigger that is created later.
pub const FOREIGN_TRIGGER_COMES_LATER: bool = false;

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
        what: "without comments",
        sql: "DROP TRIGGER concurrency_drafts_version;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
            set NEW.version=coalesce(OLD.version,0)+1, NEW.version=if(NEW.version>coalesce(OLD.version,0),NEW.version,
            18446744073709551615+NEW.version+length('concurrency-diesel 1'))",
        found: Found::Nothing,
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

/// MariaDB keeps the history of such a table beside it, and calls it by another type.
#[test]
fn a_table_that_keeps_its_history_is_a_table() {
    let (_database, conn) = &mut with_table();
    if !is_mariadb(conn) {
        return;
    }
    conn.batch_execute("ALTER TABLE drafts ADD SYSTEM VERSIONING").unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    foreign("INSERT INTO drafts VALUES (1, 'a', 1)", conn);
    foreign("UPDATE drafts SET text = 'b'", conn);
    assert_eq!(versions(conn), [2]);
    triggers::drop::<Draft, _>(conn).unwrap();
    assert_eq!(all_triggers(conn), Vec::<String>::new());
}

fn is_mariadb(conn: &mut TestConnection) -> bool {
    number("SELECT version() LIKE '%MariaDB%' AS number", conn) == 1
}

/// Under any sql_mode of its creation, the version neither stays nor jumps at the column's maximum.
#[test]
fn every_integer_counts_up_to_its_maximum_under_every_mode() {
    let (_database, conn) = &mut with_table();
    let types = [
        ("SMALLINT", "32767"),
        ("MEDIUMINT", "8388607"),
        ("INT", "2147483647"),
        ("INT UNSIGNED", "4294967295"),
        ("BIGINT", "9223372036854775807"),
        ("BIGINT UNSIGNED", "18446744073709551615"),
    ];
    let mut modes = vec!["", "STRICT_ALL_TABLES", "ANSI_QUOTES"];
    if is_mariadb(conn) {
        modes.extend(["ORACLE", "EMPTY_STRING_IS_NULL"]);
    }
    for (mode, strict) in modes.into_iter().flat_map(|mode| [(mode, false), (mode, true)]) {
        let spec = TriggerSpec::new("drafts", ["id"], "version");
        let spec = if strict { spec.strict() } else { spec };
        for (column, maximum) in types {
            conn.batch_execute(&format!(
                "SET sql_mode = ''; DROP TABLE drafts;
                 CREATE TABLE drafts (id BIGINT PRIMARY KEY, text VARCHAR(9), version {column} NOT NULL); SET sql_mode = '{mode}'"
            ))
            .unwrap();
            triggers::create_specs(std::slice::from_ref(&spec), conn).unwrap();
            assert_eq!(triggers::check_specs(std::slice::from_ref(&spec), conn).unwrap(), [], "{mode} {column}");
            foreign(&format!("INSERT INTO drafts VALUES (1, 'a', {maximum} - 1); UPDATE drafts SET text = 'b'"), conn);
            conn.batch_execute("UPDATE drafts SET text = 'c'").unwrap_err();
            let same = format!("SELECT version = {maximum} AND text = 'b' AS number FROM drafts");
            assert_eq!(number(&same, conn), 1, "{mode} {column} {strict}");
            conn.batch_execute("SET sql_mode = DEFAULT").unwrap();
        }
    }
}

/// A trigger after ours that sets the version is reported. One before ours, or one that only reads it, is not.
#[test]
fn a_trigger_that_sets_the_version_after_ours_is_named() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE TRIGGER before_ours BEFORE UPDATE ON drafts FOR EACH ROW SET NEW.version = 1000")
        .unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    conn.batch_execute(
        "CREATE TRIGGER looks BEFORE UPDATE ON drafts FOR EACH ROW SET NEW.text = NEW.version;
         CREATE TRIGGER inserts BEFORE INSERT ON drafts FOR EACH ROW SET NEW.version = 1",
    )
    .unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    foreign("INSERT INTO drafts VALUES (1, 'a', 1)", conn);
    let mut record = crate::suite::triggers::draft(1, conn);
    record.save_concurrent(conn).unwrap();
    assert_eq!((record.version, versions(conn)), (2, vec![2]));
    conn.batch_execute("CREATE TRIGGER after_ours BEFORE UPDATE ON drafts FOR EACH ROW SET NEW.version = 1000")
        .unwrap();
    let problems = triggers::check::<Draft, _>(conn).unwrap();
    assert_eq!(problems, [Problem::SetsVersion { table: "drafts".to_owned(), trigger: "after_ours".to_owned() }]);
}

/// A trigger runs as the user who created it. If that user is gone, or lost the privilege, every write fails.
#[test]
fn a_definer_that_is_gone_or_has_no_right_is_told() {
    let (database, conn) = &mut with_table();
    let user = format!("{}_d", database.name);
    conn.batch_execute(&format!("CREATE USER {user}@'%'; GRANT ALL ON {}.* TO {user}@'%'", database.name)).unwrap();
    let url = server_url();
    let (_, server) = url.rsplit_once('@').expect("MYSQL_URL names a user");
    let (server, _) = server.rsplit_once('/').expect("MYSQL_URL ends in a database");
    let definer = &mut TestConnection::establish(&format!("mysql://{user}@{server}/{}", database.name)).unwrap();
    triggers::create::<Draft, _>(definer).unwrap();
    for conn in [&mut *conn, definer] {
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    }
    foreign("INSERT INTO drafts VALUES (1, 'a', 1); UPDATE drafts SET text = 'b'", conn);
    let powerless = |obstacle: &str| {
        [Problem::Powerless {
            table: "drafts".to_owned(),
            trigger: crate::suite::triggers::DRAFTS_TRIGGER.to_owned(),
            definer: format!("{user}@%"),
            obstacle: obstacle.to_owned(),
        }]
    };
    // MySQL does not say which privileges roles would add.
    if is_mariadb(conn) {
        for right in ["TRIGGER", "UPDATE"] {
            conn.batch_execute(&format!("REVOKE {right} ON {}.* FROM {user}@'%'", database.name)).unwrap();
            let problems = triggers::check::<Draft, _>(conn).unwrap();
            assert_eq!(problems, powerless("who lacks the privilege TRIGGER or UPDATE"), "{right}");
            conn.batch_execute("UPDATE drafts SET text = 'c'").unwrap_err();
            conn.batch_execute(&format!("GRANT {right} ON drafts TO {user}@'%'")).unwrap();
            assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), [], "{right}");
            foreign("UPDATE drafts SET text = 'd'", conn);
        }
    }
    conn.batch_execute(&format!("DROP USER {user}@'%'")).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), powerless("who is not there any more"));
    conn.batch_execute("UPDATE drafts SET text = 'e'").unwrap_err();
    let before = versions(conn);
    triggers::create::<Draft, _>(conn).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    foreign("UPDATE drafts SET text = 'f'", conn);
    assert_eq!(versions(conn), [before[0] + 1]);
}
