//! A version that no one else can make proves a write whose answer was lost, in every way in which a record is saved.

use crate::library::prelude::*;
use crate::library::{disable_concurrency, disable_increment};
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;

use super::commit::over_a_wire;
use super::wire::{Cut, Scissors};
use crate::engine::TestConnection;
use crate::suite::fixtures::{insert_article, with_article};
use crate::suite::models::articles;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Unique {
    id: i64,
    body: Option<String>,
    #[concurrent(merge = "sum")]
    views: i32,
    #[diesel(column_name = title)]
    #[concurrent(version = RandomVersionField)]
    version: String,
}

fn load(id: i64, conn: &mut TestConnection) -> Tracked<Unique> {
    articles::table.find(id).select(Tracked::<Unique>::as_select()).first(conn).unwrap()
}

type Road = fn(&mut [Tracked<Unique>; 2], &mut TestConnection);

/// Each saves the second record, and a batch the first as well; what it answers is lost.
const ROADS: [(&str, Road); 5] = [
    ("save", |records, conn| drop(records[1].save_concurrent(conn))),
    ("unchecked", |records, conn| drop(records[1].save_unchecked(conn))),
    ("scope", |records, conn| drop(disable_concurrency(|| records[1].save_concurrent(conn)))),
    ("batch of all", |records, conn| drop(records.save_all_concurrent(conn))),
    ("batch of each", |records, conn| drop(records.save_each_concurrent(conn))),
];

#[test]
fn a_lost_answer_is_known_by_its_version() {
    for (name, road) in ROADS {
        let (database, observer) = &mut with_article();
        insert_article(2, 1, observer);
        let (lost, scissors) = &mut over_a_wire(database);
        let mut records = [1, 2].map(|id| load(id, lost));
        // Prepared, so that the next answer to it is that of the write.
        records.iter_mut().for_each(|record| record.views += 1);
        road(&mut records, lost);
        assert_eq!(records[1], load(2, observer), "{name}");
        let before = records.clone();
        records.iter_mut().for_each(|record| record.views += 5);
        let is_batch = name.starts_with("batch");
        if is_batch {
            scissors.cut(Cut::AnswerTo("COMMIT"));
        } else {
            lose_the_answer_to_the_next_update(lost, scissors);
        }
        road(&mut records, lost);
        assert_eq!((records[1].views, &records[1].version), (6, &before[1].version), "{name}: no answer");
        for record in records.iter_mut().skip(usize::from(!is_batch)) {
            let row = load(record.id, observer);
            assert_eq!(row.views, 6, "{name}: it was done");
            assert_ne!(row.version, record.version, "{name}: it was done");
            record.save_merging(observer).unwrap();
            assert_eq!((&*record, &load(record.id, observer)), (&row, &row), "{name}: nothing is written twice");
        }
    }
}

fn lose_the_answer_to_the_next_update(conn: &mut TestConnection, scissors: &Scissors) {
    let scissors = scissors.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            if query.to_string().starts_with("UPDATE ") {
                scissors.cut(Cut::NextAnswer);
            }
        }
    });
}

/// Only the records that a batch wrote are in doubt. A refused record is as certain as before.
#[test]
fn what_a_batch_did_not_write_is_in_no_doubt() {
    let (database, observer) = &mut with_article();
    insert_article(2, 1, observer);
    let (lost, scissors) = &mut over_a_wire(database);
    let mut records = [1, 2].map(|id| load(id, lost));
    let mut theirs = load(1, observer);
    theirs.views += 10;
    theirs.save_concurrent(observer).unwrap();
    records.iter_mut().for_each(|record| record.views += 5);
    scissors.cut(Cut::AnswerTo("COMMIT"));
    assert!(records.save_each_concurrent(lost).is_err());
    for (record, views) in records.iter_mut().zip([15, 5]) {
        record.save_merging(observer).unwrap();
        assert_eq!((record.views, &*record), (views, &load(record.id, observer)));
    }
}

/// The second write goes on from the first, which the row proves, and its answer is lost, too. The record is as it was
/// after each, and no sum is counted twice. If the second leaves the version, the row does not tell whether it was done.
#[test]
fn two_lost_answers_in_a_row_count_no_sum_twice() {
    for leaves_version in [false, true] {
        let (database, observer) = &mut with_article();
        insert_article(2, 1, observer);
        let mut record = load(1, observer);
        for (views, leaves_version) in [(5, false), (6, leaves_version)] {
            let save = |record: &mut Tracked<Unique>, conn: &mut TestConnection| {
                if leaves_version {
                    disable_increment(|| record.save_concurrent(conn))
                } else {
                    record.save_concurrent(conn)
                }
            };
            let (lost, scissors) = &mut over_a_wire(database);
            // Prepared, so that the next answer to it is that of the write.
            let mut other = load(2, lost);
            other.views += 1;
            save(&mut other, lost).unwrap();
            record.views = views;
            let before = record.clone();
            lose_the_answer_to_the_next_update(lost, scissors);
            save(&mut record, lost).unwrap_err();
            assert_eq!((&record, load(1, observer).views), (&before, views), "{leaves_version}");
        }
        let row = load(1, observer);
        if leaves_version {
            let MergeError::InDoubt { fields, theirs, .. } = record.save_merging(observer).unwrap_err() else {
                panic!("not InDoubt");
            };
            assert_eq!(fields, ["views"]);
            record.settle(Doubt::Written, theirs);
        }
        record.save_merging(observer).unwrap();
        assert_eq!((&record, &load(1, observer)), (&row, &row), "{leaves_version}: nothing is written twice");
    }
}
