//! A database that does not have what the model names.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::result::DatabaseErrorKind;

use super::super::fixtures::{article, with_article};
use super::{assert_database, assert_refused, edited};

/// The renamed thing, and the statement.
const MISSING: [(&str, &str, &str); 4] = [
    ("articles", "ALTER TABLE articles RENAME TO gone", "ALTER TABLE gone RENAME TO articles"),
    ("id", "ALTER TABLE articles RENAME COLUMN id TO gone", "ALTER TABLE articles RENAME COLUMN gone TO id"),
    (
        "version",
        "ALTER TABLE articles RENAME COLUMN version TO gone",
        "ALTER TABLE articles RENAME COLUMN gone TO version",
    ),
    ("views", "ALTER TABLE articles RENAME COLUMN views TO gone", "ALTER TABLE articles RENAME COLUMN gone TO views"),
];

#[test]
fn a_table_or_column_that_is_not_there_is_named() {
    for prepared_before in [false, true] {
        let (_database, conn) = &mut with_article();
        if prepared_before {
            article(1, conn).save_concurrent(conn).unwrap();
            article(1, conn).save_unchecked(conn).unwrap();
        }
        let row = article(1, conn);
        let record = edited(&row);
        for (name, rename, rename_back) in MISSING {
            conn.batch_execute(rename).unwrap();
            if name == "views" {
                let mut written = record.clone();
                let error = written.save_concurrent(conn).unwrap_err();
                assert_database(&error, DatabaseErrorKind::Unknown, name);
                let error = written.save_unchecked(conn).unwrap_err();
                assert_database(&error, DatabaseErrorKind::Unknown, name);
                assert_eq!(written, record);
            } else {
                assert_refused(&record, conn, |_, error| assert_database(error, DatabaseErrorKind::Unknown, name));
            }
            let error = record.current(conn).unwrap_err();
            assert_database(&error, DatabaseErrorKind::Unknown, name);
            conn.batch_execute(rename_back).unwrap();
            assert_eq!(article(1, conn), row, "without {name}");
        }
        // With everything back in its place the same connection saves again.
        let mut written = record.clone();
        written.save_concurrent(conn).unwrap();
        assert_eq!(article(1, conn), written);
    }
}
