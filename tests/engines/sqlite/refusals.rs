//! Refusals that SQLite returns late or with other messages: at the end of a statement, at COMMIT, in a shared cache.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Database, TestConnection};
use crate::suite::bad_input::{assert_refused, edited};
use crate::suite::fixtures::{article, with_article};
use crate::suite::isolation::deadlock::assert_restart;
use crate::suite::models::Article;

/// Without a WAL, no transaction can commit while another one reads.
fn with_reader() -> (Database, TestConnection, TestConnection) {
    let (database, mut conn) = with_article();
    conn.batch_execute("PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 20").unwrap();
    let mut reader = database.connect();
    AnsiTransactionManager::begin_transaction(&mut reader).unwrap();
    article(1, &mut reader);
    (database, conn, reader)
}

/// By then the row is changed, and an UPDATE with RETURNING has returned a row. Only its end says that nothing was
/// written.
#[test]
fn a_write_refused_at_the_end_of_its_statement_is_not_reported_as_written() {
    let (_database, mut conn, mut reader) = with_reader();
    let row = article(1, &mut reader);
    assert_refused(&edited(&row), &mut conn, |_, error| assert_restart(error, "database is locked"));
    assert_eq!(article(1, &mut conn), row);

    AnsiTransactionManager::rollback_transaction(&mut reader).unwrap();
    let mut record = edited(&row);
    record.save_unchecked(&mut conn).unwrap();
    assert_eq!(article(1, &mut conn), Article { version: 2, ..record });
}

#[test]
fn a_transaction_refused_at_its_commit_is_a_restart_and_writes_nothing() {
    let (_database, mut conn, mut reader) = with_reader();
    let row = article(1, &mut reader);
    let mut record = edited(&row);
    let refused = conn.transaction(|conn| record.save_concurrent(conn));
    assert_restart(&refused.unwrap_err(), "database is locked");
    assert_eq!(article(1, &mut conn), row);

    AnsiTransactionManager::rollback_transaction(&mut reader).unwrap();
    assert_eq!(article(1, &mut conn), row, "the refused COMMIT was rolled back");
    let mut record = edited(&row);
    conn.transaction(|conn| record.save_concurrent(conn)).unwrap();
    assert_eq!(article(1, &mut conn), record);
}

/// A shared cache locks tables, and does not wait for them.
#[test]
fn a_table_locked_in_a_shared_cache_is_a_restart() {
    let (database, conn) = &mut with_article();
    let row = article(1, conn);
    let shared = || TestConnection::establish(&format!("file:{}?cache=shared", database.url())).unwrap();
    let (holder, other) = (&mut shared(), &mut shared());
    let record = edited(&article(1, other));

    AnsiTransactionManager::begin_transaction(holder).unwrap();
    article(1, holder).save_concurrent(holder).unwrap();
    assert_refused(&record, other, |_, error| assert_restart(error, "database table is locked"));
    AnsiTransactionManager::rollback_transaction(holder).unwrap();

    assert_eq!(article(1, other), row);
    let mut record = record;
    record.save_concurrent(other).unwrap();
    assert_eq!(article(1, conn), record);
}
