//! Records that the database refuses, whatever their version. The error names the record, and the other records are
//! written or not, as requested.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::super::models::{Author, articles, authors, old_notes};
use super::super::statements::Log;
use super::statements::statements;
use super::{assert_conflicts, edit, rows, save_elsewhere, with_articles};
use crate::engine::{Database, TestConnection};

/// Authors 1 to `count`.
fn with_authors(count: i64) -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    let rows: Vec<_> = (1..=count).map(|id| Author { id, name: format!("author {id}"), version: 1 }).collect();
    diesel::insert_into(authors::table).values(rows).execute(&mut connection).unwrap();
    (database, connection)
}

fn all(connection: &mut TestConnection) -> Vec<Author> {
    authors::table.order(authors::id).select(Author::as_select()).load(connection).unwrap()
}

#[track_caller]
fn assert_unique_violation(error: &ConcurrencyError) {
    let ConcurrencyError::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) = error else {
        panic!("no unique violation: {error:?}");
    };
}

#[test]
fn a_record_that_violates_a_constraint_is_named_and_nothing_is_written() {
    for count in [1_i64, 2, 7, 64, 700] {
        let (_database, conn) = &mut with_authors(count + 1);
        let mut records = all(conn);
        let taken = records.pop().unwrap().name;
        let before_rows = all(conn);
        for place in [0, records.len() / 2, records.len() - 1] {
            let mut records = records.clone();
            records.iter_mut().for_each(|record| record.name.push('!'));
            taken.clone_into(&mut records[place].name);
            let before = records.clone();
            let error = records.save_all_concurrent(conn).unwrap_err();
            assert!(!error.is_conflict() && !error.is_retryable());
            let BulkError::Record(conflict) = error else { panic!("{error:?}") };
            assert_eq!(conflict.index, place, "of {count} records");
            assert_unique_violation(&conflict.error);
            assert_eq!((records, all(conn)), (before, before_rows.clone()));
        }
    }
}

#[test]
fn records_that_violate_a_constraint_are_left_out_of_a_batch_that_saves_each() {
    let (_database, conn) = &mut with_authors(100);
    let mut records = all(conn);
    let taken = records.pop().unwrap().name;
    records.iter_mut().for_each(|record| record.name.push('!'));
    for place in [3, 50, 51] {
        taken.clone_into(&mut records[place].name);
    }
    diesel::update(authors::table.find(8)).set(authors::version.eq(9)).execute(conn).unwrap();
    let refused = records.save_each_concurrent(conn).unwrap();
    assert_eq!(refused.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [3, 7, 50, 51]);
    for conflict in &refused {
        match conflict.index {
            7 => assert!(conflict.error.is_conflict()),
            _ => assert_unique_violation(&conflict.error),
        }
    }
    let rows = all(conn);
    for (index, record) in records.iter().enumerate() {
        if refused.iter().any(|conflict| conflict.index == index) {
            assert_eq!(record.version, 1);
            let version = if index == 7 { 9 } else { 1 };
            assert_eq!(rows[index], Author { version, name: format!("author {}", record.id), ..record.clone() });
        } else {
            assert_eq!((record.version, record), (2, &rows[index]));
        }
    }
    records[0].save_concurrent(conn).unwrap();
}

#[test]
fn a_row_that_others_need_is_not_deleted() {
    let (_database, conn) = &mut with_authors(9);
    conn.batch_execute(
        "CREATE TABLE books (id BIGINT PRIMARY KEY, author BIGINT NOT NULL, FOREIGN KEY (author) REFERENCES authors (id));
         INSERT INTO books VALUES (1, 5)",
    )
    .unwrap();
    if crate::engine::NAME == "SQLite" {
        conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    }
    let records = all(conn);
    let error = records.delete_all_concurrent(conn).unwrap_err();
    let BulkError::Record(conflict) = error else { panic!("{error:?}") };
    assert_eq!(conflict.index, 4);
    assert_eq!(all(conn), records);

    let refused = records.delete_each_concurrent(conn).unwrap();
    assert_eq!(refused.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [4]);
    assert_eq!(all(conn), [records[4].clone()]);
}

#[test]
fn a_version_at_the_maximum_is_refused_where_the_row_is_there_too() {
    let (_database, conn) = &mut with_articles(5);
    save_elsewhere(&[1], conn);
    diesel::update(articles::table.find(2)).set(articles::version.eq(i64::MAX)).execute(conn).unwrap();
    let mut records = rows(conn);
    // Stale, exhausted, and never at this version.
    records[0].version = 1;
    records[3].version = i64::MAX;
    edit(&mut records);
    let before = records.clone();
    let before_rows = rows(conn);
    let error = records.save_all_concurrent(conn).unwrap_err();
    let BulkError::Record(conflict) = error else { panic!("{error:?}") };
    assert_eq!(conflict.index, 1);
    assert!(matches!(conflict.error, ConcurrencyError::VersionExhausted { table: "articles" }), "{conflict:?}");
    assert_eq!((&records, rows(conn)), (&before, before_rows));

    let mut refused = records.save_each_concurrent(conn).unwrap();
    assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [0, 1, 3]);
    assert!(matches!(refused[1].error, ConcurrencyError::VersionExhausted { .. }), "{refused:?}");
    refused.remove(1);
    assert_conflicts(&refused, &[(0, "id 1", 1, Some(2)), (3, "id 4", i64::MAX, Some(1))]);
    assert_eq!(records.iter().map(|record| record.version).collect::<Vec<_>>(), [1, i64::MAX, 2, i64::MAX, 2]);
    assert_eq!(rows(conn).iter().map(|row| row.version).collect::<Vec<_>>(), [2, i64::MAX, 2, 1, 2]);

    let mut from_outside = records[3..4].to_vec();
    let Err(BulkError::Conflicts(conflicts)) = from_outside.save_all_concurrent(conn) else { panic!() };
    assert_conflicts(&conflicts, &[(0, "id 4", i64::MAX, Some(1))]);
    diesel::delete(articles::table.find(4)).execute(conn).unwrap();
    let Err(BulkError::Conflicts(conflicts)) = from_outside.save_all_concurrent(conn) else { panic!() };
    assert_conflicts(&conflicts, &[(0, "id 4", i64::MAX, None)]);
}

#[test]
fn a_copy_at_the_maximum_is_written_where_nothing_is_checked() {
    let (_database, conn) = &mut with_articles(3);
    diesel::update(articles::table.find(3)).set(articles::version.eq(i64::MAX)).execute(conn).unwrap();
    let mut records = rows(conn);
    records[0].version = i64::MAX;
    edit(&mut records);
    let refused = crate::library::disable_concurrency(|| records.save_each_concurrent(conn)).unwrap();
    assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [2]);
    assert!(matches!(refused[0].error, ConcurrencyError::VersionExhausted { table: "articles" }), "{refused:?}");
    assert_eq!(records.iter().map(|record| record.version).collect::<Vec<_>>(), [2, 2, i64::MAX]);
    assert_eq!(rows(conn)[..2], records[..2]);
    let error = crate::library::disable_concurrency(|| records.save_all_concurrent(conn)).unwrap_err();
    assert!(matches!(error, BulkError::Record(_)), "{error:?}");
    assert_eq!(rows(conn)[..2], records[..2]);
}

/// A table that got its version column later: some rows have no version yet.
#[test]
fn versions_that_are_null_are_matched_and_get_the_first_version() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = old_notes)]
    struct Note {
        id: i64,
        text: String,
        #[concurrent(version)]
        version: Option<i64>,
    }

    let database = Database::new();
    let conn = &mut database.connect();
    let all = |conn: &mut TestConnection| -> Vec<Note> {
        old_notes::table.order(old_notes::id).select(Note::as_select()).load(conn).unwrap()
    };
    let rows: Vec<_> = (1..=6).map(|id| Note { id, text: "old".to_owned(), version: (id > 3).then_some(id) }).collect();
    diesel::insert_into(old_notes::table).values(rows).execute(conn).unwrap();
    let mut records = all(conn);
    let mut stale = records.clone();
    records.iter_mut().for_each(|record| record.text = format!("new {}", record.id));
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap();
    assert_eq!(statements(&log).len(), crate::engine::BULK.saves(6));
    assert_eq!(all(conn), records);
    let versions: Vec<_> = records.iter().map(|record| record.version).collect();
    assert_eq!(versions, [Some(1), Some(1), Some(1), Some(5), Some(6), Some(7)]);

    let Err(BulkError::Conflicts(conflicts)) = stale.save_all_concurrent(conn) else { panic!() };
    assert_eq!(conflicts.len(), 6);
    assert!(conflicts[0].to_string().contains("expected version NULL, found 1"), "{}", conflicts[0]);
    assert_eq!(all(conn), records);
}

/// A write that the database silently skips is neither written nor a conflict.
#[test]
fn writes_that_the_database_leaves_out_are_named() {
    for suppression in crate::engine::SUPPRESSIONS {
        let (_database, conn) = &mut with_articles(4);
        save_elsewhere(&[3], conn);
        let before_rows = rows(conn);
        let mut records = before_rows.clone();
        records[2].version = 1;
        edit(&mut records);
        let before = records.clone();
        conn.batch_execute(suppression.sql).unwrap();
        let error = records.save_all_concurrent(conn).unwrap_err();
        assert!(!error.is_conflict() && !error.is_retryable());
        let BulkError::Conflicts(refused) = error else { panic!("{error:?}") };
        for refused in
            [refused, records.save_each_concurrent(conn).unwrap(), records.delete_each_concurrent(conn).unwrap()]
        {
            assert_eq!(refused.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
            for conflict in refused {
                match conflict.index {
                    2 => assert!(conflict.error.is_conflict(), "{}: {conflict}", suppression.sql),
                    _ => assert!(
                        matches!(conflict.error, ConcurrencyError::WriteSuppressed(_)),
                        "{}: {conflict}",
                        suppression.sql
                    ),
                }
            }
        }
        assert_eq!((records, rows(conn)), (before, before_rows));
    }
}
