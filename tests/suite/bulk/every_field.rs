//! The rules for batches with every version field. The list of behaviours runs them.

use std::collections::HashSet;

use crate::library::prelude::*;
use crate::library::{BulkConflict, BulkError};

use super::super::every_field::{Sample, shown, with_sample};
use super::super::statements::Log;
use super::statements::statements;
use crate::engine::{BULK, Database, HAS_RETURNING, TestConnection};

const ROWS: i64 = 7;

fn with_samples<T: Sample>() -> (Database, TestConnection) {
    let (database, mut connection) = with_sample::<T>();
    for id in 2..=ROWS {
        T::insert(id, &mut connection);
    }
    (database, connection)
}

fn edit<T: Sample>(records: &mut [T], value: i32) {
    for (record, more) in records.iter_mut().zip(0..) {
        *record.value() = value + more;
    }
}

/// Saves a record like another writer.
fn save_elsewhere<T: Sample>(record: &T, conn: &mut TestConnection) -> T {
    let mut theirs = record.clone();
    *theirs.value() = 99;
    theirs.save_concurrent(conn).unwrap();
    theirs
}

#[track_caller]
fn assert_conflicts<T: Sample>(conflicts: &[BulkConflict], mine: &[T], modified: &[(usize, &T)], deleted: &[usize]) {
    let indexes: Vec<_> = conflicts.iter().map(|conflict| conflict.index).collect();
    let mut expected: Vec<_> = modified.iter().map(|(index, _)| *index).chain(deleted.iter().copied()).collect();
    expected.sort_unstable();
    assert_eq!(indexes, expected);
    for conflict in conflicts {
        let version = shown::<T>(mine[conflict.index].version());
        match &conflict.error {
            ConcurrencyError::RecordModified(error) => {
                let (_, theirs) = modified.iter().find(|(index, _)| *index == conflict.index).unwrap();
                assert_eq!((&error.expected, &error.found), (&version, &shown::<T>(theirs.version())));
            }
            ConcurrencyError::RecordDeleted(error) => {
                assert!(deleted.contains(&conflict.index));
                assert_eq!(error.expected, version);
            }
            error => panic!("no conflict: {error:?}"),
        }
    }
}

pub fn a_batch_is_saved_again_and_again<T: Sample>() {
    let (_database, conn) = &mut with_samples::<T>();
    let mut records = T::load_all(conn);
    let mut versions: HashSet<_> = records.iter().map(|record| shown::<T>(record.version())).collect();
    let log = Log::attach(conn);
    let more = if T::IS_READ_BACK && !HAS_RETURNING { 1 } else { 0 };
    for round in 1..=8 {
        edit(&mut records, round * 10);
        log.take_sent();
        records.save_all_concurrent(conn).unwrap();
        let sent = statements(&log);
        assert_eq!(sent.len(), BULK.saves(records.len()) + more, "{sent:#?}");
        assert_eq!(T::load_all(conn), records, "the versions in memory are the rows'");
        let now: HashSet<_> = records.iter().map(|record| shown::<T>(record.version())).collect();
        assert!(versions.is_disjoint(&now), "no version returns: {now:?}");
        versions.extend(now);
    }
    records.check_all_concurrent(conn).unwrap();
    records[3].save_concurrent(conn).unwrap();
}

pub fn one_stale_record_keeps_a_batch_from_being_saved<T: Sample>() {
    let (_database, conn) = &mut with_samples::<T>();
    let mut records = T::load_all(conn);
    let theirs = save_elsewhere(&records[1], conn);
    records[4].delete_concurrent(conn).unwrap();
    edit(&mut records, 10);
    let (before, rows) = (records.clone(), T::load_all(conn));
    for _ in 0..2 {
        let Err(BulkError::Conflicts(conflicts)) = records.save_all_concurrent(conn) else { panic!() };
        assert_conflicts(&conflicts, &records, &[(1, &theirs)], &[4]);
        assert_eq!(records, before);
        assert_eq!(T::load_all(conn), rows);
    }
    let Err(BulkError::Conflicts(conflicts)) = records.check_all_concurrent(conn) else { panic!() };
    assert_conflicts(&conflicts, &records, &[(1, &theirs)], &[4]);
    let Err(BulkError::Conflicts(conflicts)) = records.delete_all_concurrent(conn) else { panic!() };
    assert_conflicts(&conflicts, &records, &[(1, &theirs)], &[4]);
    assert_eq!(T::load_all(conn), rows);
}

pub fn a_batch_is_saved_but_for_what_is_stale<T: Sample>() {
    let (_database, conn) = &mut with_samples::<T>();
    let mut records = T::load_all(conn);
    let theirs = save_elsewhere(&records[1], conn);
    records[4].delete_concurrent(conn).unwrap();
    edit(&mut records, 10);
    let before = records.clone();
    let conflicts = records.save_each_concurrent(conn).unwrap();
    assert_conflicts(&conflicts, &before, &[(1, &theirs)], &[4]);
    assert_eq!((&records[1], &records[4]), (&before[1], &before[4]));
    let mut expected = records.clone();
    expected[1] = theirs;
    expected.remove(4);
    assert_eq!(T::load_all(conn), expected);
    for (index, (before, after)) in before.iter().zip(&records).enumerate() {
        let moved = shown::<T>(before.version()) != shown::<T>(after.version());
        assert_eq!(moved, ![1, 4].contains(&index), "record {index}");
    }
}

pub fn batches_are_deleted<T: Sample>() {
    let (_database, conn) = &mut with_samples::<T>();
    let records = T::load_all(conn);
    let theirs = save_elsewhere(&records[0], conn);
    let (first, rest) = records.split_at(3);
    let conflicts = first.delete_each_concurrent(conn).unwrap();
    assert_conflicts(&conflicts, first, &[(0, &theirs)], &[]);
    rest.delete_all_concurrent(conn).unwrap();
    assert_eq!(T::load_all(conn), [theirs]);
    let Err(BulkError::Conflicts(conflicts)) = rest.delete_all_concurrent(conn) else { panic!() };
    assert_conflicts(&conflicts, rest, &[], &[0, 1, 2, 3]);
}
