//! Records in doubt in a batch: what a single save does of them the batch does.

use crate::library::prelude::*;
use crate::library::{BulkError, disable_increment};
use diesel::prelude::*;

use super::{Conditional, Counter, come, counted, counter, remembered, unanswered, unique};
use crate::engine::{Database, TestConnection};
use crate::suite::fixtures::{insert_article, with_article};
use crate::suite::models::articles;
use serde_json::json;

/// The two ways to save a batch, which write all of it here.
fn save<T>(records: &mut [Tracked<T>], saves_each: bool, conn: &mut TestConnection) -> Result<(), BulkError>
where
    T: concurrency_diesel::Trackable + Concurrent<Version: Clone> + Clone,
    Tracked<T>: crate::library::ConcurrentOn<<TestConnection as Connection>::Backend>,
{
    if saves_each {
        let refused = records.save_each_concurrent(conn)?;
        assert!(refused.is_empty(), "{refused:?}");
        return Ok(());
    }
    records.save_all_concurrent(conn)
}

fn conditional(conn: &mut TestConnection) -> Vec<Tracked<Conditional>> {
    articles::table.order(articles::id).select(Tracked::<Conditional>::as_select()).load(conn).unwrap()
}

/// The edit was taken back, so that the batch leaves the row as it is: without a fence its version stays, and what is on its way would
/// bring the edit back, unnoticed.
#[test]
fn an_edit_that_was_taken_back_is_fenced_off() {
    for saves_each in [false, true] {
        let database = Database::new();
        let conn = &mut database.connect();
        for id in 1..=3 {
            insert_article(id, 1, conn);
        }
        let mut records = conditional(conn);
        records[0].title = "on its way".to_owned();
        records[0] = unanswered(&records[0], None, None);
        records[0].revert();
        records[2].title = "edited".to_owned();
        save(&mut records, saves_each, conn).unwrap();
        // Only the doubt advances this version.
        assert_eq!(records.iter().map(|record| record.version).collect::<Vec<_>>(), [2, 1, 2]);
        assert_eq!(conditional(conn), records);
        assert!(records.iter().all(|record| remembered(record) == 0));
        let late = articles::table.filter(articles::id.eq(1).and(articles::version.eq(1)));
        let late = diesel::update(late).set((articles::title.eq("on its way"), articles::version.eq(2)));
        assert_eq!(late.execute(conn), Ok(0));
        // The doubt is over, and with it the fence.
        save(&mut records, saves_each, conn).unwrap();
        assert_eq!(records.iter().map(|record| record.version).collect::<Vec<_>>(), [2, 1, 2]);
    }
}

/// In a scope that leaves versions, a record in doubt gets a new one all the same, as from a single save.
#[test]
fn a_scope_without_increment_leaves_no_version_in_doubt() {
    for saves_each in [false, true] {
        let (_database, conn) = &mut with_article();
        insert_article(2, 1, conn);
        let mut in_doubt = counter(conn);
        in_doubt.views += 5;
        let late = in_doubt.clone();
        let mut in_doubt = counted(&in_doubt);
        in_doubt.revert();
        let find = articles::table.find(2).select(Tracked::<Counter>::as_select());
        let mut records = [in_doubt, find.first(conn).unwrap()];
        disable_increment(|| save(&mut records, saves_each, conn)).unwrap();
        assert_eq!((records[0].version, records[1].version), (2, 1));
        assert_eq!(counter(conn), records[0]);
        assert!(!come(&late, conn));
    }
}

/// A row that moved may be the doing of the write in doubt: the batch names the record, and its doubt stays.
#[test]
fn a_row_that_moved_is_a_conflict_and_stays_in_doubt() {
    let (_database, conn) = &mut with_article();
    let mut records = conditional(conn);
    records[0].title = "mine".to_owned();
    let set = (articles::title.eq("mine"), articles::version.eq(2));
    diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap();
    records[0] = unanswered(&records[0], None, None);
    let BulkError::Conflicts(conflicts) = records.save_all_concurrent(conn).unwrap_err() else { panic!("no conflict") };
    assert_eq!((conflicts.len(), conflicts[0].index), (1, 0));
    super::super::assert_modified(&conflicts[0].error, 1, 2);
    let refused = records.save_each_concurrent(conn).unwrap();
    assert_eq!(refused.len(), 1);
    super::super::assert_modified(&refused[0].error, 1, 2);
    assert_eq!((records[0].version, remembered(&records[0])), (1, 1));
    records[0].save_merging(conn).unwrap();
    assert_eq!((conditional(conn), remembered(&records[0])), (records, 0));
}

/// A version that no other write can make proves that the write was done.
#[test]
fn a_proof_lets_the_batch_go_on() {
    for saves_each in [false, true] {
        let (_database, conn) = &mut with_article();
        let mut record = unique(conn);
        record.views += 5;
        let set = (articles::views.eq(5), articles::title.eq("made here"));
        diesel::update(articles::table.find(1)).set(set).execute(conn).unwrap();
        let mut records = [unanswered(&record, Some(&json!("made here")), Some("'first'"))];
        records[0].views += 1;
        save(&mut records, saves_each, conn).unwrap();
        assert_eq!((records[0].views, remembered(&records[0])), (6, 0));
        assert_ne!(records[0].version, "made here");
        assert_eq!(unique(conn), records[0]);
    }
}
