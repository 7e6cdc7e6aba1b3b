//! SQLite: each test has its own file, in WAL mode.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use libsqlite3_sys as _;
use tempfile::TempDir;

#[path = "sqlite/faults.rs"]
mod faults;
#[path = "sqlite/history.rs"]
pub mod history;
#[path = "sqlite/isolation.rs"]
mod isolation;
#[path = "sqlite/kept_changes.rs"]
mod kept_changes;
#[path = "kept_rows.rs"]
mod kept_rows;
#[path = "redone_rows.rs"]
mod redone_rows;
#[path = "sqlite/refusals.rs"]
mod refusals;
#[path = "sqlite/replaced_rows.rs"]
mod replaced_rows;
#[path = "sqlite/server_errors.rs"]
mod server_errors;
#[path = "sqlite/spellings.rs"]
mod spellings;
#[path = "sqlite/stored.rs"]
mod stored;
#[path = "sqlite/transactions.rs"]
mod transactions;
#[path = "sqlite/triggers.rs"]
mod triggers;
#[path = "sqlite/version_fields.rs"]
mod version_fields;
#[path = "sqlite/views.rs"]
mod views;
#[path = "sqlite/watchdog.rs"]
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
use crate::suite::begin::transaction_sql;
use crate::suite::bulk::Bulk;

pub use crate::Connection as TestConnection;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");

/// The engine's name.
pub const NAME: &str = "SQLite";

/// Asks the server for its version.
pub const VERSION_QUERY: &str = "SELECT sqlite_version() AS version";

/// Whether the read that explains a conflict locks the row.
pub const CONFLICT_READ_LOCKS: bool = false;

/// How a key is compared of which the first part can be NULL.
pub const NULL_SAFE_KEY: &str = "WHERE `tenant_id` IS ? AND `name` = ? AND";

/// How a row is kept that is to be deleted.
const KEEPINGS: &[kept_rows::Keeping] = &[kept_rows::Keeping {
    keep: "CREATE TRIGGER kept BEFORE DELETE ON files_kept BEGIN
               UPDATE files_kept SET deleted = TRUE WHERE id = OLD.id; SELECT RAISE(IGNORE);
           END",
    release: "DROP TRIGGER kept",
}];

/// Triggers that write the row of an UPDATE by themselves, and leave the UPDATE out.
const REDOINGS: &[redone_rows::Redoing] = &[
    redone_rows::Redoing {
        redo: "CREATE TRIGGER redo BEFORE UPDATE ON counts BEGIN
                   UPDATE counts SET title = NEW.title, views = NEW.views, version = NEW.version WHERE id = OLD.id;
                   SELECT RAISE(IGNORE);
               END",
        deletes: false,
    },
    redone_rows::Redoing {
        redo: "CREATE TRIGGER archive BEFORE UPDATE ON counts BEGIN DELETE FROM counts WHERE id = OLD.id; END",
        deletes: true,
    },
];

/// Triggers that leave a row out of no write, or do not write it then.
const HARMLESS: &[&str] = &[
    "CREATE TRIGGER never_fewer BEFORE UPDATE ON counts WHEN NEW.views < OLD.views BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TABLE log (id INTEGER);
     CREATE TRIGGER log BEFORE UPDATE ON counts BEGIN INSERT OR IGNORE INTO log VALUES (OLD.id); END",
    // A table whose name begins as that of the record's: what the manual of FTS4 says of external content.
    "CREATE TABLE counts_fts (docid INTEGER);
     CREATE TRIGGER fts BEFORE UPDATE ON counts BEGIN DELETE FROM counts_fts WHERE docid = OLD.id; END",
];

/// Whether the catalog is asked before the first write of a type.
pub const ASKS_BEFORE_THE_FIRST_WRITE: bool = true;

/// Whether an UPDATE can return what it wrote.
pub const HAS_RETURNING: bool = true;

/// How batches are sent: each record by itself.
pub const BULK: Bulk = Bulk { chunk: 1, a_chunk: 1, refused: 1, prepared: 1, hundreds: false, asks: 0 };

/// A version column that keeps microseconds.
pub const TIMESTAMP_VERSION: &str = ", version TIMESTAMP NOT NULL";

/// A version column that keeps 16 bytes.
pub const BINARY_VERSION: &str = ", version BLOB NOT NULL";

/// Column types under which different texts are equal.
pub const HIDING_COLUMNS: [&str; 2] = ["TEXT COLLATE NOCASE", "TEXT COLLATE RTRIM"];

/// The statements that these columns need.
pub const HIDING_SETUP: &[&str] = &[];

/// Column types, and two keys that are one under each.
pub const EQUAL_KEYS: &[(&str, &str, &str)] =
    &[("TEXT COLLATE NOCASE", "ann", "ANN"), ("TEXT COLLATE RTRIM", "ann", "ann ")];

/// What makes the engine refuse article 3 of `suite/bulk/faults.rs`, and its message.
pub const FAULTS_OF_A_ROW: &[(&str, &str)] = &[
    (
        "CREATE TRIGGER closed BEFORE UPDATE ON articles WHEN NEW.views > 100 BEGIN SELECT RAISE(ABORT, 'closed'); END",
        "closed",
    ),
    (
        "CREATE TRIGGER closed AFTER UPDATE ON articles WHEN NEW.views > 100 BEGIN SELECT RAISE(ABORT, 'closed'); END",
        "closed",
    ),
    (
        "CREATE TABLE small (id INTEGER NOT NULL CHECK (id < 100));
         CREATE TRIGGER small AFTER UPDATE ON articles BEGIN INSERT INTO small VALUES (NEW.views); END",
        "CHECK constraint failed",
    ),
    (
        "CREATE TABLE texts (text TEXT NOT NULL);
         CREATE TRIGGER texts AFTER UPDATE ON articles BEGIN INSERT INTO texts VALUES (NEW.body); END",
        "NOT NULL constraint failed",
    ),
    (
        "CREATE TABLE numbers (id INTEGER PRIMARY KEY) STRICT;
         CREATE TRIGGER numbers AFTER UPDATE ON articles WHEN NEW.views > 100 BEGIN INSERT INTO numbers VALUES (NEW.title); END",
        "datatype mismatch",
    ),
    (
        "CREATE TABLE numbers (id INTEGER) STRICT;
         CREATE TRIGGER numbers AFTER UPDATE ON articles WHEN NEW.views > 100 BEGIN INSERT INTO numbers VALUES (NEW.title); END",
        "cannot store TEXT value in INTEGER column",
    ),
    (
        "PRAGMA foreign_keys = ON; CREATE TABLE small (id INTEGER PRIMARY KEY); INSERT INTO small VALUES (5);
         CREATE TABLE known (id INTEGER REFERENCES small (id));
         CREATE TRIGGER known AFTER UPDATE ON articles BEGIN INSERT INTO known VALUES (NEW.views); END",
        "FOREIGN KEY constraint failed",
    ),
];

/// A trigger that refuses every row with an unknown message.
pub const CLOSED: &str = "CREATE TRIGGER closed BEFORE UPDATE ON articles BEGIN SELECT RAISE(ABORT, 'closed'); END";

/// A change that makes every save fail.
pub const FAULTS_OF_A_STATEMENT: &[&str] = &[
    "DROP TABLE articles",
    "ALTER TABLE articles DROP COLUMN body",
    "ALTER TABLE articles DROP COLUMN views; ALTER TABLE articles ADD COLUMN views INTEGER GENERATED ALWAYS AS (1) VIRTUAL",
    "PRAGMA query_only = ON",
    "CREATE TRIGGER lost AFTER UPDATE ON articles BEGIN INSERT INTO nowhere VALUES (1); END",
];

/// Whether an UPDATE that assigns a column twice is an error.
pub const REFUSES_DOUBLE_ASSIGNMENT: bool = false;

/// A database of the test's own, removed with it.
pub struct Database {
    folder: TempDir,
}

impl Database {
    /// With the tables of `migrations/sqlite`.
    pub fn new() -> Self {
        let database = Self { folder: TempDir::new().unwrap() };
        let mut connection = database.connect();
        connection.batch_execute("PRAGMA journal_mode = WAL").unwrap();
        connection.run_pending_migrations(MIGRATIONS).unwrap();
        database
    }

    /// The URL that Diesel connects to.
    pub fn url(&self) -> String {
        self.folder.path().join("database.sqlite").display().to_string()
    }

    /// One more connection to this database.
    pub fn connect(&self) -> TestConnection {
        connect(&self.url())
    }
}

fn connect(url: &str) -> TestConnection {
    let mut connection = TestConnection::establish(url).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF").unwrap();
    connection
}

/// Takes the write lock: an engine without row locks can hold writers off only so.
pub fn begin_write(connection: &mut TestConnection) {
    connection.batch_execute("UPDATE articles SET views = views WHERE 0").unwrap();
}

/// There is no server that could name connections.
pub fn connection_id(_connection: &mut TestConnection) -> i64 {
    0
}

/// There is nothing that could end them, either: a statement here waits only for the write lock, and not without end.
pub fn kill(_id: i64, _observer: &mut TestConnection) {}

/// A waiting connection cannot be seen, so one that is silent for a while counts as waiting.
pub fn is_waiting(_id: i64, _observer: &mut TestConnection) -> bool {
    true
}

/// The message of a deadlock, if there can be one. Here the first writer has locked the whole file.
pub const DEADLOCK: Option<&str> = None;

/// Lets this connection wait for a lock only briefly. Returns the message after that.
pub const SHORT_LOCK_TIMEOUT: &str = "PRAGMA busy_timeout = 50";
pub const LOCK_TIMEOUT: &str = "database is locked";

/// What is refused while another transaction has written article 1: statements in one transaction, and what is said.
pub const REFUSED_WHILE_LOCKED: &[(&[&str], &str)] = &[
    (&["SELECT count(*) FROM articles", "DELETE FROM articles"], "database is locked"),
    (&["PRAGMA busy_timeout = 0", "DELETE FROM articles"], "database is locked"),
    (&["PRAGMA busy_timeout = 0", "CREATE TABLE more (id INTEGER)"], "database is locked"),
];

/// A transaction that reads in order to write: it takes the write lock first, or it would have to start again.
pub fn write_transaction<T>(
    connection: &mut TestConnection,
    work: impl FnOnce(&mut TestConnection) -> Result<T, ConcurrencyError>,
) -> Result<T, ConcurrencyError> {
    transaction_sql("BEGIN IMMEDIATE", connection, work)
}

/// The table `concurrency_shop.items`, in a file of the test's own beside its database.
pub fn create_shop(database: &Database, connection: &mut TestConnection) {
    let file = database.folder.path().join("shop.sqlite");
    let create =
        "CREATE TABLE concurrency_shop.items (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, version BIGINT NOT NULL)";
    connection.batch_execute(&format!("ATTACH '{}' AS concurrency_shop; {create}", file.display())).unwrap();
}

/// Allows NULL in `articles` although the model does not, by creating the table again, because NOT NULL cannot be
/// removed from a column.
pub const ALLOW_NULLS: &str = "DROP TABLE articles;
    CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT, views INTEGER NOT NULL, version BIGINT)";

/// The error of a violated CHECK.
pub fn check_violation(_connection: &mut TestConnection) -> DatabaseErrorKind {
    DatabaseErrorKind::CheckViolation
}

/// A connection that may only read, and the error of a write there.
pub fn read_only(database: &Database) -> TestConnection {
    TestConnection::establish(&format!("file:{}?mode=ro", database.url())).unwrap()
}
pub const READ_ONLY: (DatabaseErrorKind, &str) = (DatabaseErrorKind::Unknown, "attempt to write a readonly database");

/// Triggers that ignore the write.
pub const SUPPRESSIONS: &[Suppression] = &[Suppression {
    sql: "CREATE TRIGGER no_update BEFORE UPDATE ON articles BEGIN SELECT RAISE(IGNORE); END;
          CREATE TRIGGER no_delete BEFORE DELETE ON articles BEGIN SELECT RAISE(IGNORE); END",
    refuses_returning: None,
    hides_row: false,
}];

/// Foreign triggers: one advances the version of articles once more than it was advanced, and one does not advance it.
pub const MOVES_VERSION_AGAIN: &str = "CREATE TRIGGER again AFTER UPDATE ON articles
    BEGIN UPDATE articles SET version = version + 1 WHERE id = NEW.id; END";
pub const HOLDS_VERSION_BACK: &str = "CREATE TRIGGER back AFTER UPDATE ON articles
    BEGIN UPDATE articles SET version = OLD.version WHERE id = NEW.id; END";
