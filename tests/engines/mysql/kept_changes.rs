//! Tables that cannot roll back keep what was written before a trigger failed. The error is then not a refusal, and no
//! save may report it as one. What is not written is refused as elsewhere.

use crate::library::prelude::*;
use crate::library::{BulkError, disable_concurrency};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Database, TestConnection};

diesel::table! {
    parcels (id) {
        id -> BigInt,
        label -> Text,
        weight -> BigInt,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = parcels)]
struct Parcel {
    id: i64,
    label: String,
    #[concurrent(merge = "sum")]
    weight: i64,
    #[concurrent(version)]
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = parcels)]
struct Conditional {
    id: i64,
    label: String,
    weight: i64,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// A trigger that fails when a row is written or deleted whose label says so.
fn with_trigger(engine: &str, when: &str) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    let (time, row) = when.split_once(' ').unwrap();
    let row = if row == "UPDATE" { "NEW" } else { "OLD" };
    let create = format!(
        "CREATE TABLE parcels (id BIGINT PRIMARY KEY, label VARCHAR(50) NOT NULL UNIQUE, weight BIGINT NOT NULL,
             version BIGINT NOT NULL) ENGINE = {engine};
         INSERT INTO parcels VALUES (1, 'one', 10, 1), (2, 'two', 20, 1), (3, 'three', 30, 1);
         CREATE TRIGGER failing {time} {event} ON parcels FOR EACH ROW
         BEGIN IF {row}.label LIKE 'failed%' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'; END IF; END",
        event = when.split_once(' ').unwrap().1,
    );
    conn.batch_execute(&create).unwrap();
    (database, conn)
}

fn parcel(id: i64, conn: &mut TestConnection) -> Parcel {
    parcels::table.find(id).select(Parcel::as_select()).first(conn).unwrap()
}

#[track_caller]
fn assert_unknown(error: &ConcurrencyError, id: i64) {
    let ConcurrencyError::OutcomeUnknown(source) = error else { panic!("{error:?}") };
    assert_eq!(
        source.to_string(),
        format!(
            "parcels with id {id} may have been written although the database answered with an error (not today): its table \
             cannot roll back what was written before a trigger failed; convert it with ALTER TABLE … ENGINE = InnoDB"
        )
    );
    assert!(!error.is_retryable() && !error.is_conflict());
}

#[track_caller]
fn assert_refused(error: &ConcurrencyError) {
    let ConcurrencyError::Database(source) = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "not today");
}

const ENGINES: [&str; 2] = ["MyISAM", "MEMORY"];

#[test]
fn a_write_that_stays_is_not_called_refused() {
    for engine in ENGINES {
        let (_database, conn) = &mut with_trigger(engine, "AFTER UPDATE");
        let mut mine = parcel(1, conn);
        mine.label = "failed".to_owned();
        assert_unknown(&mine.save_concurrent(conn).unwrap_err(), 1);
        assert_eq!((mine.version, parcel(1, conn).version), (1, 2));

        let mut conditional: Conditional = parcels::table.find(1).select(Conditional::as_select()).first(conn).unwrap();
        conditional.weight = 11;
        assert_unknown(&conditional.save_concurrent(conn).unwrap_err(), 1);
        assert_eq!((conditional.version, parcel(1, conn).weight, parcel(1, conn).version), (2, 11, 3));

        assert_unknown(&parcel(1, conn).update_concurrent(parcels::weight.eq(12), conn).unwrap_err(), 1);
        assert_unknown(&parcel(1, conn).touch_concurrent(conn).unwrap_err(), 1);
        assert_unknown(&parcel(1, conn).save_without_increment(conn).unwrap_err(), 1);
        assert_unknown(&parcel(1, conn).save_unchecked(conn).unwrap_err(), 1);
        assert_eq!((parcel(1, conn).weight, parcel(1, conn).version), (12, 6));
        disable_concurrency(|| {
            assert_unknown(&parcel(1, conn).save_concurrent(conn).unwrap_err(), 1);
            assert_unknown(&parcel(1, conn).touch_concurrent(conn).unwrap_err(), 1);
            assert_unknown(&parcel(1, conn).update_concurrent(parcels::weight.eq(13), conn).unwrap_err(), 1);
        });
        assert_eq!((parcel(1, conn).weight, parcel(1, conn).version), (13, 9));
    }
}

#[test]
fn a_delete_that_stays_is_not_called_refused() {
    for (engine, when) in ENGINES.into_iter().flat_map(|engine| [(engine, "AFTER DELETE"), (engine, "BEFORE DELETE")]) {
        let (_database, conn) = &mut with_trigger(engine, when);
        diesel::update(parcels::table.find(1)).set(parcels::label.eq("failed")).execute(conn).unwrap();
        let error = parcel(1, conn).delete_concurrent(conn).unwrap_err();
        let stays = when == "AFTER DELETE";
        if stays {
            assert_unknown(&error, 1)
        } else {
            assert_refused(&error)
        }
        let left = if stays { vec![2, 3] } else { vec![1, 2, 3] };
        assert_eq!(parcels::table.select(parcels::id).order(parcels::id).load::<i64>(conn), Ok(left));
    }
}

/// A row at the record's version was not written: every write of it moves that.
#[test]
fn what_is_not_written_is_refused() {
    for (engine, when) in [("MyISAM", "BEFORE UPDATE"), ("MEMORY", "BEFORE UPDATE"), ("InnoDB", "AFTER UPDATE")] {
        let (_database, conn) = &mut with_trigger(engine, when);
        let mut mine = Tracked::new(parcel(1, conn));
        mine.label = "failed".to_owned();
        assert_refused(&mine.save_concurrent(conn).unwrap_err());
        mine.label = "two".to_owned();
        assert!(matches!(mine.save_concurrent(conn).unwrap_err(), ConcurrencyError::Database(_)));
        assert_eq!((parcel(1, conn).label.as_str(), parcel(1, conn).version, mine.version), ("one", 1, 1));
        // No doubt is left: another's equal sum is another sum.
        let mut theirs = parcel(1, conn);
        theirs.weight += 5;
        theirs.save_concurrent(conn).unwrap();
        mine.label = "free".to_owned();
        mine.weight += 5;
        mine.save_merging(conn).unwrap();
        assert_eq!((mine.weight, parcel(1, conn).weight), (20, 20), "{engine}");
    }
}

#[test]
fn a_tracked_record_is_in_doubt_and_counts_once() {
    for engine in ENGINES {
        let (_database, conn) = &mut with_trigger(engine, "AFTER UPDATE");
        let mut mine = Tracked::new(parcel(1, conn));
        mine.label = "failed".to_owned();
        mine.weight += 1;
        assert_unknown(&mine.save_concurrent(conn).unwrap_err(), 1);
        conn.batch_execute("DROP TRIGGER failing").unwrap();
        let Err(MergeError::InDoubt { fields, .. }) = mine.save_merging(conn) else { panic!("a sum in doubt") };
        assert_eq!((fields, parcel(1, conn).weight), (vec!["weight"], 11));
    }
}

/// What the batch wrote before its error stays, and its records are in doubt. The records that it refused, or did not
/// reach, are not.
#[test]
fn a_batch_that_ends_leaves_in_doubt_what_it_wrote() {
    for engine in ENGINES {
        let (_database, conn) = &mut with_trigger(engine, "AFTER UPDATE");
        let mut records = [1, 2, 3].map(|id| Tracked::new(parcel(id, conn)));
        records.iter_mut().for_each(|record| record.weight += 1);
        records[1].label = "failed".to_owned();
        let Err(BulkError::Concurrency(error)) = records.save_each_concurrent(conn) else { panic!("not ended") };
        assert_unknown(&error, 2);
        assert_eq!(records.each_ref().map(|record| record.version), [1, 1, 1]);
        assert_eq!([1, 2, 3].map(|id| parcel(id, conn).version), [2, 2, 1]);
        conn.batch_execute("DROP TRIGGER failing").unwrap();
        for record in &mut records[..2] {
            let Err(MergeError::InDoubt { fields, theirs, .. }) = record.save_merging(conn) else {
                panic!("not InDoubt")
            };
            assert_eq!(fields, ["weight"]);
            record.settle(Doubt::Written, theirs);
            record.save_merging(conn).unwrap();
        }
        let mut theirs = parcel(3, conn);
        theirs.weight += 1;
        theirs.save_concurrent(conn).unwrap();
        records[2].save_merging(conn).unwrap();
        assert_eq!([1, 2, 3].map(|id| parcel(id, conn).weight), [11, 21, 32], "{engine}");
    }
}

/// One record's refusal ends no batch, and leaves no doubt.
#[test]
fn a_batch_goes_on_after_what_is_not_written() {
    for engine in ENGINES {
        let (_database, conn) = &mut with_trigger(engine, "BEFORE UPDATE");
        let mut records = [1, 2, 3].map(|id| Tracked::new(parcel(id, conn)));
        records.iter_mut().for_each(|record| record.weight += 1);
        records[1].label = "failed".to_owned();
        let refused = records.save_each_concurrent(conn).unwrap();
        assert_eq!((refused.len(), refused[0].index), (1, 1));
        assert_refused(&refused[0].error);
        records[1].label = "two".to_owned();
        let mut theirs = parcel(2, conn);
        theirs.weight += 1;
        theirs.save_concurrent(conn).unwrap();
        for record in &mut records {
            record.save_merging(conn).unwrap();
        }
        assert_eq!([1, 2, 3].map(|id| parcel(id, conn).weight), [11, 22, 31], "{engine}");
    }
}

/// The record at which the batch ends need not be one that was written.
#[test]
fn a_batch_that_ends_with_a_fault_of_the_statement_leaves_in_doubt_what_it_wrote() {
    for engine in ENGINES {
        let (_database, conn) = &mut with_trigger(engine, "AFTER DELETE");
        conn.batch_execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON parcels FOR EACH ROW
             BEGIN IF NEW.label = 'x' THEN INSERT INTO missing VALUES (1); END IF; END",
        )
        .unwrap();
        let mut records = [1, 2].map(|id| Tracked::new(parcel(id, conn)));
        records.iter_mut().for_each(|record| record.weight += 1);
        records[1].label = "x".to_owned();
        let Err(BulkError::Concurrency(error)) = records.save_each_concurrent(conn) else { panic!("not ended") };
        assert!(error.to_string().contains("missing"), "{error}");
        // MariaDB looks for the table when the trigger comes to it, MySQL before it writes anything.
        let written = parcel(1, conn).version == 2;
        match records[0].save_merging(conn) {
            Err(MergeError::InDoubt { fields, .. }) if written => assert_eq!(fields, ["weight"]),
            merged => assert!(!written && merged.is_err(), "{merged:?}"),
        }
        assert_eq!(parcel(1, conn).weight, if written { 11 } else { 10 });
    }
}
