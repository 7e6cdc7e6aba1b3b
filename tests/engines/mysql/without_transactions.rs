//! Tables that no transaction rolls back and whose rows cannot be locked: all or nothing is refused, and what is written for itself is
//! exact.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use crate::library::prelude::*;
use crate::library::{BulkError, transaction_concurrent};
use concurrency_diesel::CannotRollBackError;
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;

use super::{Database, TestConnection};
use crate::suite::bulk::statements::statements;
use crate::suite::statements::Log;
use crate::suite::threads::spawn;

diesel::table! {
    counters (id) {
        id -> BigInt,
        value -> Integer,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = counters)]
struct Counter {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: i64,
}

/// The engines without transactions that the server has.
fn engines(conn: &mut TestConnection) -> Vec<&'static str> {
    let version = diesel::select(sql::<Text>("VERSION()")).get_result::<String>(conn).unwrap();
    if version.contains("MariaDB") { vec!["MyISAM", "Aria", "MEMORY"] } else { vec!["MyISAM", "MEMORY"] }
}

fn with_counters(engine: &str, count: i64) -> (Database, TestConnection) {
    let database = Database::new();
    let mut conn = database.connect();
    let create = format!(
        "CREATE TABLE counters (id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version BIGINT NOT NULL) ENGINE = {engine}"
    );
    conn.batch_execute(&create).unwrap();
    let rows: Vec<_> = (1..=count).map(|id| Counter { id, value: 0, version: 1 }).collect();
    diesel::insert_into(counters::table).values(rows).execute(&mut conn).unwrap();
    (database, conn)
}

fn all(conn: &mut TestConnection) -> Vec<Counter> {
    counters::table.order(counters::id).select(Counter::as_select()).load(conn).unwrap()
}

/// The statements that the connection sends from now on, questions about tables among them.
fn everything_sent(conn: &mut TestConnection) -> Arc<Mutex<Vec<String>>> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&sent);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            log.lock().unwrap().push(query.to_string());
        }
    });
    sent
}

#[test]
fn a_transaction_that_lists_such_a_record_is_refused_before_it_begins() {
    let (_database, conn) = &mut with_counters("InnoDB", 2);
    for engine in engines(conn) {
        conn.batch_execute(&format!("ALTER TABLE counters ENGINE = {engine}")).unwrap();
        let before = all(conn);
        let mut records = before.clone();
        let sent = everything_sent(conn);
        let refused = transaction_concurrent(conn, (&mut records, ()), |_, _| -> Result<(), ConcurrencyError> {
            panic!("nothing is to be run")
        });
        let Err(ConcurrencyError::Database(Error::QueryBuilderError(error))) = refused else { panic!("{refused:?}") };
        let error = error.downcast_ref::<CannotRollBackError>().unwrap();
        assert_eq!((error.table, error.engine.as_str()), ("counters", engine));
        let sent = std::mem::take(&mut *sent.lock().unwrap());
        assert!(sent.len() == 2 && sent[0].starts_with("SHOW") && sent[1].contains("information_schema"), "{sent:#?}");
        assert_eq!((all(conn), records), (before.clone(), before));
        conn.batch_execute("ALTER TABLE counters ENGINE = InnoDB").unwrap();
    }
    let (mut one, mut other) = (all(conn).remove(0), all(conn).remove(1));
    let sent = everything_sent(conn);
    transaction_concurrent(conn, (&mut one, &mut other), |conn, (one, other)| {
        one.save_concurrent(conn)?;
        other.save_concurrent(conn)
    })
    .unwrap();
    // One question for the table of both.
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    assert_eq!(sent.iter().filter(|text| text.starts_with("SHOW CREATE TABLE")).count(), 1);
    assert_eq!(sent.iter().filter(|text| text.contains("information_schema")).count(), 0);
    assert_eq!(all(conn).iter().map(|counter| counter.version).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn all_or_nothing_is_refused_before_anything_is_written() {
    let (_database, conn) = &mut with_counters("InnoDB", 3);
    for engine in engines(conn) {
        conn.batch_execute(&format!("ALTER TABLE counters ENGINE = {engine}")).unwrap();
        let before = all(conn);
        let mut records = before.clone();
        let log = Log::attach(conn);
        for result in [records.save_all_concurrent(conn), records.delete_all_concurrent(conn)] {
            let Err(BulkError::CannotRollBack(error)) = result else { panic!("{result:?}") };
            assert_eq!((error.table, error.engine.as_str()), ("counters", engine));
            assert_eq!(
                error.to_string(),
                format!(
                    "counters is kept by the engine {engine}, which cannot roll back, so that a part could stay written; \
                     convert it with ALTER TABLE … ENGINE = InnoDB, or write each record by itself"
                )
            );
        }
        let sent = statements(&log);
        assert!(sent.len() == 2 && sent.iter().all(|text| text.contains("information_schema")), "{sent:#?}");
        assert_eq!((all(conn), records), (before.clone(), before));
        conn.batch_execute("ALTER TABLE counters ENGINE = InnoDB").unwrap();
        records_are_written(conn);
    }
}

/// The earlier answer about the table is no longer valid once it is converted.
fn records_are_written(conn: &mut TestConnection) {
    let mut records = all(conn);
    records.iter_mut().for_each(|record| record.value += 1);
    records.save_all_concurrent(conn).unwrap();
    assert_eq!(all(conn), records);
}

/// A temporary table hides another one of its name from reads and writes, but not from the catalog.
#[test]
fn a_temporary_table_and_a_view_are_what_they_stand_for() {
    const COLUMNS: &str = "(id BIGINT PRIMARY KEY, value INTEGER NOT NULL, version BIGINT NOT NULL)";
    let (_database, conn) = &mut with_counters("InnoDB", 1);
    for engine in engines(conn) {
        let temporary = format!("CREATE TEMPORARY TABLE counters {COLUMNS} ENGINE = {engine}");
        let view = format!(
            "DROP TABLE counters; CREATE TABLE base {COLUMNS} ENGINE = {engine};
             CREATE VIEW between_them AS SELECT * FROM base AS b WHERE b.id > 0;
             CREATE VIEW counters AS SELECT id, value, version FROM between_them"
        );
        for create in [temporary, view] {
            let (_database, conn) = &mut with_counters("InnoDB", 1);
            conn.batch_execute(&create).unwrap();
            conn.batch_execute("INSERT INTO counters VALUES (1, 0, 1), (2, 0, 1)").unwrap();
            let before = all(conn);
            let mut records = before.clone();
            records[0].value = 5;
            for result in [records.save_all_concurrent(conn), records.delete_all_concurrent(conn)] {
                let Err(BulkError::CannotRollBack(error)) = result else { panic!("{create}: {result:?}") };
                assert_eq!((error.table, error.engine.as_str()), ("counters", engine));
            }
            let refused = transaction_concurrent(conn, &mut records, |_, _| -> Result<(), ConcurrencyError> {
                panic!("nothing is to be run")
            });
            let Err(ConcurrencyError::Database(Error::QueryBuilderError(error))) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(error.downcast_ref::<CannotRollBackError>().unwrap().engine, engine);
            assert_eq!(all(conn), before);
            assert!(records.save_each_concurrent(conn).unwrap().is_empty());
            assert_eq!(all(conn), records);
        }
    }
}

/// A table that can roll back is not refused.
#[test]
fn a_temporary_table_with_transactions_rolls_back() {
    let (_database, conn) = &mut with_counters("InnoDB", 1);
    conn.batch_execute(
        "CREATE TEMPORARY TABLE counters (id BIGINT NOT NULL, value INTEGER NOT NULL, version BIGINT NOT NULL)
             ENGINE = InnoDB;
         INSERT INTO counters VALUES (1, 0, 1), (2, 0, 1), (3, 0, 1)",
    )
    .unwrap();
    let before = all(conn);
    let mut records = before.clone();
    records.iter_mut().for_each(|record| record.value = 5);
    let rolled_back = transaction_concurrent(conn, &mut records, |conn, records| {
        records.save_all_concurrent(conn).unwrap();
        Err::<(), _>(Error::RollbackTransaction)
    });
    assert_eq!(rolled_back, Err(Error::RollbackTransaction));
    assert_eq!(all(conn), before);
    records[2].version = 7;
    let refused = records.save_all_concurrent(conn).unwrap_err();
    assert!(matches!(refused, BulkError::Conflicts(_)), "{refused:?}");
    assert_eq!(all(conn), before);
    records[2].version = 1;
    records.save_all_concurrent(conn).unwrap();
    assert_eq!(all(conn), records);
}

#[test]
fn each_is_exact_where_nothing_can_be_locked() {
    let (_database, conn) = &mut with_counters("InnoDB", 1);
    for engine in engines(conn) {
        let (_database, conn) = &mut with_counters(engine, 300);
        let mut records = all(conn);
        for id in [7, 250] {
            let theirs = diesel::update(counters::table.find(id)).set(counters::version.eq(2));
            assert_eq!(theirs.execute(conn), Ok(1));
        }
        diesel::delete(counters::table.find(9)).execute(conn).unwrap();
        records.iter_mut().for_each(|record| record.value = 5);
        let refused = records.save_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [6, 8, 249]);
        assert!(refused.iter().all(|one| one.error.is_conflict()));
        for row in all(conn) {
            let is_theirs = [7, 250].contains(&row.id);
            assert_eq!((row.version, row.value), (2, if is_theirs { 0 } else { 5 }), "{engine}, {}", row.id);
        }
        let refused = records.delete_each_concurrent(conn).unwrap();
        assert_eq!(refused.iter().map(|one| one.index).collect::<Vec<_>>(), [6, 8, 249]);
        assert_eq!(all(conn).iter().map(|row| row.id).collect::<Vec<_>>(), [7, 250]);
    }
}

#[test]
fn no_save_is_overwritten_by_a_batch() {
    let (_database, conn) = &mut with_counters("InnoDB", 1);
    for engine in engines(conn) {
        let (database, conn) = &mut with_counters(engine, 100);
        let is_over = Arc::new(AtomicBool::new(false));
        let saved = Arc::new(AtomicI64::new(0));
        let other = {
            let (is_over, saved, mut conn) = (Arc::clone(&is_over), Arc::clone(&saved), database.connect());
            spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    let find = counters::table.find(50).select(Counter::as_select());
                    let mut record: Counter = find.first(&mut conn).unwrap();
                    record.value += 1;
                    match record.save_concurrent(&mut conn) {
                        Ok(()) => drop(saved.fetch_add(1, Ordering::SeqCst)),
                        Err(error) => assert!(error.is_conflict(), "{error:?}"),
                    }
                }
            })
        };
        let mut batches = 0;
        for _ in 0..40 {
            let mut records = all(conn);
            records.iter_mut().for_each(|record| record.value += 1);
            let refused = records.save_each_concurrent(conn).unwrap();
            assert!(refused.iter().all(|one| one.index == 49 && one.error.is_conflict()), "{refused:?}");
            batches += i64::from(refused.is_empty());
        }
        is_over.store(true, Ordering::SeqCst);
        other.join();
        let row = all(conn).swap_remove(49);
        let said = batches + saved.load(Ordering::SeqCst);
        assert_eq!((row.version - 1, i64::from(row.value)), (said, said), "{engine}");
    }
}
