//! Errors without another writer: the error says what is wrong, and the record in memory and the row are unchanged.

mod constraints;
mod nulls;
mod read_only;
mod schema;
pub mod suppressed;
pub mod versions;

use crate::library::prelude::*;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::core::assert_deleted;
use super::fixtures::{article, insert_article, with_article};
use super::models::{Article, articles};
use crate::engine::TestConnection;

/// Any way to write an article.
type Write = fn(&mut Article, &mut TestConnection) -> Result<(), ConcurrencyError>;

/// Every way to write an article, by name.
pub const WRITES: [(&str, Write); 7] = [
    ("save", |record, conn| record.save_concurrent(conn)),
    ("save_without_increment", |record, conn| record.save_without_increment(conn)),
    ("save_unchecked", |record, conn| record.save_unchecked(conn)),
    ("touch", |record, conn| record.touch_concurrent(conn)),
    ("update", |record, conn| record.update_concurrent(articles::views.eq(99), conn).map(drop)),
    ("delete", |record, conn| record.delete_concurrent(conn)),
    ("delete_if_exists", |record, conn| record.delete_if_exists(conn).map(drop)),
];

/// Tries every way to write the record, none of which may succeed or touch it, and hands each refusal to `expect`.
#[track_caller]
pub fn assert_refused(record: &Article, conn: &mut TestConnection, expect: impl Fn(&str, &ConcurrencyError)) {
    for (name, write) in WRITES {
        let mut written = record.clone();
        let Err(error) = write(&mut written, conn) else {
            panic!("{name} must not succeed");
        };
        expect(name, &error);
        assert_eq!(written, *record, "{name} changed the record and failed with {error:?}");
    }
}

/// An error of the engine's that no retry mends, and a part of its words.
#[track_caller]
pub fn assert_database(error: &ConcurrencyError, kind: DatabaseErrorKind, message: &str) {
    let ConcurrencyError::Database(DieselError::DatabaseError(found, said)) = error else {
        panic!("not Database: {error:?}");
    };
    assert_eq!(*found, kind, "{error:?}");
    assert!(said.message().contains(message), "{error:?}");
    assert!(!error.is_retryable() && !error.is_conflict());
    assert_eq!(error.table(), None);
}

/// An article that differs from its row in every column.
pub fn edited(row: &Article) -> Article {
    Article { title: "edited".to_owned(), body: None, views: 7, ..row.clone() }
}

#[test]
fn a_key_that_matches_nothing_is_a_deleted_record() {
    let (_database, conn) = &mut with_article();
    let row = article(1, conn);
    diesel::delete(articles::table).execute(conn).unwrap();
    insert_article(2, 1, conn);
    let other = article(2, conn);

    let record = edited(&row);
    for (name, write) in WRITES {
        let mut written = record.clone();
        match write(&mut written, conn) {
            Ok(()) => assert_eq!(name, "delete_if_exists"),
            Err(error) => assert_deleted(&error, 1),
        }
        assert_eq!(written, record, "{name}");
    }
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 1);
    assert_eq!(article(2, conn), other);
}
