//! The errors that MariaDB and MySQL return for a save, each with its code.

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Database, TestConnection, server, server_url};
use crate::suite::obstacles::Obstacle;
use crate::suite::server_errors::ServerError;

/// A trigger that does this before the row is written.
macro_rules! before_update {
    ($statement:literal) => {
        concat!("CREATE TRIGGER refuse BEFORE UPDATE ON articles FOR EACH ROW ", $statement)
    };
}

const TRIGGER: ServerError = ServerError { undo: "DROP TRIGGER refuse", ..ServerError::ORDINARY };

pub fn server_errors(connection: &mut TestConnection) -> Vec<ServerError> {
    let mut errors = Vec::new();
    errors.extend(GIVEN_UP);
    errors.extend(RAISED);
    errors.extend(VIOLATED);
    errors.extend(IMPOSSIBLE);
    let version = diesel::select(sql::<Text>("VERSION()")).get_result::<String>(connection).unwrap();
    if version.contains("MariaDB") {
        errors.extend(ONLY_ON_MARIADB);
        errors.push(STRANGE_LETTERS);
    } else {
        errors.push(ServerError { says: "impossible for parameter", ..STRANGE_LETTERS }); // 3988
    }
    errors
}

const STRANGE_LETTERS: ServerError = ServerError {
    says: "Incorrect string value", // 1366
    cause: "ALTER TABLE articles MODIFY title VARCHAR(100) CHARACTER SET latin1 NOT NULL",
    undo: "ALTER TABLE articles MODIFY title VARCHAR(100) CHARACTER SET utf8mb4 NOT NULL",
    edit: |record| "日本".clone_into(&mut record.title),
    ..ServerError::ORDINARY
};

const GIVEN_UP: [ServerError; 4] = [
    ServerError {
        says: "Query execution was interrupted", // 1317
        obstacle: Obstacle::Cancelled(cancel),
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Lock wait timeout exceeded", // 1205
        restarts: true,
        session: "SET innodb_lock_wait_timeout = 1",
        obstacle: Obstacle::Held,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Deadlock found when trying to get lock", // 1213
        restarts: true,
        obstacle: Obstacle::Crossing,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "The table 'small' is full", // 1114
        cause: "SET max_heap_table_size = 16384;
            CREATE TABLE IF NOT EXISTS small (text CHAR(255)) ENGINE = MEMORY;
            CREATE TRIGGER refuse BEFORE UPDATE ON articles FOR EACH ROW
            INSERT INTO small SELECT repeat('x', 255) FROM information_schema.collations",
        ..TRIGGER
    },
];

const ONLY_ON_MARIADB: [ServerError; 3] = [
    ServerError {
        says: "Query execution was interrupted (max_statement_time exceeded)", // 1969
        session: "SET max_statement_time = 0.05",
        obstacle: Obstacle::Held,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Record has changed since last read in table", // 1020
        restarts: true,
        session: "SET innodb_snapshot_isolation = ON",
        obstacle: Obstacle::OldSnapshot("START TRANSACTION WITH CONSISTENT SNAPSHOT"),
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "The value specified for generated column 'title'", // 1906
        cause: "ALTER TABLE articles DROP title, ADD title VARCHAR(20) GENERATED ALWAYS AS ('first') STORED",
        undo: "ALTER TABLE articles DROP title, ADD title VARCHAR(20) NOT NULL DEFAULT 'first'",
        edit: |record| "second".clone_into(&mut record.title),
        ..ServerError::ORDINARY
    },
];

const RAISED: [ServerError; 7] = [
    ServerError {
        says: "closed on Sundays", // 1644
        cause: before_update!("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed on Sundays'"),
        ..TRIGGER
    },
    ServerError {
        says: "after it", // 1644, when the row is written already
        cause: "CREATE TRIGGER refuse AFTER UPDATE ON articles FOR EACH ROW
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'after it'",
        ..TRIGGER
    },
    ServerError {
        says: "Division by 0", // 1365
        cause: before_update!("SET NEW.views = NEW.views / 0"),
        ..TRIGGER
    },
    ServerError {
        says: "Incorrect integer value: 'many'", // 1366
        cause: before_update!("SET NEW.views = 'many'"),
        ..TRIGGER
    },
    ServerError {
        says: "Can't update table 'articles'", // 1442
        cause: before_update!("UPDATE articles SET body = 'more' WHERE id = 2"),
        ..TRIGGER
    },
    ServerError {
        says: "nowhere.books' doesn't exist", // 1146, of another table
        cause: before_update!("INSERT INTO nowhere.books VALUES (1)"),
        ..TRIGGER
    },
    ServerError {
        says: "The user specified as a definer", // 1449
        cause: "CREATE DEFINER = 'nobody'@'nowhere' TRIGGER refuse BEFORE UPDATE ON articles FOR EACH ROW SET NEW.body = 'more'",
        ..TRIGGER
    },
];

const VIOLATED: [ServerError; 6] = [
    ServerError {
        says: "refuse", // 4025 on MariaDB, 3819 on MySQL
        cause: "ALTER TABLE articles ADD CONSTRAINT refuse CHECK (views < 5)",
        undo: "ALTER TABLE articles DROP CONSTRAINT refuse",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Duplicate entry '5'", // 1062
        cause: "UPDATE articles SET views = 3 + id WHERE id > 1; CREATE UNIQUE INDEX refuse ON articles (views)",
        undo: "DROP INDEX refuse ON articles",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "a foreign key constraint fails", // 1452
        cause: "SET foreign_key_checks = 0; CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY);
            ALTER TABLE articles ADD CONSTRAINT refuse FOREIGN KEY (views) REFERENCES numbers (number);
            SET foreign_key_checks = 1",
        undo: "ALTER TABLE articles DROP FOREIGN KEY refuse",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Column 'title' cannot be null", // 1048
        cause: before_update!("SET NEW.title = NULL"),
        ..TRIGGER
    },
    ServerError {
        says: "Out of range value for column 'views'", // 1264
        cause: "ALTER TABLE articles MODIFY views SMALLINT NOT NULL",
        undo: "ALTER TABLE articles MODIFY views INTEGER NOT NULL",
        edit: |record| record.views += 100_000,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Data too long for column 'title'", // 1406
        cause: "ALTER TABLE articles MODIFY title VARCHAR(10) NOT NULL",
        undo: "ALTER TABLE articles MODIFY title VARCHAR(100) NOT NULL",
        edit: |record| "a title of more than ten letters".clone_into(&mut record.title),
        ..ServerError::ORDINARY
    },
];

const IMPOSSIBLE: [ServerError; 5] = [
    ServerError {
        says: "UPDATE command denied to user", // 1142
        connect: as_reader,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: ".articles' doesn't exist", // 1146
        cause: "ALTER TABLE articles RENAME TO elsewhere",
        undo: "ALTER TABLE elsewhere RENAME TO articles",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "Unknown column 'views'", // 1054
        cause: "ALTER TABLE articles CHANGE views seen INTEGER NOT NULL",
        undo: "ALTER TABLE articles CHANGE seen views INTEGER NOT NULL",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "in a READ ONLY transaction", // 1792
        session: "SET SESSION TRANSACTION READ ONLY",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "The target table articles of the UPDATE is not updatable", // 1288
        cause: "ALTER TABLE articles RENAME TO elsewhere; CREATE VIEW articles AS SELECT DISTINCT * FROM elsewhere",
        undo: "DROP VIEW articles; ALTER TABLE elsewhere RENAME TO articles",
        ..ServerError::ORDINARY
    },
];

pub fn cancel(id: i64, observer: &mut TestConnection) {
    observer.batch_execute(&format!("KILL QUERY {id}")).unwrap();
}

/// A user who may read rows, and no more.
fn as_reader(database: &Database) -> TestConnection {
    let grant = format!(
        "CREATE USER IF NOT EXISTS concurrency_reader@'%'; GRANT SELECT ON {}.* TO concurrency_reader@'%'",
        database.name
    );
    server().batch_execute(&grant).unwrap();
    let url = server_url();
    let (_, server) = url.rsplit_once('@').expect("MYSQL_URL names a user");
    let (server, _) = server.rsplit_once('/').expect("MYSQL_URL ends in a database");
    TestConnection::establish(&format!("mysql://concurrency_reader@{server}/{}", database.name)).unwrap()
}
