//! A value is truncated to what the column can hold. That is no one's edit, and certainly not another writer's.

use crate::library::prelude::*;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::engine::{self, Database};

diesel::table! {
    moments (id) {
        id -> BigInt,
        note -> Text,
        number -> BigInt,
        #[sql_name = "version"]
        at -> Timestamp,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = moments)]
struct Moment {
    id: i64,
    note: String,
    #[concurrent(version)]
    number: i64,
    at: NaiveDateTime,
}

fn at(nanosecond: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 27).unwrap().and_hms_nano_opt(12, 0, 0, nanosecond).unwrap()
}

#[test]
fn nanoseconds_that_the_column_does_not_hold_are_no_edit_of_others() {
    let database = Database::new();
    let conn = &mut database.connect();
    let columns = "id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(20) NOT NULL, number BIGINT NOT NULL";
    diesel::sql_query(format!("CREATE TABLE moments ({columns}{})", engine::TIMESTAMP_VERSION)).execute(conn).unwrap();
    let row = (moments::id.eq(1), moments::note.eq("first"), moments::number.eq(1), moments::at.eq(at(0)));
    diesel::insert_into(moments::table).values(row).execute(conn).unwrap();
    let mut mine: Tracked<Moment> = moments::table.find(1).select(Tracked::<Moment>::as_select()).first(conn).unwrap();
    mine.at = at(123_456_789);
    mine.save_concurrent(conn).unwrap();

    let mut theirs: Tracked<Moment> =
        moments::table.find(1).select(Tracked::<Moment>::as_select()).first(conn).unwrap();
    theirs.note = "theirs".to_owned();
    theirs.save_concurrent(conn).unwrap();
    mine.at = at(987_654_321);
    mine.save_merging(conn).unwrap();
    let saved: Moment = moments::table.find(1).select(Moment::as_select()).first(conn).unwrap();
    assert_eq!((saved.note.as_str(), saved.number), ("theirs", 4));
    assert_eq!(saved.at.and_utc().timestamp_micros(), at(987_654_321).and_utc().timestamp_micros());

    // What others really changed is a conflict still.
    theirs.reload_concurrent(conn).unwrap();
    theirs.at = at(1_000);
    theirs.save_concurrent(conn).unwrap();
    mine.at = at(2_000);
    let MergeError::Fields { fields, .. } = mine.save_merging(conn).unwrap_err() else { panic!("both changed it") };
    assert_eq!(fields, ["at"]);
}
