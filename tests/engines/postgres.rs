//! PostgreSQL: each test has its own schema on the server that `PG_URL` names.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::sql_types::{BigInt, Bool};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

#[path = "postgres/bulk.rs"]
pub mod bulk;
#[path = "postgres/history.rs"]
pub mod history;
#[path = "postgres/isolation.rs"]
mod isolation;
#[path = "kept_rows.rs"]
mod kept_rows;
#[path = "redone_rows.rs"]
mod redone_rows;
#[path = "postgres/refusals.rs"]
mod refusals;
#[path = "postgres/rounding.rs"]
mod rounding;
#[path = "server.rs"]
pub mod server;
#[path = "postgres/server_errors.rs"]
mod server_errors;
#[path = "postgres/transactions.rs"]
mod transactions;
#[path = "postgres/triggers.rs"]
mod triggers;
#[path = "postgres/types.rs"]
mod types;
#[path = "postgres/version_fields.rs"]
mod version_fields;
#[path = "postgres/watchdog.rs"]
mod watchdog;

pub use self::isolation::settings;
pub use self::server_errors::server_errors;
pub use self::transactions::{
    BEGIN, COMMIT, FAILED_COMMIT, FAILED_COMMIT_ENDS_CONNECTION, LOSSES, MAKE_COMMIT_FAIL, PREPARE_FAILING_COMMIT,
    ROLLBACK, droppings,
};
pub use self::triggers::*;
pub use self::watchdog::watchdog_refusals;
use crate::suite::bad_input::suppressed::Suppression;
use crate::suite::bulk::Bulk;

pub use crate::Connection as TestConnection;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// The port of the server if a URL names none.
pub const DEFAULT_PORT: u16 = 5432;

/// How the server refuses a question, in its own protocol: SQLSTATE 40001, and still in the transaction.
pub const REFUSAL: &[u8] = b"E\0\0\0\x2eSERROR\0VERROR\0C40001\0Ma made up deadlock\0\0Z\0\0\0\x05T";

/// The engine's name.
pub const NAME: &str = "PostgreSQL";

/// Asks the server for its version.
pub const VERSION_QUERY: &str = "SELECT current_setting('server_version') AS version";

/// Whether the read that explains a conflict locks the row.
pub const CONFLICT_READ_LOCKS: bool = false;

/// How a key is compared of which the first part can be NULL.
pub const NULL_SAFE_KEY: &str =
    r#"WHERE ("tenant_id" = $2 OR ("tenant_id" IS NULL AND $3 IS NULL)) AND "name" = $4 AND"#;

/// How a row is kept that is to be deleted.
const KEEPINGS: &[kept_rows::Keeping] = &[
    kept_rows::Keeping {
        keep: "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   UPDATE files_kept SET deleted = TRUE WHERE id = OLD.id; RETURN NULL;
               END $$;
               CREATE TRIGGER kept BEFORE DELETE ON files_kept FOR EACH ROW EXECUTE FUNCTION keep()",
        release: "DROP TRIGGER kept ON files_kept",
    },
    kept_rows::Keeping {
        keep: "CREATE RULE kept AS ON DELETE TO files_kept DO INSTEAD
                   UPDATE files_kept SET deleted = TRUE WHERE id = OLD.id",
        release: "DROP RULE kept ON files_kept",
    },
    kept_rows::Keeping {
        keep: "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE nothing files_kept; BEGIN
                   UPDATE files_kept SET deleted = TRUE WHERE id = OLD.id; RETURN nothing;
               END $$;
               CREATE TRIGGER kept BEFORE DELETE ON files_kept FOR EACH ROW EXECUTE FUNCTION keep()",
        release: "DROP TRIGGER kept ON files_kept",
    },
];

/// Triggers that write the row of an UPDATE by themselves, and leave the UPDATE out.
const REDOINGS: &[redone_rows::Redoing] = &[
    redone_rows::Redoing {
        redo: "CREATE FUNCTION redo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
                   UPDATE counts SET title = NEW.title, views = NEW.views, version = NEW.version WHERE id = OLD.id;
                   NEW := NULL; RETURN NEW;
               END $$;
               CREATE TRIGGER redo BEFORE UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION redo()",
        deletes: false,
    },
    // A view whose trigger does not say that it wrote.
    redone_rows::Redoing {
        redo: "ALTER TABLE counts RENAME TO stored; CREATE VIEW counts AS SELECT * FROM stored;
               CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   UPDATE stored SET title = NEW.title, views = NEW.views, version = NEW.version WHERE id = OLD.id;
                   RETURN NULL;
               END $$;
               CREATE TRIGGER write INSTEAD OF UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION write()",
        deletes: false,
    },
    // A statement that found no row is not the only one.
    redone_rows::Redoing {
        redo: "ALTER TABLE counts RENAME TO stored; CREATE VIEW counts AS SELECT * FROM stored;
               CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   FOR turn IN 1..2 LOOP
                       UPDATE stored SET title = NEW.title, views = NEW.views, version = NEW.version
                       WHERE id = OLD.id AND version = OLD.version;
                       IF NOT FOUND THEN RETURN NULL; END IF;
                   END LOOP;
                   RETURN NEW;
               END $$;
               CREATE TRIGGER write INSTEAD OF UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION write()",
        deletes: false,
    },
    // The trigger is behind a view, on a table that inherits: partitions as they were before PostgreSQL 10.
    redone_rows::Redoing {
        redo: "ALTER TABLE counts RENAME TO stored; CREATE VIEW counts AS SELECT * FROM stored;
               CREATE TABLE low () INHERITS (stored); CREATE TABLE high () INHERITS (stored);
               WITH moved AS (DELETE FROM ONLY stored RETURNING *) INSERT INTO low SELECT * FROM moved;
               CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   IF NEW.views < 10 AND NEW.version < 2 THEN RETURN NEW; END IF;
                   DELETE FROM low WHERE id = OLD.id; INSERT INTO high SELECT NEW.*; RETURN NULL;
               END $$;
               CREATE TRIGGER move BEFORE UPDATE ON low FOR EACH ROW EXECUTE FUNCTION move();
               CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
                   UPDATE high SET title = NEW.title, views = NEW.views, version = NEW.version WHERE id = OLD.id; RETURN NULL;
               END $$;
               CREATE TRIGGER again BEFORE UPDATE ON high FOR EACH ROW EXECUTE FUNCTION again()",
        deletes: false,
    },
];

/// Triggers that leave a row out of no write, or do not write it then.
const HARMLESS: &[&str] = &[
    "ALTER TABLE counts ADD COLUMN updated_at TIMESTAMPTZ;
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF (NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at) THEN
             NEW.updated_at := current_timestamp;
         END IF;
         RETURN NEW;
     END $$;
     CREATE TRIGGER touch BEFORE UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION touch()",
    "CREATE TABLE log (line JSONB);
     CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF TG_OP = 'DELETE' THEN INSERT INTO log VALUES (to_jsonb(OLD)); RETURN OLD; END IF;
         INSERT INTO log VALUES (to_jsonb(NEW)); RETURN COALESCE(NEW, OLD);
     END $$;
     CREATE TRIGGER log BEFORE UPDATE OR DELETE ON counts FOR EACH ROW EXECUTE FUNCTION log()",
    "CREATE FUNCTION never_fewer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.views < OLD.views THEN RETURN NULL; END IF; RETURN NEW;
     END $$;
     CREATE TRIGGER never_fewer BEFORE UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION never_fewer()",
    "ALTER TABLE counts RENAME TO stored; CREATE VIEW counts AS SELECT * FROM stored;
     CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE stored SET title = NEW.title, views = NEW.views, version = NEW.version WHERE id = OLD.id AND version = OLD.version;
         IF NOT FOUND THEN RETURN NULL; END IF;
         RETURN NEW;
     END $$;
     CREATE TRIGGER write INSTEAD OF UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION write()",
    "CREATE RULE quiet AS ON UPDATE TO counts DO ALSO NOTHING",
    // Comments and texts are not what a trigger does. A row can also be a value.
    "CREATE TABLE log (old JSONB, new JSONB);
     CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         -- it's the new row that counts: we must return it, and never return null
         /* select the old one */
         INSERT INTO log (old, new) VALUES (jsonb_build_object('old', OLD, 'to return', NEW), to_jsonb(NEW));
         IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
         RETURN (NEW);
     END $$;
     CREATE TRIGGER audit BEFORE UPDATE OR DELETE ON counts FOR EACH ROW EXECUTE FUNCTION audit()",
    // In this session it does not fire.
    "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE counts SET version = version + 1 WHERE id = OLD.id; RETURN NULL;
     END $$;
     CREATE TRIGGER copy BEFORE UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION copy();
     ALTER TABLE counts ENABLE REPLICA TRIGGER copy",
];

/// Whether the catalog is asked before the first write of a type.
pub const ASKS_BEFORE_THE_FIRST_WRITE: bool = false;

/// Whether an UPDATE can return what it wrote.
pub const HAS_RETURNING: bool = true;

/// How batches are sent: any number of records in one statement.
pub const BULK: Bulk = Bulk { chunk: usize::MAX, a_chunk: 1, refused: 2, prepared: 1, hundreds: false, asks: 0 };

/// A version column that keeps microseconds.
pub const TIMESTAMP_VERSION: &str = ", version TIMESTAMP NOT NULL";

/// A version column that keeps 16 bytes.
pub const BINARY_VERSION: &str = ", version BYTEA NOT NULL";

/// Column types under which different texts are equal.
pub const HIDING_COLUMNS: [&str; 2] = ["public.citext", "TEXT COLLATE hiding"];

/// The statements that these columns need.
pub const HIDING_SETUP: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public",
    "CREATE COLLATION hiding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
];

/// Column types, and two keys that are one under each.
pub const EQUAL_KEYS: &[(&str, &str, &str)] = &[("TEXT COLLATE hiding", "ann", "ANN")];

/// What makes the engine refuse article 3 of `suite/bulk/faults.rs`, and its message.
pub const FAULTS_OF_A_ROW: &[(&str, &str)] = &[
    ("ALTER TABLE articles ALTER title TYPE VARCHAR(20)", "value too long for type"),
    (
        "CREATE FUNCTION small() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN NEW.title = NEW.views::smallint::text; RETURN NEW; END';
         CREATE TRIGGER small BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION small()",
        "smallint out of range",
    ),
    (
        "CREATE FUNCTION small() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN NEW.title = NEW.views::numeric(3)::text; RETURN NEW; END';
         CREATE TRIGGER small BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION small()",
        "numeric field overflow",
    ),
    ("ALTER TABLE articles ALTER body SET NOT NULL", "violates not-null constraint"),
    ("ALTER TABLE articles ADD CHECK (views < 100)", "violates check constraint"),
    (
        "CREATE DOMAIN short AS TEXT CHECK (length(value) < 20); ALTER TABLE articles ALTER title TYPE short",
        "value for domain",
    ),
    (
        "CREATE TABLE small (id INTEGER PRIMARY KEY); INSERT INTO small VALUES (0), (5);
         ALTER TABLE articles ADD FOREIGN KEY (views) REFERENCES small (id)",
        "violates foreign key constraint",
    ),
    (
        "CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN IF NEW.views > 100 THEN RAISE EXCEPTION ''closed''; END IF; RETURN NEW; END';
         CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION closed()",
        "closed",
    ),
    (
        "CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN NEW.views = NEW.views + 0 / (NEW.views - 77777); RETURN NEW; END';
         CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION closed()",
        "division by zero",
    ),
    (
        "CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN IF NEW.views > 100 THEN NEW.views = ''many''::text::integer; END IF; RETURN NEW; END';
         CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION closed()",
        "invalid input syntax for type integer",
    ),
];

/// A trigger that refuses every row with an unknown message.
pub const CLOSED: &str =
    "CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''closed''; END';
     CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION closed()";

/// A change that makes every save fail.
pub const FAULTS_OF_A_STATEMENT: &[&str] = &[
    "DROP TABLE articles",
    "ALTER TABLE articles DROP COLUMN body",
    "ALTER TABLE articles DROP COLUMN views; ALTER TABLE articles ADD views INTEGER GENERATED ALWAYS AS (1) STORED",
    "SET default_transaction_read_only = on",
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(9); RETURN NEW; END';
     CREATE TRIGGER slow BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION slow(); SET statement_timeout = '50ms'",
    "CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO nowhere VALUES (1); RETURN NEW; END';
     CREATE TRIGGER lost BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION lost()",
];

/// Whether an UPDATE that assigns a column twice is an error.
pub const REFUSES_DOUBLE_ASSIGNMENT: bool = true;

/// A schema of the test's own, removed with it.
pub struct Database {
    schema: String,
}

impl Database {
    /// With the tables of `migrations/postgres`.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self { schema: format!("concurrency_test_{}_{number}", std::process::id()) };
        let drop_and_create = format!("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", database.schema);
        server().batch_execute(&drop_and_create).unwrap();
        database.connect().run_pending_migrations(MIGRATIONS).unwrap();
        database
    }

    /// The URL that Diesel connects to. The server looks for a deadlock after 20 ms: at its default of a second, a race of
    /// transactions that cross each other takes minutes.
    pub fn url(&self) -> String {
        let url = server_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        let search_path = &self.schema;
        format!(
            "{url}{separator}options=-csearch_path%3D{search_path}%20-cclient_min_messages%3Dwarning%20-cdeadlock_timeout%3D20ms"
        )
    }

    /// One more connection to this database.
    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }
}

impl Drop for Database {
    /// Connections that a failed test left in a transaction must not hold up the rest: they lose their schema, not we our time.
    fn drop(&mut self) {
        let drop = format!("SET lock_timeout = '2s'; DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
        let _ = server().batch_execute(&drop);
    }
}

fn server_url() -> String {
    std::env::var("PG_URL").expect("PG_URL names the PostgreSQL server; tests/run starts one")
}

fn server() -> TestConnection {
    let mut connection = TestConnection::establish(&server_url()).unwrap();
    connection.batch_execute("SET client_min_messages = warning").unwrap();
    connection
}

/// Does nothing, because the engine locks single rows.
pub fn begin_write(_connection: &mut TestConnection) {}

/// The server's name of this connection.
pub fn connection_id(connection: &mut TestConnection) -> i64 {
    diesel::select(sql::<BigInt>("pg_backend_pid()::bigint")).get_result(connection).unwrap()
}

/// The process that serves this connection, and no other.
#[allow(dead_code, reason = "only the tests of awaited connections stop a server")]
pub fn server_process(connection: &mut TestConnection) -> i64 {
    connection_id(connection)
}

/// Whether that connection waits for a lock.
pub fn is_waiting(id: i64, observer: &mut TestConnection) -> bool {
    let waiting = sql::<BigInt>("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid = ");
    waiting.bind::<BigInt, _>(id).get_result::<i64>(observer).unwrap() > 0
}

/// The message of a deadlock, if there can be one.
pub const DEADLOCK: Option<&str> = Some("deadlock detected");

/// Lets this connection wait for a lock only briefly. Returns the message after that.
pub const SHORT_LOCK_TIMEOUT: &str = "SET lock_timeout = '50ms'";
pub const LOCK_TIMEOUT: &str = "canceling statement due to lock timeout";

/// What is refused while another transaction has written article 1: statements in one transaction, and what is said.
pub const REFUSED_WHILE_LOCKED: &[(&[&str], &str)] = &[
    (&["SELECT 1 FROM articles WHERE id = 1 FOR UPDATE NOWAIT"], "could not obtain lock on row in relation"),
    (&["LOCK TABLE articles IN EXCLUSIVE MODE NOWAIT"], "could not obtain lock on relation"),
    (&["SET LOCAL lock_timeout = '50ms'", "DELETE FROM articles"], LOCK_TIMEOUT),
];

/// A transaction that reads in order to write.
pub fn write_transaction<T>(
    connection: &mut TestConnection,
    work: impl FnOnce(&mut TestConnection) -> Result<T, ConcurrencyError>,
) -> Result<T, ConcurrencyError> {
    connection.transaction(work)
}

/// The table `concurrency_shop.items`, which all tests share.
pub fn create_shop(_database: &Database, connection: &mut TestConnection) {
    // Two CREATE … IF NOT EXISTS at once can both find nothing; a batch is one transaction, so the lock ends with it.
    let batch = "SELECT pg_advisory_xact_lock(7301966);
        CREATE SCHEMA IF NOT EXISTS concurrency_shop;
        CREATE TABLE IF NOT EXISTS concurrency_shop.items (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, version BIGINT NOT NULL)";
    connection.batch_execute(batch).unwrap();
}

/// Allows NULL in `articles` although the model does not.
pub const ALLOW_NULLS: &str =
    "ALTER TABLE articles ALTER COLUMN title DROP NOT NULL; ALTER TABLE articles ALTER COLUMN version DROP NOT NULL";

/// The error of a violated CHECK.
pub fn check_violation(_connection: &mut TestConnection) -> DatabaseErrorKind {
    DatabaseErrorKind::CheckViolation
}

/// A connection that may only read, and the error of a write there.
pub fn read_only(database: &Database) -> TestConnection {
    let mut connection = database.connect();
    connection.batch_execute("SET default_transaction_read_only = on").unwrap();
    connection
}
pub const READ_ONLY: (DatabaseErrorKind, &str) = (DatabaseErrorKind::ReadOnlyTransaction, "in a read-only transaction");
pub const BEGIN_READ_ONLY: &str = "BEGIN READ ONLY";

/// Ends that connection from outside. Returns the errors that it then gets.
pub fn kill(id: i64, observer: &mut TestConnection) {
    let kill = sql::<Bool>("SELECT pg_terminate_backend(").bind::<BigInt, _>(id).sql("::int)");
    assert!(kill.get_result::<bool>(observer).unwrap());
}
/// At first, and by every later statement.
pub const CONNECTION_LOST: &[(DatabaseErrorKind, &str)] = &[
    (DatabaseErrorKind::ClosedConnection, "terminating connection due to administrator command"),
    (DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly"),
    (DatabaseErrorKind::UnableToSendCommand, "no connection to the server"),
    // The message of diesel-async.
    (DatabaseErrorKind::Unknown, "terminating connection due to administrator command"),
    (DatabaseErrorKind::UnableToSendCommand, "connection closed"),
    (DatabaseErrorKind::UnableToSendCommand, "error communicating with the server"),
];

/// Triggers that return NULL, rules, and row security that shows a row but allows no one to write it.
pub const SUPPRESSIONS: &[Suppression] = &[
    Suppression {
        sql: "CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
              CREATE TRIGGER leave_out BEFORE UPDATE OR DELETE ON articles FOR EACH ROW EXECUTE FUNCTION leave_out()",
        refuses_returning: None,
        hides_row: false,
    },
    Suppression {
        sql: "CREATE RULE no_update AS ON UPDATE TO articles DO INSTEAD NOTHING;
              CREATE RULE no_delete AS ON DELETE TO articles DO INSTEAD NOTHING",
        refuses_returning: Some("cannot perform UPDATE RETURNING on relation \"articles\""),
        hides_row: false,
    },
    // A superuser is above row security; this role is none, and every server has it.
    Suppression {
        sql: "ALTER TABLE articles ENABLE ROW LEVEL SECURITY;
              ALTER TABLE articles FORCE ROW LEVEL SECURITY;
              CREATE POLICY read_all ON articles FOR SELECT USING (true);
              DO $$ BEGIN
                  IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
                      EXECUTE format('GRANT USAGE ON SCHEMA %I TO pg_monitor', current_schema());
                      GRANT ALL ON articles TO pg_monitor;
                      SET ROLE pg_monitor;
                  END IF;
              END $$",
        refuses_returning: None,
        hides_row: true,
    },
];

/// Foreign triggers: one advances the version of articles once more than it was advanced, and one does not advance it.
pub const MOVES_VERSION_AGAIN: &str = "CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.version := NEW.version + 1; RETURN NEW; END';
    CREATE TRIGGER again BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION again()";
pub const HOLDS_VERSION_BACK: &str =
    "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.version := OLD.version; RETURN NEW; END';
    CREATE TRIGGER back BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION back()";
