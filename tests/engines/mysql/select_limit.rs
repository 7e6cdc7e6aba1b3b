//! `sql_select_limit`, which the client option `safe-updates` sets: it cuts no answer that the library needs whole.

use crate::library::prelude::*;
use crate::library::triggers;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::TestConnection;
use crate::suite::bulk::{edit, rows, with_articles};
use crate::suite::models::{Article, articles};
use crate::suite::triggers::{Draft, with_table};

fn limited(conn: &mut TestConnection) {
    conn.batch_execute("SET sql_select_limit = 1").unwrap();
}

fn all(conn: &mut TestConnection) -> Vec<Article> {
    conn.batch_execute("SET sql_select_limit = DEFAULT").unwrap();
    rows(conn)
}

#[test]
fn a_batch_finds_all_its_rows() {
    let (_database, conn) = &mut with_articles(7);
    let mut records = rows(conn);
    limited(conn);
    edit(&mut records);
    records.save_all_concurrent(conn).unwrap();
    edit(&mut records);
    assert!(records.save_each_concurrent(conn).unwrap().is_empty());
    records.check_all_concurrent(conn).unwrap();
    assert_eq!(all(conn), records);
    limited(conn);
    assert!(records[..3].delete_each_concurrent(conn).unwrap().is_empty());
    records[3..].delete_all_concurrent(conn).unwrap();
    assert_eq!(all(conn), []);
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Draught {
    id: i64,
    title: String,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// The versions that the database computed are read back.
#[test]
fn a_batch_reads_all_versions_back() {
    let (_database, conn) = &mut with_articles(5);
    let mut records: Vec<Draught> =
        articles::table.order(articles::id).select(Draught::as_select()).load(conn).unwrap();
    limited(conn);
    records[1..].iter_mut().for_each(|record| record.title = format!("another {}", record.id));
    records.save_all_concurrent(conn).unwrap();
    let versions: Vec<_> = records.iter().map(|record| record.version).collect();
    assert_eq!(versions, [1, 2, 2, 2, 2]);
    assert_eq!(all(conn).iter().map(|row| row.version).collect::<Vec<_>>(), versions);
}

#[test]
fn the_triggers_of_a_table_are_found() {
    let (_database, conn) = &mut with_table();
    limited(conn);
    triggers::create::<Draft, _>(conn).unwrap();
    assert_eq!(triggers::check::<Draft, _>(conn).unwrap(), []);
    // The suite has another one.
    assert_eq!(triggers::list(conn).unwrap().len(), 2);
    triggers::drop::<Draft, _>(conn).unwrap();
}
