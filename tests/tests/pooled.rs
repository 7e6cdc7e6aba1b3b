//! Saves through pgbouncer, which `tests/run --cluster pgbouncer` starts in each of its modes.

use std::sync::Barrier;
use std::thread;

use concurrency_diesel::prelude::*;
use diesel::connection::{CacheSize, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

diesel::table! {
    pooled_left (id) {
        id -> BigInt,
        amount -> BigInt,
        version -> BigInt,
    }
}

// The same shape, so that a wrong statement is not refused.
diesel::table! {
    pooled_right (id) {
        id -> BigInt,
        amount -> BigInt,
        version -> BigInt,
    }
}

#[derive(Debug, Queryable, Selectable, Concurrent)]
#[diesel(table_name = pooled_left)]
struct Left {
    id: i64,
    amount: i64,
    #[concurrent(version)]
    version: i64,
}

#[derive(Debug, Queryable, Selectable, Concurrent)]
#[diesel(table_name = pooled_right)]
struct Right {
    id: i64,
    amount: i64,
    #[concurrent(version)]
    version: i64,
}

/// Transaction mode, in a version that knows nothing of prepared statements.
const TRANSACTION: &str = "POOLER_TRANSACTION_URL";
/// The same, with one connection to the server for all clients.
const SINGLE: &str = "POOLER_SINGLE_URL";
const SESSION: &str = "POOLER_SESSION_URL";
/// Transaction mode with `max_prepared_statements`.
const PREPARING: &str = "POOLER_PREPARING_URL";

const CLIENTS: i64 = 8;
const SAVES: i64 = 200;

fn connect(pooler: &str, cache: CacheSize) -> PgConnection {
    let url = std::env::var(pooler)
        .unwrap_or_else(|_| panic!("{pooler} names a pooler; tests/run --cluster pgbouncer starts it"));
    let mut connection = PgConnection::establish(&url).unwrap();
    connection.set_prepared_statement_cache_size(cache);
    connection
}

/// Tables for one test at a time: the poolers have one database in common.
fn with_tables<R>(test: impl FnOnce(&mut PgConnection) -> R) -> R {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut direct =
        PgConnection::establish(&std::env::var("PG_URL").expect("PG_URL names the server itself")).unwrap();
    for table in ["pooled_left", "pooled_right"] {
        let sql = format!(
            "DROP TABLE IF EXISTS {table};
             CREATE TABLE {table} (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL, version BIGINT NOT NULL);
             INSERT INTO {table} SELECT id, 0, 1 FROM generate_series(1, 4) AS id"
        );
        direct.batch_execute(&sql).unwrap();
    }
    test(&mut direct)
}

macro_rules! increments {
    ($record:ty, $table:ident, $conn:expr, $client:expr) => {{
        let mut acknowledged = 0;
        for save in 0..SAVES {
            let id = 1 + (save + $client) % 4;
            let mut record: $record = $table::table.find(id).select(<$record>::as_select()).first($conn).unwrap();
            assert_eq!(record.id, id);
            record.amount += 1;
            match record.save_concurrent($conn) {
                Ok(()) => acknowledged += 1,
                Err(ConcurrencyError::RecordModified(_)) => {}
                Err(error) => panic!("client {}: {error:?}", $client),
            }
        }
        acknowledged
    }};
}

/// Half of the clients write one table, half the other: as many saves said Ok as the versions and the amounts of that table moved.
fn race_is_exact(pooler: &str, cache: CacheSize) {
    with_tables(|direct| {
        let start = Barrier::new(usize::try_from(CLIENTS).unwrap());
        let acknowledged: Vec<(bool, i64)> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let start = &start;
                    scope.spawn(move || {
                        let conn = &mut connect(pooler, cache);
                        start.wait();
                        let is_left = client % 2 == 0;
                        let acknowledged = if is_left {
                            increments!(Left, pooled_left, conn, client)
                        } else {
                            increments!(Right, pooled_right, conn, client)
                        };
                        (is_left, acknowledged)
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        for (table, left) in [("pooled_left", true), ("pooled_right", false)] {
            let told: i64 = acknowledged.iter().filter(|(is_left, _)| *is_left == left).map(|(_, saves)| saves).sum();
            let mut moved = |column: &str| -> i64 {
                let sum = diesel::dsl::sql::<BigInt>(&format!("(SELECT CAST(SUM({column}) AS BIGINT) FROM {table})"));
                diesel::select(sum).get_result(direct).unwrap()
            };
            assert_eq!((told, told), (moved("amount"), moved("version") - 4), "{table} behind {pooler}");
            assert!(told > 0);
        }
    });
}

#[test]
fn in_transaction_mode_saves_are_exact_without_kept_statements() {
    race_is_exact(TRANSACTION, CacheSize::Disabled);
}

#[test]
fn in_session_mode_saves_are_exact() {
    race_is_exact(SESSION, CacheSize::Unbounded);
}

#[test]
fn in_transaction_mode_saves_are_exact_where_the_pooler_knows_prepared_statements() {
    race_is_exact(PREPARING, CacheSize::Unbounded);
}

/// Each client counts its statements from 1, so that two of them give one name to two statements.
#[test]
fn in_transaction_mode_kept_statements_of_two_clients_meet() {
    with_tables(|_| {
        let (first, second) = (&mut connect(SINGLE, CacheSize::Unbounded), &mut connect(SINGLE, CacheSize::Unbounded));
        let mut left = Left { id: 1, amount: 1, version: 1 };
        left.save_concurrent(first).unwrap();
        let mut right = Right { id: 1, amount: 1, version: 1 };
        let ConcurrencyError::Database(error) = right.save_concurrent(second).unwrap_err() else {
            panic!("the server refuses a second statement of the name");
        };
        let said = error.to_string();
        assert!(
            said.starts_with("prepared statement \"__diesel_stmt_") && said.ends_with("\" already exists"),
            "{said}"
        );
    });
}
