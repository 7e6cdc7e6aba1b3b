//! Triggers as PostgreSQL has them.

use crate::library::prelude::*;
use crate::library::triggers::{self, Engine, FoundTrigger, TriggerSpec};
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Database, TestConnection};
use crate::suite::triggers::problems::{Found, Tampering};
use crate::suite::triggers::{Draft, draft, foreign, number, versions, with_draft, with_table};

pub const ENGINE: Engine = Engine::Postgres;
pub const MIGRATION_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/postgres");
/// Whether a version that was set too high is set right.
pub const CATCHES_JUMPS: bool = true;
/// Whether a rolled-back transaction takes its triggers back.
pub const TRANSACTIONAL_DDL: bool = true;
/// How many names stand in `all_triggers` for a trigger: its own and its function's.
pub const OBJECTS_PER_TRIGGER: usize = 2;
pub const QUOTE: char = '"';
pub const BIGINT: &str = "BIGINT";
pub const VARCHAR: &str = "character varying";
pub const THE_VERSION: &str = "\"the version\"";
pub const MAXIMUM_REFUSED: &str = "bigint out of range";
pub const UPSERT_DRAFT: &str =
    "INSERT INTO drafts VALUES (1, 'upserted', 1) ON CONFLICT (id) DO UPDATE SET text = excluded.text";

/// A trigger of somebody's that has the name of ours.
pub const FOREIGN_TRIGGER: &str = "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.version := 1000; RETURN NEW; END';
    CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION theirs()";

pub const TAMPERINGS: &[Tampering] = &[
    Tampering { what: "nothing", sql: "SELECT 1", found: Found::Nothing },
    Tampering { what: "dropped", sql: "DROP TRIGGER concurrency_drafts_version ON drafts", found: Found::Missing },
    Tampering { what: "dropped whole", sql: "DROP FUNCTION concurrency_drafts_version CASCADE", found: Found::Missing },
    Tampering {
        what: "disabled",
        sql: "ALTER TABLE drafts DISABLE TRIGGER concurrency_drafts_version",
        found: Found::Disabled,
    },
    Tampering { what: "all disabled", sql: "ALTER TABLE drafts DISABLE TRIGGER ALL", found: Found::Disabled },
    Tampering {
        what: "for replicas",
        sql: "ALTER TABLE drafts ENABLE REPLICA TRIGGER concurrency_drafts_version",
        found: Found::Disabled,
    },
    Tampering {
        what: "always enabled",
        sql: "ALTER TABLE drafts ENABLE ALWAYS TRIGGER concurrency_drafts_version",
        found: Found::Nothing,
    },
    Tampering {
        what: "another body",
        sql: "CREATE OR REPLACE FUNCTION concurrency_drafts_version() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN /* concurrency-diesel 1 */ RETURN NEW; END'",
        found: Found::Altered,
    },
    Tampering {
        what: "somebody's body",
        sql: "CREATE OR REPLACE FUNCTION concurrency_drafts_version() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RETURN NEW; END'",
        found: Found::Foreign,
    },
    Tampering {
        what: "another condition",
        sql: "DROP TRIGGER concurrency_drafts_version ON drafts;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
            WHEN (NEW.version IS DISTINCT FROM COALESCE(OLD.version, 0) + 2)
            EXECUTE FUNCTION concurrency_drafts_version()",
        found: Found::Altered,
    },
    Tampering {
        what: "another event",
        sql: "DROP TRIGGER concurrency_drafts_version ON drafts;
            CREATE TRIGGER concurrency_drafts_version AFTER UPDATE ON drafts FOR EACH ROW
            WHEN (NEW.version IS DISTINCT FROM COALESCE(OLD.version, 0) + 1)
            EXECUTE FUNCTION concurrency_drafts_version()",
        found: Found::Altered,
    },
    Tampering {
        what: "one column only",
        sql: "DROP TRIGGER concurrency_drafts_version ON drafts;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE OF text ON drafts FOR EACH ROW
            WHEN (NEW.version IS DISTINCT FROM COALESCE(OLD.version, 0) + 1)
            EXECUTE FUNCTION concurrency_drafts_version()",
        found: Found::Altered,
    },
    Tampering {
        what: "renamed",
        sql: "ALTER TRIGGER concurrency_drafts_version ON drafts RENAME TO another_name",
        found: Found::Nothing,
    },
    Tampering {
        what: "its function renamed",
        sql: "ALTER FUNCTION concurrency_drafts_version RENAME TO another_name",
        found: Found::Nothing,
    },
];

/// Every trigger but that of the migrations, and every function, of the test's own schema.
pub fn all_triggers(connection: &mut TestConnection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let query = "SELECT tgname::text AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND tgparentid = 0 AND relname <> 'entries' AND relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT proname::text FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname <> 'concurrency_entries_version'
        ORDER BY name";
    diesel::sql_query(query).load::<Name>(connection).unwrap().into_iter().map(|row| row.name).collect()
}

/// The schema is the test's own; the database is not.
pub fn is_of_this_test(found: &FoundTrigger, connection: &mut TestConnection) -> bool {
    let schema: String = diesel::select(sql::<Text>("current_schema()::text")).get_result(connection).unwrap();
    found.table_schema == Some(schema)
}

pub fn create_other_schema(database: &Database, connection: &mut TestConnection) -> String {
    let schema = format!("{} other", database.schema);
    connection.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).unwrap();
    schema
}

pub fn drop_other_schema(schema: &str, connection: &mut TestConnection) {
    connection.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).unwrap();
}

/// A user who may read and write rows, and no more.
pub fn without_privilege(database: &Database, connection: &mut TestConnection) -> TestConnection {
    let grant = format!(
        "SELECT pg_advisory_xact_lock(7301967);
         DO $$ BEGIN CREATE ROLE concurrency_guest; EXCEPTION WHEN duplicate_object THEN END $$;
         GRANT USAGE ON SCHEMA {0} TO concurrency_guest;
         GRANT SELECT, UPDATE ON drafts TO concurrency_guest",
        database.schema
    );
    connection.batch_execute(&grant).unwrap();
    let mut guest = database.connect();
    guest.batch_execute("SET ROLE concurrency_guest").unwrap();
    guest
}
pub const PRIVILEGE_REFUSED: (bool, &str) =
    (true, "the database user may not change the trigger of drafts: permission denied for ");

/// Our own saves pay for a comparison, and not for a call.
#[test]
fn the_function_is_not_called_for_our_own_saves() {
    let (_database, conn) = &mut with_draft();
    conn.batch_execute("SET track_functions = 'pl'").unwrap();
    let calls = "SELECT COALESCE(SUM(calls), 0)::bigint AS number FROM pg_stat_xact_user_functions
        WHERE funcname = 'concurrency_drafts_version' AND schemaname = current_schema()";
    let mut record = draft(1, conn);
    conn.transaction(|conn| {
        record.save_concurrent(conn)?;
        record.touch_concurrent(conn)?;
        record.save_without_increment(conn)?;
        record.save_unchecked(conn)?;
        assert_eq!(number(calls, conn), 0);
        foreign("UPDATE drafts SET text = 'x'", conn);
        assert_eq!(number(calls, conn), 1);
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    assert_eq!(versions(conn), [6]);
}

/// Whoever writes may look names up wherever he likes, in a schema with operators of its own, too.
#[test]
fn the_search_path_of_the_writer_changes_nothing() {
    let (_database, conn) = &mut with_draft();
    conn.batch_execute(
        "CREATE FUNCTION nothing(bigint, integer) RETURNS bigint LANGUAGE sql AS 'SELECT $1';
         CREATE OPERATOR + (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = nothing);
         CREATE FUNCTION never(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = never)",
    )
    .unwrap();
    let schema: String = diesel::select(sql::<Text>("current_schema()::text")).get_result(conn).unwrap();
    for path in ["''".to_owned(), format!("{schema}, pg_catalog"), "pg_catalog".to_owned()] {
        foreign(
            &format!("SET search_path = {path}; UPDATE {schema}.drafts SET text = 'x'; SET search_path = {schema}"),
            conn,
        );
    }
    assert_eq!(versions(conn), [4]);
}

/// What RETURNING says is what the row holds.
#[test]
fn returning_sees_the_step_of_the_trigger() {
    let (_database, conn) = &mut with_draft();
    let returned = diesel::sql_query("UPDATE drafts SET text = 'x' RETURNING id, text, version");
    #[derive(QueryableByName)]
    #[diesel(table_name = crate::suite::triggers::drafts)]
    struct Row {
        version: i64,
    }
    assert_eq!(returned.get_result::<Row>(conn).unwrap().version, 2);
}

/// Every partition has the trigger, those that come later, too, and a row that moves takes its step.
#[test]
fn a_partitioned_table_has_its_trigger_in_every_partition() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute(
        "DROP TABLE drafts;
         CREATE TABLE drafts (id BIGINT PRIMARY KEY, text TEXT NOT NULL, version BIGINT NOT NULL) PARTITION BY RANGE (id);
         CREATE TABLE low PARTITION OF drafts FOR VALUES FROM (0) TO (10)",
    )
    .unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    conn.batch_execute(
        "CREATE TABLE high PARTITION OF drafts FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
         CREATE TABLE higher PARTITION OF high FOR VALUES FROM (10) TO (20);
         INSERT INTO drafts VALUES (1, 'a', 1), (2, 'b', 5), (11, 'c', 7)",
    )
    .unwrap();
    foreign(
        "UPDATE drafts SET id = id + 10 WHERE id = 2; UPDATE low SET text = 'x'; UPDATE higher SET text = 'y'",
        conn,
    );
    assert_eq!(versions(conn), [2, 8, 7]);
    let listed = triggers::list(conn).unwrap().into_iter().filter(|found| is_of_this_test(found, conn)).count();
    assert_eq!(listed, 2, "one for the whole table, and one of the migrations");
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);

    conn.batch_execute("ALTER TABLE higher DISABLE TRIGGER concurrency_drafts_version").unwrap();
    let problems = triggers::check::<Draft, _>(conn).unwrap();
    assert!(matches!(&problems[..], [triggers::Problem::Disabled { .. }]), "{problems:?}");
    triggers::create::<Draft, _>(conn).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    triggers::drop::<Draft, _>(conn).unwrap();
    assert_eq!(all_triggers(conn), Vec::<String>::new());
}

/// A function without a trigger: ours is left over and taken away, somebody's is in the way.
#[test]
fn a_function_of_that_name_is_ours_or_in_the_way() {
    let (_database, conn) = &mut with_table();
    let spec = TriggerSpec::new("drafts", ["id"], "version");
    conn.batch_execute(&spec.create(ENGINE)[0]).unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    conn.batch_execute("DROP TRIGGER concurrency_drafts_version ON drafts").unwrap();
    triggers::drop::<Draft, _>(conn).unwrap();
    assert_eq!(all_triggers(conn), Vec::<String>::new());

    conn.batch_execute("CREATE FUNCTION concurrency_drafts_version() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        .unwrap();
    let error = triggers::create::<Draft, _>(conn).unwrap_err();
    assert!(matches!(&error, triggers::Error::ForeignTrigger { .. }), "{error:?}");
    triggers::drop::<Draft, _>(conn).unwrap_err();
    assert_eq!(all_triggers(conn), ["concurrency_drafts_version"]);
}

/// A table that moves to another schema takes its trigger along, and leaves the function: both are found and dropped.
#[test]
fn a_table_that_moves_keeps_its_trigger() {
    let (database, conn) = &mut with_draft();
    let schema = create_other_schema(database, conn);
    conn.batch_execute(&format!("ALTER TABLE drafts SET SCHEMA \"{schema}\"")).unwrap();
    let moved = [TriggerSpec::new("drafts", ["id"], "version").in_schema(schema.as_str())];
    assert_eq!(triggers::check_specs(&moved, conn).unwrap(), []);
    triggers::drop_specs(&moved, conn).unwrap();
    assert_eq!(all_triggers(conn), Vec::<String>::new());
    drop_other_schema(&schema, conn);
}
