//! Batches that are written without a join, if the key is the primary key. Nothing else is locked, and every row is
//! guarded.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::Database;
use crate::suite::bulk::statements::statements;
use crate::suite::bulk::{edit, rows, with_articles};
use crate::suite::models::{articles, old_notes};
use crate::suite::statements::Log;

fn without_joins(sent: &[String]) -> usize {
    sent.iter().filter(|text| text.contains("FORCE INDEX (PRIMARY)")).count()
}

#[test]
fn a_hundred_at_a_time_is_written_without_a_join() {
    let (_database, conn) = &mut with_articles(250);
    let mut all = rows(conn);
    edit(&mut all);
    all.reverse();
    let log = Log::attach(conn);
    all.save_all_concurrent(conn).unwrap();
    let sent = statements(&log);
    assert_eq!(sent.iter().filter(|text| text.contains("information_schema")).count(), 1);
    assert_eq!(without_joins(&sent), 3);
    let guard = "AND t.`version` = CASE t.`id` WHEN ? THEN CAST(? AS SIGNED)";
    assert_eq!(sent.iter().filter(|text| text.contains(guard)).count(), 3, "a lock is no guard");
    assert_eq!(sent.iter().filter(|text| text.starts_with("UPDATE")).count(), 3);
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

/// With the primary key, these rows would be searched one by one.
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

/// A row without a version has one after the save, whichever way it is written.
#[test]
fn a_hundred_versions_that_are_null_are_guarded() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = old_notes)]
    struct Note {
        id: i64,
        text: String,
        #[concurrent(version)]
        version: Option<i64>,
    }

    let database = Database::new();
    let conn = &mut database.connect();
    let mut records: Vec<_> =
        (1..=100).map(|id| Note { id, text: "old".to_owned(), version: (id % 2 == 0).then_some(id) }).collect();
    diesel::insert_into(old_notes::table).values(&records).execute(conn).unwrap();
    records.iter_mut().for_each(|record| record.text = format!("new {}", record.id));
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap();
    let sent = statements(&log);
    assert_eq!(without_joins(&sent), 1);
    assert_eq!(sent.iter().filter(|text| text.contains("AND t.`version` <=> CASE t.`id`")).count(), 1, "{sent:#?}");
    let rows: Vec<Note> = old_notes::table.order(old_notes::id).select(Note::as_select()).load(conn).unwrap();
    assert_eq!(rows, records);
}

/// Together they are longer than the server allows for a statement, and so is one of them alone.
#[test]
fn batches_are_cut_by_bytes() {
    let (database, conn) = &mut with_articles(30);
    conn.batch_execute("ALTER TABLE articles MODIFY body LONGTEXT").unwrap();
    let mut records = rows(conn);
    for record in &mut records {
        record.body = Some(char::from(b'a' + u8::try_from(record.id % 26).unwrap()).to_string().repeat(1_000_000));
    }
    records[4].body = None;
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap();
    let updates = statements(&log).iter().filter(|text| text.starts_with("UPDATE")).count();
    assert_eq!(updates, 29, "a megabyte each, but for one");
    assert!(rows(conn) == records);

    records[7].body = Some("x".repeat(70_000_000));
    records.iter_mut().for_each(|record| record.views = 9);
    let before = records.iter().map(|record| record.version).collect::<Vec<_>>();
    let error = records.save_each_concurrent(conn).unwrap_err();
    assert!(matches!(error, BulkError::Concurrency(_)), "{:.300}", error.to_string());
    assert_eq!(records.iter().map(|record| record.version).collect::<Vec<_>>(), before);
    let views: Vec<i32> = articles::table.select(articles::views).load(&mut database.connect()).unwrap();
    assert!(views.iter().all(|views| *views == 0));
}

/// The single save fails, and so does the batch, of any size.
#[test]
fn a_column_that_the_database_computes_is_refused_as_in_a_single_save() {
    for count in [1_usize, 7, 100, 130] {
        let (_database, conn) = &mut with_articles(130);
        conn.batch_execute("ALTER TABLE articles DROP COLUMN views, ADD COLUMN views INTEGER AS (id * 2) VIRTUAL")
            .unwrap();
        let before = rows(conn);
        let mut records = before[..count].to_vec();
        edit(&mut records);
        let single = records[0].clone().save_concurrent(conn).unwrap_err().to_string();
        assert!(single.contains("generated column"), "{single}");
        for result in [records.save_all_concurrent(conn), records.save_each_concurrent(conn).map(drop)] {
            let Err(BulkError::Concurrency(error)) = result else { panic!("{result:?}") };
            assert_eq!(error.to_string(), single);
        }
        assert!(rows(conn) == before, "{count} records");
        records.delete_all_concurrent(conn).unwrap();
        assert_eq!(rows(conn).len(), 130 - count);
    }
}
