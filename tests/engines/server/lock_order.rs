//! In which order a batch locks its rows: seen by a third connection while the batch waits for the row in the middle.

use crate::library::BulkError;
use crate::library::prelude::*;
use diesel::prelude::*;

use crate::engine::{TestConnection, connection_id};
use crate::suite::bulk::{rows, with_articles};
use crate::suite::models::{Article, articles};
use crate::suite::threads::{spawn, until_waiting};

type Batch = fn(&mut [Article], &mut TestConnection) -> Result<(), BulkError>;

const BATCHES: &[(&str, Batch)] = &[
    ("save_all", |records, conn| records.save_all_concurrent(conn)),
    ("save_each", |records, conn| records.save_each_concurrent(conn).map(drop)),
    ("delete_all", |records, conn| records.delete_all_concurrent(conn)),
    ("delete_each", |records, conn| records.delete_each_concurrent(conn).map(drop)),
];

const COUNT: i64 = 40;
const MIDDLE: i64 = 25;

/// Each row before the middle one is locked, and none after it: two batches that meet wait for each other in one direction.
#[test]
fn rows_are_locked_in_the_order_of_the_key() {
    for (name, write) in BATCHES {
        for shuffle in [|_| 0, |id| -id, |id| (id * 7) % 41] as [fn(i64) -> i64; 3] {
            let (database, observer) = &mut with_articles(COUNT);
            let mut records = rows(observer);
            records.sort_by_key(|record| shuffle(record.id));
            records.iter_mut().for_each(|record| record.views += 1);
            let holder = &mut database.connect();
            AnsiTransactionManager::begin_transaction(holder).unwrap();
            let holding = articles::table.find(MIDDLE).for_update().select(articles::id);
            assert_eq!(holding.first(holder), Ok(MIDDLE));

            let mut conn = database.connect();
            let id = connection_id(&mut conn);
            let waiting = spawn(move || write(&mut records, &mut conn));
            until_waiting(id, observer);
            let free = articles::table.for_update().skip_locked().select(articles::id);
            let mut free: Vec<i64> = observer.transaction(|observer| free.load(observer)).unwrap();
            free.sort_unstable();
            AnsiTransactionManager::rollback_transaction(holder).unwrap();
            waiting.join().unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(free, (MIDDLE + 1..=COUNT).collect::<Vec<_>>(), "{name}");
        }
    }
}
