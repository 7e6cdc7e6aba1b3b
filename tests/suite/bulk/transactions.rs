//! A batch inside the user's transaction, inside a savepoint, on a pooled connection.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

use super::super::models::{Article, articles};
use super::super::statements::Log;
use super::{assert_conflicts, edit, rows, save_elsewhere, with_articles};
use crate::engine::{self, TestConnection};

#[test]
fn a_batch_that_is_refused_leaves_the_callers_transaction_as_it_was() {
    let (database, conn) = &mut with_articles(9);
    let mut records = rows(conn);
    save_elsewhere(&[4], conn);
    let mut first = records.remove(0);
    conn.transaction(|conn| {
        first.title = "kept".to_owned();
        first.save_concurrent(conn)?;
        let Err(BulkError::Conflicts(conflicts)) = records.save_all_concurrent(conn) else { panic!() };
        assert_conflicts(&conflicts, &[(2, "id 4", 1, Some(2))]);
        assert!(records.iter().all(|record| record.version == 1));
        records.remove(2);
        edit(&mut records);
        records.save_all_concurrent(conn)?;
        Ok::<_, BulkError>(())
    })
    .unwrap();
    let committed = rows(&mut database.connect());
    assert_eq!(committed[0], first);
    assert_eq!(committed[1..3], records[..2]);
    assert_eq!(committed[3].title, "theirs");
    assert_eq!(committed[4..], records[2..]);
}

#[test]
fn a_batch_that_violates_a_constraint_leaves_the_callers_transaction_as_it_was() {
    let (_database, conn) = &mut with_articles(9);
    conn.batch_execute("CREATE UNIQUE INDEX titles ON articles (title)").unwrap();
    let mut records = rows(conn);
    conn.transaction(|conn| {
        let mut first = records[0].clone();
        first.title = "kept".to_owned();
        first.save_concurrent(conn)?;
        let taken = records[8].title.clone();
        taken.clone_into(&mut records[4].title);
        let Err(BulkError::Record(conflict)) = records[1..8].save_all_concurrent(conn) else { panic!() };
        assert_eq!(conflict.index, 3);
        let refused = records[1..8].save_each_concurrent(conn)?;
        assert_eq!(refused.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [3]);
        Ok::<_, BulkError>(())
    })
    .unwrap();
    let versions: Vec<_> = rows(conn).iter().map(|row| row.version).collect();
    assert_eq!(versions, [2, 2, 2, 2, 1, 2, 2, 2, 1]);
    assert_eq!(rows(conn)[0].title, "kept");
}

#[test]
fn a_batch_in_a_savepoint_is_rolled_back_with_it() {
    let (database, conn) = &mut with_articles(5);
    let mut records = rows(conn);
    conn.transaction(|conn| {
        records[..2].save_all_concurrent(conn)?;
        let rolled_back = conn.transaction(|conn| {
            records[2..].save_all_concurrent(conn)?;
            Err::<(), BulkError>(diesel::result::Error::RollbackTransaction.into())
        });
        assert!(rolled_back.is_err());
        Ok::<_, BulkError>(())
    })
    .unwrap();
    let versions: Vec<_> = rows(&mut database.connect()).iter().map(|row| row.version).collect();
    assert_eq!(versions, [2, 2, 1, 1, 1]);
}

#[test]
fn a_batch_alone_is_committed_at_once_and_leaves_nothing_open() {
    let (database, conn) = &mut with_articles(5);
    let mut records = rows(conn);
    edit(&mut records);
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap();
    let sent = log.take_sent();
    // The question for the table needs no transaction.
    assert!(sent[crate::engine::BULK.asks].starts_with("BEGIN"), "{sent:#?}");
    assert!(sent[sent.len() - 1].ends_with("COMMIT"), "{sent:#?}");
    assert_eq!(rows(&mut database.connect()), records);
    save_elsewhere(&[1], conn);
    records.save_all_concurrent(conn).unwrap_err();
    assert!(log.take_sent().iter().any(|text| text == engine::ROLLBACK));
    conn.transaction(|conn| records[1].save_concurrent(conn)).unwrap();
    assert_eq!(rows(&mut database.connect())[1].version, 3);
}

#[test]
fn a_batch_goes_over_a_pooled_connection() {
    let (database, conn) = &mut with_articles(150);
    let pool = Pool::builder().max_size(1).build(ConnectionManager::<TestConnection>::new(database.url())).unwrap();
    let mut records = rows(conn);
    for round in 2..=4 {
        let conn = &mut pool.get().unwrap();
        edit(&mut records);
        records.save_all_concurrent(conn).unwrap();
        assert!(records.iter().all(|record| record.version == round));
        let stale: &mut [Article] = &mut [Article { version: 1, ..records[0].clone() }];
        stale.save_all_concurrent(conn).unwrap_err();
        stale.check_all_concurrent(conn).unwrap_err();
        records.check_all_concurrent(conn).unwrap();
    }
    assert_eq!(rows(conn), records);
    let count: i64 = articles::table.count().get_result(conn).unwrap();
    assert_eq!(count, 150);
}
