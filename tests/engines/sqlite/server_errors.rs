//! Errors that SQLite answers a save with.

use super::TestConnection;
use crate::suite::obstacles::Obstacle;
use crate::suite::server_errors::ServerError;

/// A trigger that does this before the row is written.
macro_rules! before_update {
    ($statement:literal) => {
        concat!("CREATE TRIGGER refuse BEFORE UPDATE ON articles BEGIN ", $statement, "; END")
    };
}

/// Creates the table again, with these columns for title and views, and its rows.
macro_rules! articles {
    ($columns:literal, $options:literal) => {
        concat!(
            "CREATE TABLE anew (id INTEGER PRIMARY KEY, ",
            $columns,
            ", body TEXT, version INTEGER NOT NULL)",
            $options,
            "; INSERT INTO anew (id, title, views, body, version) SELECT id, title, views, body, version FROM articles;
            DROP TABLE articles; ALTER TABLE anew RENAME TO articles"
        )
    };
}

const TRIGGER: ServerError = ServerError { undo: "DROP TRIGGER refuse", ..ServerError::ORDINARY };
const TABLE: ServerError =
    ServerError { undo: articles!("title TEXT NOT NULL, views INTEGER NOT NULL", ""), ..ServerError::ORDINARY };
const LOCKED: ServerError = ServerError { says: "database is locked", restarts: true, ..ServerError::ORDINARY };

pub fn server_errors(_connection: &mut TestConnection) -> Vec<ServerError> {
    let mut errors = Vec::new();
    errors.extend(BUSY);
    errors.extend(RAISED);
    errors.extend(VIOLATED);
    errors.extend(IMPOSSIBLE);
    errors
}

const BUSY: [ServerError; 2] = [
    ServerError { session: "PRAGMA busy_timeout = 20", obstacle: Obstacle::Held, ..LOCKED },
    ServerError { obstacle: Obstacle::OldSnapshot("BEGIN"), ..LOCKED },
];

const RAISED: [ServerError; 9] = [
    ServerError {
        says: "closed on Sundays",
        cause: before_update!("SELECT RAISE(ABORT, 'closed on Sundays')"),
        ..TRIGGER
    },
    ServerError { says: "failed", cause: before_update!("SELECT RAISE(FAIL, 'failed')"), ..TRIGGER },
    ServerError {
        says: "rolled back",
        rolls_back: true,
        cause: before_update!("SELECT RAISE(ROLLBACK, 'rolled back')"),
        ..TRIGGER
    },
    ServerError {
        says: "after it",
        cause: "CREATE TRIGGER refuse AFTER UPDATE ON articles BEGIN SELECT RAISE(ABORT, 'after it'); END",
        ..TRIGGER
    },
    ServerError { says: "integer overflow", cause: before_update!("SELECT abs(-9223372036854775808)"), ..TRIGGER },
    ServerError { says: "malformed JSON", cause: before_update!("SELECT json('{')"), ..TRIGGER },
    ServerError { says: "string or blob too big", cause: before_update!("SELECT zeroblob(2000000000)"), ..TRIGGER },
    ServerError {
        says: "too many levels of trigger recursion",
        cause: before_update!("UPDATE articles SET body = 'more' WHERE id = 2"),
        session: "PRAGMA recursive_triggers = ON",
        ..TRIGGER
    },
    ServerError { says: "no such table: main.books", cause: before_update!("INSERT INTO books VALUES (1)"), ..TRIGGER },
];

const VIOLATED: [ServerError; 7] = [
    ServerError {
        says: "CHECK constraint failed",
        cause: articles!("title TEXT NOT NULL, views INTEGER NOT NULL CHECK (views < 5)", ""),
        ..TABLE
    },
    ServerError {
        says: "UNIQUE constraint failed",
        cause: "UPDATE articles SET views = 3 + id WHERE id > 1; CREATE UNIQUE INDEX refuse ON articles (views)",
        undo: "DROP INDEX refuse",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "UNIQUE constraint failed",
        rolls_back: true,
        cause: concat!(
            "UPDATE articles SET views = 3 + id WHERE id > 1; ",
            articles!("title TEXT NOT NULL, views INTEGER NOT NULL UNIQUE ON CONFLICT ROLLBACK", "")
        ),
        ..TABLE
    },
    ServerError {
        says: "NOT NULL constraint failed",
        cause: before_update!("INSERT INTO authors (id, name) VALUES (1, NULL)"),
        ..TRIGGER
    },
    ServerError {
        says: "FOREIGN KEY constraint failed",
        cause: concat!(
            "INSERT OR IGNORE INTO authors (id, name) VALUES (0, 'nobody'); ",
            articles!("title TEXT NOT NULL, views INTEGER NOT NULL REFERENCES authors (id)", "")
        ),
        ..TABLE
    },
    ServerError {
        says: "FOREIGN KEY constraint failed", // at the end of the transaction
        cause: concat!(
            "INSERT OR IGNORE INTO authors (id, name) VALUES (0, 'nobody'); ",
            articles!(
                "title TEXT NOT NULL, views INTEGER NOT NULL REFERENCES authors (id) DEFERRABLE INITIALLY DEFERRED",
                ""
            )
        ),
        ..TABLE
    },
    ServerError {
        says: "cannot store TEXT value in INTEGER column articles.title",
        cause: "CREATE TABLE anew (id INTEGER PRIMARY KEY, title INTEGER, views INTEGER, body TEXT, version INTEGER) STRICT;
            INSERT INTO anew SELECT id, NULL, views, body, version FROM articles;
            DROP TABLE articles; ALTER TABLE anew RENAME TO articles",
        undo: "UPDATE articles SET title = 1;
            CREATE TABLE anew (id INTEGER PRIMARY KEY, title TEXT, views INTEGER, body TEXT, version INTEGER);
            INSERT INTO anew SELECT id, 'first', views, body, version FROM articles;
            DROP TABLE articles; ALTER TABLE anew RENAME TO articles",
        edit: |record| "second".clone_into(&mut record.title),
        ..ServerError::ORDINARY
    },
];

const IMPOSSIBLE: [ServerError; 6] = [
    ServerError {
        says: "database or disk is full",
        rolls_back: true,
        // The limit is its current size, which is the smallest possible. There is no space for the 100,000 letters.
        cause: "VACUUM",
        session: "PRAGMA max_page_count = 1",
        edit: |record| record.title = "x".repeat(100_000),
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "attempt to write a readonly database",
        session: "PRAGMA query_only = ON",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "no such table: articles",
        cause: "ALTER TABLE articles RENAME TO elsewhere",
        undo: "ALTER TABLE elsewhere RENAME TO articles",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "no such column: views",
        cause: "ALTER TABLE articles RENAME views TO seen",
        undo: "ALTER TABLE articles RENAME seen TO views",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "cannot modify articles because it is a view",
        cause: "ALTER TABLE articles RENAME TO elsewhere; CREATE VIEW articles AS SELECT * FROM elsewhere",
        undo: "DROP VIEW articles; ALTER TABLE elsewhere RENAME TO articles",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "cannot UPDATE generated column \"title\"",
        cause: "ALTER TABLE articles DROP title; ALTER TABLE articles ADD title TEXT AS ('first')",
        undo: "ALTER TABLE articles DROP title; ALTER TABLE articles ADD title TEXT NOT NULL DEFAULT 'first'",
        edit: |record| "second".clone_into(&mut record.title),
        ..ServerError::ORDINARY
    },
];
