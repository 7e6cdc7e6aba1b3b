//! MariaDB and MySQL: each test has its own database on the server that `MYSQL_URL` names.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

#[path = "mysql/bulk.rs"]
mod bulk;
#[path = "mysql/cut_answers.rs"]
mod cut_answers;
#[path = "mysql/exhausted.rs"]
mod exhausted;
#[path = "mysql/history.rs"]
pub mod history;
#[path = "mysql/isolation.rs"]
mod isolation;
#[path = "mysql/kept_changes.rs"]
mod kept_changes;
#[path = "mysql/locking_reads.rs"]
mod locking_reads;
#[path = "mysql/refusals.rs"]
mod refusals;
#[path = "mysql/refused_savepoint.rs"]
mod refused_savepoint;
#[path = "mysql/select_limit.rs"]
mod select_limit;
#[path = "server.rs"]
pub mod server;
#[path = "mysql/server_errors.rs"]
mod server_errors;
#[path = "mysql/testing.rs"]
mod testing;
#[path = "mysql/transactions.rs"]
mod transactions;
#[path = "mysql/triggers.rs"]
mod triggers;
#[path = "mysql/unsigned.rs"]
mod unsigned;
#[path = "mysql/use_database.rs"]
mod use_database;
#[path = "mysql/version_fields.rs"]
mod version_fields;
#[path = "mysql/watchdog.rs"]
mod watchdog;
#[path = "mysql/without_transactions.rs"]
mod without_transactions;

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

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/mysql");

/// The port of the server if a URL names none.
pub const DEFAULT_PORT: u16 = 3306;

/// How the server refuses a question, in its own protocol: error 1213.
pub const REFUSAL: &[u8] = b"\x3e\0\0\x01\xff\xbd\x04#40001Deadlock found when trying to get lock; a made up one";

/// The engine's name.
pub const NAME: &str = "MariaDB or MySQL";

/// Asks the server for its version.
pub const VERSION_QUERY: &str = "SELECT version() AS version";

/// Whether the read that explains a conflict locks the row.
pub const CONFLICT_READ_LOCKS: bool = true;

/// How a key is compared of which the first part can be NULL.
pub const NULL_SAFE_KEY: &str = "WHERE `tenant_id` <=> ? AND `name` = ? AND";

/// Whether an UPDATE can return what it wrote.
pub const HAS_RETURNING: bool = false;

/// How batches are sent: in chunks, the rows of each locked before they are written. Only what is sent for a whole chunk
/// or a hundred is prepared for good, and the question for the table; no read that locks.
pub const BULK: Bulk = Bulk { chunk: 500, a_chunk: 2, refused: 0, prepared: 1, hundreds: true, asks: 1 };

/// A version column that keeps microseconds.
pub const TIMESTAMP_VERSION: &str = ", version DATETIME(6) NOT NULL";

/// A version column that keeps 16 bytes.
pub const BINARY_VERSION: &str = ", version BINARY(16) NOT NULL";

/// Column types under which different texts are equal.
pub const HIDING_COLUMNS: [&str; 2] = [
    "VARCHAR(100) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
    "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
];

/// The statements that these columns need.
pub const HIDING_SETUP: &[&str] = &[];

/// Column types, and two keys that are one under each.
pub const EQUAL_KEYS: &[(&str, &str, &str)] = &[
    ("VARCHAR(100) CHARACTER SET latin1 COLLATE latin1_swedish_ci", "ann", "Ann"),
    ("VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "zed", "ZED"),
    ("VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "ann", "ann "),
    // Not the connection's collation.
    ("VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", "zed", "ZED"),
];

/// What makes the engine refuse article 3 of `suite/bulk/faults.rs`, and its message.
pub const FAULTS_OF_A_ROW: &[(&str, &str)] = &[
    ("ALTER TABLE articles MODIFY title VARCHAR(20) NOT NULL", "Data too long for column"),
    ("ALTER TABLE articles MODIFY views SMALLINT NOT NULL", "Out of range value for column"),
    ("ALTER TABLE articles MODIFY views DECIMAL(3) NOT NULL", "Out of range value for column"),
    ("ALTER TABLE articles MODIFY body TEXT NOT NULL", "cannot be null"),
    ("ALTER TABLE articles ADD CHECK (views < 100)", "articles"),
    (
        "CREATE TABLE small (id INTEGER PRIMARY KEY); INSERT INTO small VALUES (0), (5);
         ALTER TABLE articles ADD FOREIGN KEY (views) REFERENCES small (id)",
        "a foreign key constraint fails",
    ),
    (
        "CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW
         BEGIN IF NEW.views > 100 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed'; END IF; END",
        "closed",
    ),
    (
        "CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW
         BEGIN IF NEW.views > 100 THEN SET NEW.title = NULL; END IF; END",
        "cannot be null",
    ),
];

/// A trigger that refuses every row with an unknown message.
pub const CLOSED: &str =
    "CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed'";

/// A change that makes every save fail.
pub const FAULTS_OF_A_STATEMENT: &[&str] = &[
    "DROP TABLE articles",
    "ALTER TABLE articles DROP COLUMN body",
    "ALTER TABLE articles DROP COLUMN views, ADD COLUMN views INTEGER GENERATED ALWAYS AS (1) STORED",
    "SET SESSION TRANSACTION READ ONLY",
    "CREATE TRIGGER closed BEFORE UPDATE ON articles FOR EACH ROW INSERT INTO nowhere VALUES (1)",
];

/// Whether an UPDATE that assigns a column twice is an error.
pub const REFUSES_DOUBLE_ASSIGNMENT: bool = false;

/// A database of the test's own, removed with it.
pub struct Database {
    name: String,
}

impl Database {
    /// With the tables of `migrations/mysql`.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self { name: format!("concurrency_test_{}_{number}", std::process::id()) };
        let mut server = server();
        server.batch_execute(&format!("DROP DATABASE IF EXISTS {}", database.name)).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {} CHARACTER SET utf8mb4", database.name)).unwrap();
        database.connect().run_pending_migrations(MIGRATIONS).unwrap();
        database
    }

    /// The URL that Diesel connects to.
    pub fn url(&self) -> String {
        let url = server_url();
        let (server, _) = url.rsplit_once('/').expect("MYSQL_URL ends in a database");
        format!("{server}/{}", self.name)
    }

    /// One more connection to this database.
    pub fn connect(&self) -> TestConnection {
        TestConnection::establish(&self.url()).unwrap()
    }
}

impl Drop for Database {
    /// Connections that a failed test left in a transaction must not hold up the rest.
    fn drop(&mut self) {
        let mut server = server();
        let _ = server.batch_execute("SET lock_wait_timeout = 2");
        let _ = server.batch_execute(&format!("DROP DATABASE IF EXISTS {}", self.name));
    }
}

fn server_url() -> String {
    std::env::var("MYSQL_URL").expect("MYSQL_URL names the MariaDB or MySQL server; tests/run starts one")
}

fn server() -> TestConnection {
    TestConnection::establish(&server_url()).unwrap()
}

/// Does nothing, because the engine locks single rows.
pub fn begin_write(_connection: &mut TestConnection) {}

/// The server's name of this connection.
pub fn connection_id(connection: &mut TestConnection) -> i64 {
    diesel::select(sql::<BigInt>("CAST(CONNECTION_ID() AS SIGNED)")).get_result(connection).unwrap()
}

/// The process that serves all connections.
#[allow(dead_code, reason = "only the tests of awaited connections stop a server")]
pub fn server_process(connection: &mut TestConnection) -> i64 {
    let file = diesel::select(sql::<Text>("@@pid_file")).get_result::<String>(connection).unwrap();
    let number = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file} of the server: {error}"));
    number.trim().parse().unwrap()
}

/// Whether that connection is working while a connection waits for a row lock. If this is seen several times, it is the
/// one that waits. INNODB_TRX would say so at once, but it is updated only if it was not read for 0.1 s, and tests that
/// run at the same time would read it all the time.
pub fn is_waiting(id: i64, observer: &mut TestConnection) -> bool {
    let busy = sql::<BigInt>(
        "SELECT count(*) FROM information_schema.processlist
         WHERE (SELECT `count` FROM information_schema.innodb_metrics WHERE name = 'lock_row_lock_current_waits') > 0
             AND command <> 'Sleep' AND id = ",
    );
    busy.bind::<BigInt, _>(id).get_result::<i64>(observer).unwrap() > 0
}

/// The message of a deadlock, if there can be one.
pub const DEADLOCK: Option<&str> = Some("Deadlock found when trying to get lock");

/// Lets this connection wait for a lock only briefly. Returns the message after that.
pub const SHORT_LOCK_TIMEOUT: &str = "SET innodb_lock_wait_timeout = 1";
pub const LOCK_TIMEOUT: &str = "Lock wait timeout exceeded";

/// What is refused while another transaction has written article 1: statements in one transaction, and what is said.
/// NOWAIT says another thing on MariaDB (1205) than on MySQL (3572).
pub const REFUSED_WHILE_LOCKED: &[(&[&str], &str)] = &[
    (&["SELECT 1 FROM articles WHERE id = 1 FOR UPDATE NOWAIT"], ""),
    (&["SET innodb_lock_wait_timeout = 1", "DELETE FROM articles"], LOCK_TIMEOUT),
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
    let batch = "CREATE DATABASE IF NOT EXISTS concurrency_shop CHARACTER SET utf8mb4;
        CREATE TABLE IF NOT EXISTS concurrency_shop.items (
            id VARCHAR(100) PRIMARY KEY, amount INTEGER NOT NULL, version BIGINT NOT NULL
        ) ENGINE = InnoDB";
    connection.batch_execute(batch).unwrap();
}

/// Allows NULL in `articles` although the model does not.
pub const ALLOW_NULLS: &str = "ALTER TABLE articles MODIFY title VARCHAR(200) NULL, MODIFY version BIGINT NULL";

/// The error of a violated CHECK. Diesel knows MySQL's code (3819) and not MariaDB's (4025).
pub fn check_violation(connection: &mut TestConnection) -> DatabaseErrorKind {
    let version = diesel::select(sql::<Text>("VERSION()")).get_result::<String>(connection).unwrap();
    if version.contains("MariaDB") { DatabaseErrorKind::Unknown } else { DatabaseErrorKind::CheckViolation }
}

/// A connection that may only read, and the error of a write there.
pub fn read_only(database: &Database) -> TestConnection {
    let mut connection = database.connect();
    connection.batch_execute("SET SESSION TRANSACTION READ ONLY").unwrap();
    connection
}
pub const READ_ONLY: (DatabaseErrorKind, &str) = (DatabaseErrorKind::ReadOnlyTransaction, "in a READ ONLY transaction");
pub const BEGIN_READ_ONLY: &str = "START TRANSACTION READ ONLY";

/// Ends that connection from outside. Returns the errors that it then gets.
pub fn kill(id: i64, observer: &mut TestConnection) {
    observer.batch_execute(&format!("KILL {id}")).unwrap();
}
/// At first, and by every later statement.
pub const CONNECTION_LOST: &[(DatabaseErrorKind, &str)] = &[
    (DatabaseErrorKind::Unknown, "Connection was killed"),
    (DatabaseErrorKind::Unknown, "Lost connection to "),
    (DatabaseErrorKind::Unknown, "erver has gone away"),
    // The message of diesel-async.
    (DatabaseErrorKind::Unknown, "Input/output error: "),
];

/// None, because a trigger here can make a write fail, but cannot skip it.
pub const SUPPRESSIONS: &[Suppression] = &[];

/// Foreign triggers: one advances the version of articles once more than it was advanced, and one does not advance it.
pub const MOVES_VERSION_AGAIN: &str =
    "CREATE TRIGGER again BEFORE UPDATE ON articles FOR EACH ROW SET NEW.version = NEW.version + 1";
pub const HOLDS_VERSION_BACK: &str =
    "CREATE TRIGGER back BEFORE UPDATE ON articles FOR EACH ROW SET NEW.version = OLD.version";
