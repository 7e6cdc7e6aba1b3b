//! How many statements a batch takes, and that they are prepared once.

use crate::library::prelude::*;

use super::super::statements::Log;
use super::{edit, rows, save_elsewhere, with_articles};
use crate::engine::BULK;

/// The statements that were sent, without those that begin and end the transaction.
pub fn statements(log: &Log) -> Vec<String> {
    let frame = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT 1; COMMIT"];
    let sent = log.take_sent();
    let without_binds = sent.into_iter().map(|text| text.split(" -- binds: ").next().unwrap_or_default().to_owned());
    without_binds.filter(|text| !frame.iter().any(|word| text.starts_with(word))).collect()
}

#[test]
fn a_batch_takes_as_many_statements_as_the_engine_needs() {
    let (_database, conn) = &mut with_articles(1_200);
    let mut all = rows(conn);
    let log = Log::attach(conn);
    let mut prepared = 0;
    for count in [1, 2, 100, 101, 1_200, 7] {
        let records = &mut all[..count];
        edit(records);
        records.save_all_concurrent(conn).unwrap();
        let sent = statements(&log);
        assert_eq!(sent.len(), BULK.saves(count), "{count} records: {:#?}", &sent[..sent.len().min(4)]);
        prepared += log.take_prepared().len();
    }
    assert_eq!(prepared, BULK.prepared);
    assert_eq!(rows(conn), all);
}

#[test]
fn an_empty_batch_sends_nothing() {
    let (_database, conn) = &mut with_articles(1);
    let log = Log::attach(conn);
    let records: &mut [super::Article] = &mut [];
    records.save_all_concurrent(conn).unwrap();
    records.delete_all_concurrent(conn).unwrap();
    records.check_all_concurrent(conn).unwrap();
    assert!(records.save_each_concurrent(conn).unwrap().is_empty());
    assert!(records.delete_each_concurrent(conn).unwrap().is_empty());
    assert_eq!(log.take_sent(), [""; 0]);
}

#[test]
fn a_conflict_costs_one_read_for_all_that_were_refused() {
    let (_database, conn) = &mut with_articles(20);
    let mut records = rows(conn);
    save_elsewhere(&[3, 5, 8], conn);
    let log = Log::attach(conn);
    records.save_all_concurrent(conn).unwrap_err();
    let sent = statements(&log);
    assert_eq!(sent.len(), BULK.refused(20, 3), "{sent:#?}");
}
