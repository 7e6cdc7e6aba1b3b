//! Batches of a hundred records and more: written without a join where the key is the primary key, and nothing else is locked.

use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::Database;
use crate::suite::bulk::statements::statements;
use crate::suite::bulk::{edit, rows, with_articles};
use crate::suite::statements::Log;

fn without_joins(sent: &[String]) -> usize {
    sent.iter().filter(|text| text.contains("FORCE INDEX (PRIMARY)")).count()
}

#[test]
fn full_hundreds_are_written_without_a_join_and_the_rest_with_one() {
    let (_database, conn) = &mut with_articles(250);
    let mut all = rows(conn);
    edit(&mut all);
    all.reverse();
    let log = Log::attach(conn);
    all.save_all_concurrent(conn).unwrap();
    let sent = statements(&log);
    assert_eq!(sent.iter().filter(|text| text.contains("information_schema")).count(), 1);
    assert_eq!(without_joins(&sent), 2);
    assert_eq!(sent.iter().filter(|text| text.contains("UNION ALL") && text.starts_with("UPDATE")).count(), 1);
    all.reverse();
    assert_eq!(rows(conn), all);
}

/// The batch is most of the table, so that a scan of the table would be cheaper than the look-ups.
#[test]
fn a_hundred_records_lock_no_row_but_their_own() {
    let (database, conn) = &mut with_articles(120);
    let other = &mut database.connect();
    other.batch_execute("SET innodb_lock_wait_timeout = 1").unwrap();
    let mut all = rows(conn);
    edit(&mut all);
    let (mine, theirs) = all.split_at_mut(100);
    let log = Log::attach(conn);
    conn.transaction(|conn| {
        mine.save_all_concurrent(conn).unwrap();
        assert_eq!(without_joins(&statements(&log)), 1);
        theirs.save_all_concurrent(other).unwrap();
        QueryResult::Ok(())
    })
    .unwrap();
    assert_eq!(rows(conn), all);
}

diesel::table! {
    numbered (number) {
        number -> BigInt,
        text -> Text,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = numbered, primary_key(number))]
struct Numbered {
    number: i64,
    text: String,
    #[concurrent(version)]
    version: i64,
}

/// By the primary key these rows would be searched one by one.
#[test]
fn a_key_that_is_not_the_primary_key_is_joined() {
    for primary_key in ["UNIQUE (id)", "PRIMARY KEY (id)", "PRIMARY KEY (number, id)", "PRIMARY KEY (id, number)"] {
        let database = Database::new();
        let conn = &mut database.connect();
        conn.batch_execute(&format!(
            "CREATE TABLE numbered (id INTEGER NOT NULL AUTO_INCREMENT, number BIGINT NOT NULL, text TEXT NOT NULL, \
             version BIGINT NOT NULL, UNIQUE (number), INDEX (id), {primary_key})"
        ))
        .unwrap();
        let mut records: Vec<_> =
            (1..=100).map(|number| Numbered { number, text: "old".to_owned(), version: 1 }).collect();
        diesel::insert_into(numbered::table).values(&records).execute(conn).unwrap();
        records.iter_mut().for_each(|record| record.text = format!("new {}", record.number));
        let log = Log::attach(conn);
        records.save_all_concurrent(conn).unwrap();
        assert_eq!(without_joins(&statements(&log)), 0, "{primary_key}");
        let rows: Vec<Numbered> =
            numbered::table.order(numbered::number).select(Numbered::as_select()).load(conn).unwrap();
        assert_eq!(rows, records);
    }
}
