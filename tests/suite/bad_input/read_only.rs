//! A connection that may only read.

use diesel::prelude::*;

use super::super::fixtures::{article, with_article};
use super::super::models::Article;
use super::{assert_database, assert_refused, edited};
use crate::engine;
use crate::library::prelude::*;

#[test]
fn a_connection_that_may_only_read_refuses_every_write_and_reads() {
    let (database, conn) = &mut with_article();
    let row = article(1, conn);
    let record = edited(&row);
    let reader = &mut engine::read_only(database);
    let (kind, message) = engine::READ_ONLY;
    assert_refused(&record, reader, |_, error| assert_database(error, kind, message));
    assert_eq!(article(1, conn), row);

    record.check_concurrent(reader).unwrap();
    assert_eq!(record.current(reader).unwrap(), Some(row.clone()));
    let mut other = row.clone();
    other.save_concurrent(conn).unwrap();
    assert!(record.is_changed(reader).unwrap());
    assert_refused(&record, reader, |_, error| assert_database(error, kind, message));
    assert_eq!(article(1, conn), Article { version: 2, ..row });
}

#[test]
fn a_write_refused_for_reading_only_undoes_its_transaction() {
    let (database, conn) = &mut with_article();
    let row = article(1, conn);
    let mut record = edited(&row);
    let reader = &mut engine::read_only(database);
    let refused = reader.transaction(|reader| {
        record.reload_concurrent(reader)?;
        record.views += 1;
        record.save_concurrent(reader)
    });
    let (kind, message) = engine::READ_ONLY;
    assert_database(&refused.unwrap_err(), kind, message);
    assert_eq!(record, Article { views: row.views + 1, ..row.clone() });
    assert_eq!(article(1, conn), row);
}
