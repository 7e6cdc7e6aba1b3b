//! A record with as many columns as Diesel allows is saved as any other.

#![recursion_limit = "256"] // of what Diesel makes of a table with so many columns

use concurrency_diesel::Tracked;
use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

include!(concat!(env!("OUT_DIR"), "/wide.rs"));

/// A table with rows 1 to `rows`, each at version 1 and with 0 in every other column.
fn with_rows(rows: usize) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(CREATE).unwrap();
    connection.batch_execute(&"INSERT INTO wide DEFAULT VALUES;".repeat(rows)).unwrap();
    connection
}

fn row(id: i64, conn: &mut SqliteConnection) -> Wide {
    wide::table.find(id).select(Wide::as_select()).first(conn).unwrap()
}

#[test]
fn every_column_is_written_and_a_stale_save_refused() {
    let conn = &mut with_rows(1);
    let (mut mine, mut theirs) = (row(1, conn), row(1, conn));
    (theirs.column_1, theirs.column_64, theirs.column_126) = (1, 64, 126);
    theirs.save_concurrent(conn).unwrap();
    assert_eq!(theirs.version, 2);
    assert_eq!(row(1, conn), theirs);

    mine.column_126 = -1;
    let before = mine.clone();
    match mine.save_concurrent(conn).unwrap_err() {
        ConcurrencyError::RecordModified(error) => {
            assert_eq!(
                error.to_string(),
                "wide with id 1 was modified by somebody else: expected version 1, found 2; reload it and try again"
            );
        }
        error => panic!("not RecordModified: {error:?}"),
    }
    assert_eq!(mine, before);
    assert_eq!(row(1, conn), theirs);
}

#[test]
fn two_edits_of_the_last_columns_are_merged() {
    let conn = &mut with_rows(1);
    let (mut mine, mut theirs) = (Tracked::new(row(1, conn)), Tracked::new(row(1, conn)));
    theirs.column_125 = 1;
    theirs.save_concurrent(conn).unwrap();
    mine.column_126 = 2;
    assert_eq!(mine.changed_fields(), ["column_126"]);
    mine.save_merging(conn).unwrap();

    let merged = row(1, conn);
    assert_eq!((merged.column_124, merged.column_125, merged.column_126, merged.version), (0, 1, 2, 3));
    assert_eq!(*mine, merged);
}

#[test]
fn many_of_them_are_saved_at_once() {
    let conn = &mut with_rows(3);
    let mut records: Vec<_> = (1..=3).map(|id| row(id, conn)).collect();
    for (number, record) in (1..).zip(&mut records) {
        record.column_126 = number;
    }
    records.save_all_concurrent(conn).unwrap();
    assert_eq!((1..=3).map(|id| row(id, conn)).collect::<Vec<_>>(), records);
    assert!(records.iter().all(|record| record.version == 2));
}
