//! A key that was typed otherwise than its row spells it, where a collation calls both the same. A record that takes
//! over the row takes over its spelling, and is the same record all the same.

use crate::library::prelude::*;
use crate::library::{Resolution, Tracked, client_wins, store_wins, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error::RollbackTransaction;

use super::written;
use crate::engine::{Database, EQUAL_KEYS, HIDING_SETUP, TestConnection};
use crate::suite::statements::Log;

diesel::table! {
    members (name) {
        name -> Text,
        age -> Integer,
        views -> Integer,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = members, primary_key(name))]
struct Member {
    name: String,
    age: i32,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version)]
    version: i64,
}

/// A database whose keys are kept in a column of this type.
fn with_members(column: &str) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    for sql in HIDING_SETUP {
        conn.batch_execute(sql).unwrap();
    }
    let create = format!(
        "CREATE TABLE members (name {column} NOT NULL PRIMARY KEY, age INTEGER NOT NULL, views INTEGER NOT NULL,
             version BIGINT NOT NULL)"
    );
    conn.batch_execute(&create).unwrap();
    (database, conn)
}

/// Leaves one row, with this key, at version 1.
fn insert_only(name: &str, conn: &mut TestConnection) {
    diesel::delete(members::table).execute(conn).unwrap();
    let member = Member { name: name.to_owned(), age: 1, views: 10, version: 1 };
    diesel::insert_into(members::table).values(member).execute(conn).unwrap();
}

fn load(conn: &mut TestConnection) -> Tracked<Member> {
    members::table.select(Tracked::<Member>::as_select()).first(conn).unwrap()
}

/// The record as a form sends it, with this key.
fn typed(name: &str, conn: &mut TestConnection) -> Tracked<Member> {
    Tracked::new(Member { name: name.to_owned(), ..load(conn).into_inner() })
}

type Way = fn(&mut Tracked<Member>, &mut TestConnection);

const WAYS: [(&str, Way); 8] = [
    ("merge", |mine, conn| mine.save_merging(conn).unwrap()),
    ("reload", |mine, conn| {
        mine.reload_concurrent(conn).unwrap();
        mine.views += 1;
        mine.save_concurrent(conn).unwrap();
    }),
    ("reload and nothing else", |mine, conn| mine.reload_concurrent(conn).unwrap()),
    ("mine wins", |mine, conn| mine.save_resolving(conn, client_wins).unwrap()),
    ("theirs wins", |mine, conn| mine.save_resolving(conn, store_wins).unwrap()),
    ("their row with an edit", |mine, conn| {
        mine.save_resolving(conn, |conflict| {
            let mut answer = conflict.theirs.unwrap();
            answer.views += 1;
            Resolution::Save(answer)
        })
        .unwrap();
    }),
    ("rebase", |mine, conn| {
        mine.rebase(load(conn).into_inner());
        mine.save_concurrent(conn).unwrap();
    }),
    ("assign", |mine, conn| **mine = load(conn).into_inner()),
];

#[test]
fn a_rollback_gives_the_record_back_as_it_was() {
    for (column, spelled, other) in EQUAL_KEYS {
        let (_database, conn) = &mut with_members(column);
        for (name, way) in WAYS {
            // Another writer saved before the transaction, or a copy saved in it.
            for is_inside in [false, true] {
                insert_only(spelled, conn);
                let mut mine = typed(other, conn);
                mine.views += 1;
                let before = mine.clone();
                let mut theirs = load(conn);
                theirs.views += 100;
                if !is_inside {
                    theirs.save_concurrent(conn).unwrap();
                }
                let rolled_back = transaction_concurrent(conn, &mut mine, |conn, mine| {
                    if is_inside {
                        theirs.save_concurrent(conn)?;
                    }
                    way(mine, conn);
                    Err::<(), _>(ConcurrencyError::from(RollbackTransaction))
                });
                assert!(rolled_back.is_err());
                assert_eq!(mine, before, "{column}, {name}, inside: {is_inside}");
                mine.save_merging(conn).unwrap();
                let views = if is_inside { 11 } else { 111 };
                assert_eq!((mine.views, load(conn).views), (views, views), "{column}, {name}, inside: {is_inside}");
            }
        }
    }
}

/// The row that a resolver saw is the base of its answer, whichever of the two spellings that has.
#[test]
fn an_answer_to_a_conflict_is_saved_by_what_changed() {
    for (column, spelled, other) in EQUAL_KEYS {
        let (_database, conn) = &mut with_members(column);
        insert_only(spelled, conn);
        let mut mine = typed(other, conn);
        mine.views += 1;
        let mut theirs = load(conn);
        theirs.views += 100;
        theirs.save_concurrent(conn).unwrap();
        let log = Log::attach(conn);
        mine.save_resolving(conn, |conflict| {
            log.take_sent();
            client_wins(conflict)
        })
        .unwrap();
        assert_eq!(written(&log), ["version", "views"], "{column}");
        assert_eq!((mine.views, mine.version, mine.changed_fields()), (11, 3, Vec::new()), "{column}");
        assert_eq!(load(conn), mine, "{column}");
    }
}
