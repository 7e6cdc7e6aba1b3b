//! Columns of types that only this engine has.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use uuid::Uuid;

use super::{Database, TestConnection};
use crate::suite::version_fields::assert_guarded;

diesel::table! {
    labels (id) {
        id -> Uuid,
        names -> Array<Text>,
        counts -> Nullable<Array<Nullable<Integer>>>,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = labels)]
struct Labels {
    id: Uuid,
    names: Vec<String>,
    counts: Option<Vec<Option<i32>>>,
    #[concurrent(version)]
    version: i64,
}

const ID: Uuid = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);

fn with_labels() -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE labels (id UUID PRIMARY KEY, names TEXT[] NOT NULL, counts INTEGER[], version BIGINT NOT NULL)",
    )
    .unwrap();
    for id in [ID, Uuid::nil()] {
        let row = Labels { id, names: vec!["first".to_owned()], counts: None, version: 1 };
        diesel::insert_into(labels::table).values(row).execute(&mut conn).unwrap();
    }
    (database, conn)
}

fn load(conn: &mut TestConnection) -> Labels {
    labels::table.find(ID).select(Labels::as_select()).first(conn).unwrap()
}

#[test]
fn arrays_are_written_like_other_columns() {
    let (_database, conn) = &mut with_labels();
    let mut record = load(conn);
    for (names, counts) in [(vec!["a", "b,\"c\""], Some(vec![Some(1), None])), (vec![], Some(vec![])), (vec![""], None)]
    {
        record.names = names.into_iter().map(str::to_owned).collect();
        record.counts = counts;
        record.save_concurrent(conn).unwrap();
        assert_eq!(load(conn), record);
    }
    assert_eq!(record.version, 4);
}

#[test]
fn a_uuid_key_finds_its_row_and_names_it() {
    let (_database, conn) = &mut with_labels();
    let (mut a, mut b) = (load(conn), load(conn));
    a.save_concurrent(conn).unwrap();
    assert_eq!(
        b.save_concurrent(conn).unwrap_err().to_string(),
        "labels with id 01020304-0506-0708-090a-0b0c0d0e0f10 was modified by somebody else: expected version 1, found 2; \
         reload it and try again"
    );
    assert_guarded(conn, load, |labels| VersionValue::from(labels.version));
    assert_eq!(labels::table.select(labels::id).load(conn), Ok(vec![Uuid::nil()]));
}
