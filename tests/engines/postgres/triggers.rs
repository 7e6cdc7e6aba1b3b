//! Triggers as PostgreSQL has them.

use crate::library::prelude::*;
use crate::library::triggers::{self, Engine, Problem, TriggerSpec};
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
/// Lets a session of the user's wait for locks for so long, and how long it does.
pub const LIMIT_LOCKS: &str = "SET lock_timeout = 1234";
pub const LOCK_LIMIT: &str = "SELECT setting::bigint AS number FROM pg_settings WHERE name = 'lock_timeout'";
/// The number of names in `all_triggers` for a trigger: its own and its function's.
pub const OBJECTS_PER_TRIGGER: usize = 2;
pub const QUOTE: char = '"';
pub const BIGINT: &str = "BIGINT";
pub const VARCHAR: &str = "character varying";
pub const THE_VERSION: &str = "\"the version\"";
pub const MAXIMUM_REFUSED: &str = "bigint out of range";
pub const UPSERT_DRAFT: &str =
    "INSERT INTO drafts VALUES (1, 'upserted', 1) ON CONFLICT (id) DO UPDATE SET text = excluded.text";

/// A foreign trigger with the name of ours.
pub const FOREIGN_TRIGGER: &str = "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.version := 1000; RETURN NEW; END';
    CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION theirs()";
/// Whether it fires after a trigger that is created later, as `drafts advance`.
pub const FOREIGN_TRIGGER_COMES_LATER: bool = false;

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
        what: "a condition whose parentheses stand elsewhere",
        sql: "DROP TRIGGER concurrency_drafts_version ON drafts;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
            WHEN (NEW.version IS DISTINCT FROM COALESCE(OLD.version, 0 + 1))
            EXECUTE FUNCTION concurrency_drafts_version()",
        found: Found::Altered,
    },
    Tampering {
        what: "a condition over a smaller type",
        sql: "DROP TRIGGER concurrency_drafts_version ON drafts;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
            WHEN (NEW.version::smallint IS DISTINCT FROM COALESCE(OLD.version::smallint, 0) + 1)
            EXECUTE FUNCTION concurrency_drafts_version()",
        found: Found::Altered,
    },
    Tampering {
        what: "the condition in other words",
        sql: "DROP TRIGGER concurrency_drafts_version ON drafts;
            CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
            WHEN (NEW.version IS DISTINCT FROM (COALESCE(OLD.version, 0) + 1))
            EXECUTE FUNCTION concurrency_drafts_version()",
        found: Found::Nothing,
    },
    Tampering {
        what: "other line ends",
        sql: "DO $$ BEGIN EXECUTE (SELECT replace(pg_get_functiondef(oid), chr(10), chr(13) || chr(10)) FROM pg_proc
            WHERE proname = 'concurrency_drafts_version' AND pronamespace = current_schema()::regnamespace); END $$",
        found: Found::Nothing,
    },
    Tampering {
        what: "without its mark",
        sql:
            "DO $$ BEGIN EXECUTE (SELECT replace(pg_get_functiondef(oid), '/* concurrency-diesel 1 */', '') FROM pg_proc
            WHERE proname = 'concurrency_drafts_version' AND pronamespace = current_schema()::regnamespace); END $$",
        found: Found::Nothing,
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

/// A writer may have any `search_path`, even with a schema that has its own operators.
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

/// RETURNING returns the values of the row.
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
    let listed = triggers::list(conn).unwrap().len();
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

/// A function without a trigger: ours is left over and dropped, a foreign one is in the way.
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

/// The trigger of a table is not inherited: each table that inherits gets its own, and one that is added later is named.
#[test]
fn tables_that_inherit_have_triggers_of_their_own() {
    let (_database, conn) = &mut with_table();
    let spec = TriggerSpec::new("drafts", ["id"], "version");
    let migration = triggers::create_triggers([&spec], ENGINE);
    type Way<'a> = &'a dyn Fn(&mut TestConnection);
    let ways: [(&str, Way<'_>, Way<'_>); 2] = [
        ("at run time", &|conn| triggers::create::<Draft, _>(conn).unwrap(), &|conn| {
            triggers::drop::<Draft, _>(conn).unwrap()
        }),
        ("by a migration", &|conn| conn.batch_execute(&migration.up_sql()).unwrap(), &|conn| {
            conn.batch_execute(&migration.down_sql()).unwrap()
        }),
    ];
    for (way, create, drop) in ways {
        conn.batch_execute(
            "CREATE TABLE mails (\"to\" TEXT) INHERITS (drafts);
             CREATE TABLE \"love mails\" (heart INTEGER) INHERITS (mails);
             INSERT INTO mails VALUES (1, 'a', 1, 'me'); INSERT INTO \"love mails\" VALUES (2, 'b', 5, 'you', 1)",
        )
        .unwrap();
        create(conn);
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), [], "{way}");
        let mut mine = draft(1, conn);
        foreign("UPDATE drafts SET text = 'x'; UPDATE \"love mails\" SET text = 'y'", conn);
        assert_eq!(versions(conn), [2, 7], "{way}");
        assert!(mine.save_concurrent(conn).unwrap_err().is_conflict());
        assert_eq!(triggers::list(conn).unwrap().iter().filter(|found| found.trigger_name == spec.name()).count(), 3);

        conn.batch_execute("CREATE TABLE notes () INHERITS (drafts); INSERT INTO notes VALUES (3, 'c', 1)").unwrap();
        let problems = triggers::check::<Draft, _>(conn).unwrap();
        let missing = Problem::Missing { table: "notes".to_owned(), trigger: spec.name() };
        assert_eq!(problems, [missing], "{way}");
        triggers::create::<Draft, _>(conn).unwrap();
        triggers::create::<Draft, _>(conn).unwrap();
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), [], "{way}");
        foreign("UPDATE drafts SET text = 'z'", conn);
        assert_eq!(versions(conn), [3, 8, 2], "{way}");

        conn.batch_execute("ALTER TABLE mails DISABLE TRIGGER ALL").unwrap();
        let problems = triggers::check::<Draft, _>(conn).unwrap();
        assert!(matches!(&problems[..], [Problem::Disabled { table, .. }] if table == "mails"), "{problems:?}");
        triggers::create::<Draft, _>(conn).unwrap();
        drop(conn);
        assert_eq!(all_triggers(conn), Vec::<String>::new(), "{way}");
        foreign("UPDATE drafts SET text = 'unnoticed'; DROP TABLE notes, \"love mails\", mails", conn);
    }
}

/// The function of the triggers below may be all that is left.
#[test]
fn a_table_that_lost_its_trigger_gets_it_back_beside_those_that_inherit() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute("CREATE TABLE notes () INHERITS (drafts)").unwrap();
    triggers::create::<Draft, _>(conn).unwrap();
    conn.batch_execute("DROP TRIGGER concurrency_drafts_version ON drafts").unwrap();
    let problems = triggers::check::<Draft, _>(conn).unwrap();
    assert!(matches!(&problems[..], [Problem::Missing { table, .. }] if table == "drafts"), "{problems:?}");
    triggers::create::<Draft, _>(conn).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    triggers::drop::<Draft, _>(conn).unwrap();
    assert_eq!(all_triggers(conn), Vec::<String>::new());
}

/// A domain counts as its base integer, however the server shows the condition.
#[test]
fn every_integer_and_every_domain_over_one_counts() {
    let (_database, conn) = &mut with_table();
    conn.batch_execute(
        "CREATE DOMAIN \"the version\" AS BIGINT CHECK (VALUE > 0); CREATE DOMAIN version_of_version AS \"the version\";
         CREATE DOMAIN small AS SMALLINT; CREATE DOMAIN word AS TEXT",
    )
    .unwrap();
    for column in ["SMALLINT", "INTEGER", "BIGINT", "\"the version\"", "version_of_version", "small"] {
        conn.batch_execute(&format!(
            "DROP TABLE drafts; CREATE TABLE drafts (id BIGINT PRIMARY KEY, text TEXT NOT NULL, version {column} NOT NULL);
             INSERT INTO drafts VALUES (1, 'a', 1)"
        ))
        .unwrap();
        triggers::create::<Draft, _>(conn).unwrap();
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), [], "{column}");
        foreign("UPDATE drafts SET text = 'b'", conn);
        assert_eq!(number("SELECT version::bigint AS number FROM drafts", conn), 2, "{column}");
    }
    conn.batch_execute("DROP TABLE drafts; CREATE TABLE drafts (id BIGINT PRIMARY KEY, text TEXT, version word)")
        .unwrap();
    let error = triggers::create::<Draft, _>(conn).unwrap_err();
    assert!(matches!(&error, triggers::Error::VersionType { found, .. } if found == "word"), "{error:?}");
}

/// Triggers in schemas outside the connection's `search_path` are not its own.
#[test]
fn other_schemas_are_not_listed() {
    let (database, conn) = &mut with_draft();
    let schema = create_other_schema(database, conn);
    let before = triggers::list(conn).unwrap();
    conn.batch_execute(&format!(
        "CREATE TABLE \"{schema}\".drafts (id BIGINT PRIMARY KEY, text TEXT NOT NULL, version BIGINT NOT NULL)"
    ))
    .unwrap();
    triggers::create_specs(&[TriggerSpec::new("drafts", ["id"], "version").in_schema(schema.as_str())], conn).unwrap();
    assert_eq!(triggers::list(conn).unwrap(), before);
    let path: String = diesel::select(sql::<Text>("current_setting('search_path')")).get_result(conn).unwrap();
    conn.batch_execute(&format!("SET search_path = {path}, \"{schema}\"")).unwrap();
    assert_eq!(triggers::list(conn).unwrap().len(), before.len() + 1);
    drop_other_schema(&schema, conn);
}

/// An operator that is not the server's is never ours, however it is shown.
#[test]
fn a_condition_with_an_operator_of_its_own_is_altered() {
    let (_database, conn) = &mut with_draft();
    conn.batch_execute(
        "CREATE FUNCTION always(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = always);
         DROP TRIGGER concurrency_drafts_version ON drafts",
    )
    .unwrap();
    let schema: String = diesel::select(sql::<Text>("current_schema()::text")).get_result(conn).unwrap();
    for path in [schema.clone(), format!("{schema}, pg_catalog")] {
        conn.batch_execute(&format!(
            "SET search_path = {path};
             CREATE TRIGGER concurrency_drafts_version BEFORE UPDATE ON drafts FOR EACH ROW
             WHEN ((NEW.version OPERATOR({schema}.=) (COALESCE(OLD.version, 0) + 1)) IS NOT TRUE)
             EXECUTE FUNCTION concurrency_drafts_version()"
        ))
        .unwrap();
        let problems = triggers::check::<Draft, _>(conn).unwrap();
        assert!(matches!(&problems[..], [Problem::Altered { .. }]), "{problems:?}");
        // Ours means the server's, wherever it is made.
        triggers::create::<Draft, _>(conn).unwrap();
        assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), [], "{path}");
        foreign("UPDATE drafts SET text = 'x'", conn);
        conn.batch_execute("DROP TRIGGER concurrency_drafts_version ON drafts").unwrap();
    }
    assert_eq!(versions(conn), [3]);
}

/// `version` is a function of the server's: the trigger's has another name.
#[test]
fn a_trigger_may_be_named_like_a_function_of_the_server() {
    let (_database, conn) = &mut with_table();
    for name in ["version", "now", "a EXECUTE b", "%s"] {
        let spec = TriggerSpec::new("drafts", ["id"], "version").named(name);
        let migration = triggers::create_triggers([&spec], ENGINE);
        conn.batch_execute(&migration.up_sql()).unwrap();
        assert_eq!(triggers::check_specs(std::slice::from_ref(&spec), conn).unwrap(), [], "{name}");
        conn.batch_execute(&migration.down_sql()).unwrap();
        triggers::create_specs(std::slice::from_ref(&spec), conn).unwrap();
        assert_eq!(triggers::check_specs(std::slice::from_ref(&spec), conn).unwrap(), [], "{name}");
        triggers::drop_specs(&[spec], conn).unwrap();
        assert_eq!(all_triggers(conn), Vec::<String>::new());
    }
}

/// A trigger whose name comes after ours and that sets the version is reported. One before ours, or one that only reads
/// it, is not.
#[test]
fn a_trigger_that_sets_the_version_after_ours_is_named() {
    let (_database, conn) = &mut with_draft();
    conn.batch_execute(
        "CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF NEW.text = ''x'' THEN NEW.version = 1000; END IF; RETURN NEW; END';
         CREATE FUNCTION reads() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF NEW.version = OLD.version THEN NEW.text := NEW.version; END IF; RETURN NEW; END';
         CREATE TRIGGER a_sets BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION sets();
         CREATE TRIGGER z_reads BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION reads();
         CREATE TRIGGER z_inserts BEFORE INSERT ON drafts FOR EACH ROW EXECUTE FUNCTION sets()",
    )
    .unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    let mut record = draft(1, conn);
    record.text = "x".to_owned();
    record.save_concurrent(conn).unwrap();
    assert_eq!((record.version, versions(conn)), (2, vec![2]));
    conn.batch_execute("CREATE TRIGGER z_sets BEFORE UPDATE OR INSERT ON drafts FOR EACH ROW EXECUTE FUNCTION sets()")
        .unwrap();
    let problems = triggers::check::<Draft, _>(conn).unwrap();
    assert_eq!(problems, [Problem::SetsVersion { table: "drafts".to_owned(), trigger: "z_sets".to_owned() }]);
}
