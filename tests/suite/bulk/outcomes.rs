//! The exact rows after a batch of the ordinary model.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{Article, articles};
use super::super::statements::Log;
use super::{assert_conflicts, edit, rows, save_elsewhere, with_articles};

#[test]
fn of_three_records_the_second_is_stale_and_nothing_is_written() {
    let (_database, conn) = &mut with_articles(3);
    let mut records = rows(conn);
    save_elsewhere(&[2], conn);
    let before_rows = rows(conn);
    edit(&mut records);
    let before = records.clone();
    let error = records.save_all_concurrent(conn).unwrap_err();
    assert!(error.is_conflict() && error.is_retryable());
    assert_eq!(
        error.to_string(),
        "the whole batch was refused: record 1: articles with id 2 was modified by somebody else: expected version 1, found 2; \
         reload it and try again"
    );
    let BulkError::Conflicts(conflicts) = error else { panic!("{error:?}") };
    assert_conflicts(&conflicts, &[(1, "id 2", 1, Some(2))]);
    assert_eq!((records, rows(conn)), (before, before_rows));
}

#[test]
fn every_stale_and_every_missing_record_is_named() {
    let (_database, conn) = &mut with_articles(9);
    let mut records = rows(conn);
    save_elsewhere(&[2, 9, 9], conn);
    diesel::delete(articles::table.find(5)).execute(conn).unwrap();
    let error = records.save_all_concurrent(conn).unwrap_err();
    assert!(!error.is_retryable(), "a record that is gone stays gone");
    let BulkError::Conflicts(conflicts) = error else { panic!("{error:?}") };
    assert_conflicts(&conflicts, &[(1, "id 2", 1, Some(2)), (4, "id 5", 1, None), (8, "id 9", 1, Some(3))]);
}

/// The rows are in the order of the key, the records in another order: each gets its own version and its own data.
#[test]
fn the_order_of_the_records_is_not_that_of_the_rows() {
    let (_database, conn) = &mut with_articles(40);
    for id in 1..=40 {
        diesel::update(articles::table.find(id)).set(articles::version.eq(id * 100)).execute(conn).unwrap();
    }
    let mut records = rows(conn);
    records.sort_by_key(|record| (record.id * 7) % 41);
    for round in 1..=2 {
        edit(&mut records);
        records.save_all_concurrent(conn).unwrap();
        let mut expected = records.clone();
        expected.sort_by_key(|record| record.id);
        assert_eq!(rows(conn), expected);
        assert!(expected.iter().all(|record| record.version == record.id * 100 + round));
    }
    save_elsewhere(&[17], conn);
    edit(&mut records);
    let place = records.iter().position(|record| record.id == 17).unwrap();
    let conflicts = records.save_each_concurrent(conn).unwrap();
    assert_conflicts(&conflicts, &[(place, "id 17", 1_702, Some(1_703))]);
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record.version, record.id * 100 + if index == place { 2 } else { 3 });
    }
}

#[test]
fn the_same_key_twice_is_an_error_before_anything_is_sent() {
    let (_database, conn) = &mut with_articles(5);
    let mut records = rows(conn);
    records.push(Article { title: "again".to_owned(), ..records[1].clone() });
    let before = records.clone();
    let log = Log::attach(conn);
    let errors = [
        records.save_all_concurrent(conn).unwrap_err(),
        records.save_each_concurrent(conn).unwrap_err(),
        records.delete_all_concurrent(conn).unwrap_err(),
        records.delete_each_concurrent(conn).unwrap_err(),
        records.check_all_concurrent(conn).unwrap_err(),
    ];
    assert_eq!(log.take_sent(), [""; 0]);
    for error in errors {
        assert!(!error.is_conflict() && !error.is_retryable());
        assert_eq!(
            error.to_string(),
            "articles with id 2 is in the batch twice, as record 1 and as record 5; leave one of them out"
        );
        let BulkError::SameKey { table, key, first, second } = error else { panic!("{error:?}") };
        assert_eq!((table, key.as_str(), first, second), ("articles", "id 2", 1, 5));
    }
    assert_eq!(records, before);
}

#[test]
fn batches_of_every_size_are_written() {
    let (_database, conn) = &mut with_articles(5_000);
    let mut all = rows(conn);
    for count in [0, 1, 2, 99, 100, 101, 499, 500, 501, 5_000] {
        edit(&mut all[..count]);
        all[..count].save_all_concurrent(conn).unwrap();
        assert!(rows(conn) == all, "{count} records");
        all[..count].check_all_concurrent(conn).unwrap();
        edit(&mut all[..count]);
        assert!(all[..count].save_each_concurrent(conn).unwrap().is_empty());
        assert!(rows(conn) == all, "{count} records, each");
    }
    all[..101].delete_all_concurrent(conn).unwrap();
    assert!(all[101..4_500].delete_each_concurrent(conn).unwrap().is_empty());
    assert!(rows(conn) == all[4_500..]);
}
