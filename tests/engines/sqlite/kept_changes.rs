//! Triggers that end a statement with an error and leave it written, by `RAISE(FAIL)` or an `OR FAIL` of their own. The error is no
//! refusal then, and no save may call it one.

use crate::library::prelude::*;
use crate::library::{BulkError, Tracked};
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

/// The same row, with a version that the database computes, so that the save reads it back.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = parcels)]
struct Conditional {
    id: i64,
    label: String,
    weight: i64,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

const PARCELS: &str = "CREATE TABLE parcels (id BIGINT PRIMARY KEY, label TEXT NOT NULL CHECK (label <> 'refused'), weight BIGINT NOT NULL,
        version BIGINT NOT NULL);
    CREATE TABLE labels (label TEXT UNIQUE);
    INSERT INTO parcels VALUES (1, 'one', 10, 1), (2, 'two', 20, 1);
    INSERT INTO labels VALUES ('twice')";

const FAILS_AFTER: &str = "CREATE TRIGGER failing AFTER UPDATE ON parcels WHEN NEW.label = 'failed'
    BEGIN SELECT RAISE(FAIL, 'not today'); END";

const FAILS_BEFORE: &str = "CREATE TRIGGER failing BEFORE UPDATE ON parcels WHEN NEW.label = 'failed'
    BEGIN INSERT INTO labels VALUES ('noted'); SELECT RAISE(FAIL, 'not today'); END";

fn with_trigger(trigger: &str) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(PARCELS).unwrap();
    conn.batch_execute(trigger).unwrap();
    (database, conn)
}

fn parcel(id: i64, conn: &mut TestConnection) -> Parcel {
    parcels::table.find(id).first(conn).unwrap()
}

#[track_caller]
fn assert_unknown(error: &ConcurrencyError, cause: &str) {
    assert!(matches!(error, ConcurrencyError::OutcomeUnknown(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "the answer of the database does not prove that nothing was written; reload before trying again: \
             parcels with id 1 was written although the database answered with an error ({cause}): a trigger fails without \
             undoing the statement; write RAISE(ABORT) in place of RAISE(FAIL) and OR FAIL"
        )
    );
}

#[track_caller]
fn assert_refused(error: &ConcurrencyError, cause: &str) {
    let ConcurrencyError::Database(source) = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), cause);
}

#[test]
fn a_write_that_stays_is_not_called_refused() {
    let (_database, conn) = &mut with_trigger(FAILS_AFTER);
    let mut mine = parcel(1, conn);
    mine.label = "failed".to_owned();
    assert_unknown(&mine.save_concurrent(conn).unwrap_err(), "not today");
    assert_eq!((mine.version, parcel(1, conn).version), (1, 2));

    let mut conditional: Conditional = parcels::table.find(1).first(conn).unwrap();
    conditional.weight = 11;
    assert_unknown(&conditional.save_concurrent(conn).unwrap_err(), "not today");
    assert_eq!((conditional.version, parcel(1, conn).weight, parcel(1, conn).version), (2, 11, 3));

    let unknown = parcel(1, conn).update_concurrent(parcels::weight.eq(12), conn).unwrap_err();
    assert_unknown(&unknown, "not today");
    assert_unknown(&parcel(1, conn).touch_concurrent(conn).unwrap_err(), "not today");
    assert_unknown(&parcel(1, conn).save_without_increment(conn).unwrap_err(), "not today");
    assert_unknown(&parcel(1, conn).save_unchecked(conn).unwrap_err(), "not today");
    assert_eq!((parcel(1, conn).weight, parcel(1, conn).version), (12, 6));
}

#[test]
fn a_delete_that_stays_is_not_called_refused() {
    let (_database, conn) = &mut with_trigger(
        "CREATE TRIGGER failing AFTER DELETE ON parcels BEGIN SELECT RAISE(FAIL, 'kept on paper'); END",
    );
    assert_unknown(&parcel(1, conn).delete_concurrent(conn).unwrap_err(), "kept on paper");
    assert_eq!(parcels::table.select(parcels::id).load(conn), Ok(vec![2_i64]));
}

#[test]
fn an_or_fail_of_a_trigger_keeps_the_row_as_well() {
    let (_database, conn) = &mut with_trigger(
        "CREATE TRIGGER failing AFTER UPDATE ON parcels BEGIN INSERT OR FAIL INTO labels VALUES (NEW.label); END",
    );
    let mut mine = parcel(1, conn);
    mine.label = "twice".to_owned();
    assert_unknown(&mine.save_concurrent(conn).unwrap_err(), "UNIQUE constraint failed: labels.label");
    assert_eq!((parcel(1, conn).label.as_str(), parcel(1, conn).version), ("twice", 2));
}

#[test]
fn what_is_undone_is_refused() {
    let (_database, conn) = &mut with_trigger(FAILS_BEFORE);
    let mut mine = Tracked::new(parcel(1, conn));
    for (label, cause) in [("failed", "not today"), ("refused", "CHECK constraint failed: label <> 'refused'")] {
        mine.label = label.to_owned();
        assert_refused(&mine.save_concurrent(conn).unwrap_err(), cause);
        assert_eq!(mine.version, 1);
        assert_eq!((parcel(1, conn).label.as_str(), parcel(1, conn).version), ("one", 1));
    }
    // The number of rows that an earlier statement wrote is not taken for its own.
    mine.label = "written".to_owned();
    mine.save_concurrent(conn).unwrap();
    mine.label = "refused".to_owned();
    let cause = "CHECK constraint failed: label <> 'refused'";
    assert_refused(&mine.save_concurrent(conn).unwrap_err(), cause);
    // No doubt is left: a sum is added up once.
    mine.label = "free".to_owned();
    mine.weight += 1;
    mine.save_merging(conn).unwrap();
    assert_eq!((mine.version, parcel(1, conn).weight), (3, 11));
}

#[test]
fn a_batch_is_rolled_back() {
    let (_database, conn) = &mut with_trigger(FAILS_AFTER);
    let before = [2, 1].map(|id| parcel(id, conn));
    let mut both = before.clone();
    both[1].label = "failed".to_owned();
    for result in [both.save_each_concurrent(conn).map(drop), both.save_all_concurrent(conn)] {
        let Err(BulkError::Concurrency(error)) = result else { panic!("{result:?}") };
        assert_unknown(&error, "not today");
        assert_eq!((both[0].version, both[1].version), (1, 1));
        assert_eq!([2, 1].map(|id| parcel(id, conn)), before);
    }
}

#[test]
fn a_tracked_record_is_in_doubt_and_counts_once() {
    let (_database, conn) = &mut with_trigger(FAILS_AFTER);
    let mut mine = Tracked::new(parcel(1, conn));
    mine.label = "failed".to_owned();
    mine.weight += 1;
    assert_unknown(&mine.save_concurrent(conn).unwrap_err(), "not today");
    conn.batch_execute("DROP TRIGGER failing").unwrap();
    // Only the answer about the outcome may be added up.
    let Err(MergeError::InDoubt { fields, .. }) = mine.save_merging(conn) else { panic!("a sum in doubt") };
    assert_eq!(fields, ["weight"]);
    assert_eq!(parcel(1, conn).weight, 11);
}
