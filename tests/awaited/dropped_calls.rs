//! Each awaited call is dropped at each of its await points. The row is then written or not, the record is as it was, and
//! the next save on the connection returns the truth or says that the connection is broken. It never reads the answer to
//! the dropped call.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use concurrency_diesel::asynchronous::edit_lock::{self, EditLock};
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::asynchronous::{retry_on_conflict, transaction_concurrent, triggers};
use concurrency_diesel::triggers::{TriggerModels, TriggerSpec};
use concurrency_diesel::{RecordId, Resolution, RetryPolicy};
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel::result::Error::BrokenTransactionManager;
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncConnection as _, AsyncConnectionCore, RunQueryDsl as _};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::dropped::poll_times;
use super::fixtures::{connect, with_articles};
use crate::AsyncConnection;
use crate::engine::{self, Database};
use crate::library::run;
use crate::suite::models::{Article, Entry, articles};

/// What a call leaves of the row when it is done.
#[derive(Debug, Clone, Copy)]
enum Leaves {
    /// The row as it was.
    It,
    /// The edited title, and the next version.
    Saved,
    /// The edited title, and the version as it was.
    Kept,
    /// The next version alone.
    Touched,
    /// No row.
    Nothing,
}

impl Leaves {
    fn of(self, row: &Article) -> Option<Article> {
        let (title, version) = match self {
            Self::It => return Some(row.clone()),
            Self::Saved => (EDITED, row.version + 1),
            Self::Kept => (EDITED, row.version),
            Self::Touched => (row.title.as_str(), row.version + 1),
            Self::Nothing => return None,
        };
        Some(Article { title: title.to_owned(), version, ..row.clone() })
    }
}

const EDITED: &str = "edited";

/// What a call needs of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sends {
    Statements,
    /// These, in a transaction of its own.
    Transaction,
    /// The same, and again after a pause in which there is none.
    Transactions,
}

/// Whether it ended well.
type Run = for<'a> fn(&'a mut [Article], &'a mut AsyncConnection) -> BoxFuture<'a, bool>;

struct Call {
    name: &'static str,
    sends: Sends,
    leaves: Leaves,
    /// Whether someone else has saved the rows since they were loaded.
    is_stale: bool,
    run: Run,
}

const fn call(name: &'static str, leaves: Leaves, run: Run) -> Call {
    Call { name, sends: Sends::Statements, leaves, is_stale: false, run }
}

/// The same, of a copy that is stale, which takes another question.
const fn stale(name: &'static str, leaves: Leaves, run: Run) -> Call {
    Call { is_stale: true, ..call(name, leaves, run) }
}

const fn batch(name: &'static str, leaves: Leaves, run: Run) -> Call {
    Call { sends: Sends::Transaction, ..call(name, leaves, run) }
}

static ID: LazyLock<RecordId> = LazyLock::new(|| RecordId::new("articles", 1_i64));

type Backend = <AsyncConnection as AsyncConnectionCore>::Backend;

fn specs() -> &'static [TriggerSpec] {
    static SPECS: LazyLock<Vec<TriggerSpec>> = LazyLock::new(<Entry as TriggerModels<Backend>>::__specs);
    &SPECS
}

#[rustfmt::skip]
const SINGLE: &[Call] = &[
    call("save", Leaves::Saved, |records, conn| records[0].save_concurrent(conn).map(is_ok).boxed()),
    stale("stale save", Leaves::It, |records, conn| records[0].save_concurrent(conn).map(|saved| saved.is_err()).boxed()),
    call("save_unchecked", Leaves::Saved, |records, conn| records[0].save_unchecked(conn).map(is_ok).boxed()),
    call("save_without_increment", Leaves::Kept, |records, conn| records[0].save_without_increment(conn).map(is_ok).boxed()),
    call("update", Leaves::Saved, |records, conn| {
        records[0].update_concurrent(articles::title.eq(EDITED), conn).map(is_ok).boxed()
    }),
    call("touch", Leaves::Touched, |records, conn| records[0].touch_concurrent(conn).map(is_ok).boxed()),
    call("delete", Leaves::Nothing, |records, conn| records[0].delete_concurrent(conn).map(is_ok).boxed()),
    call("delete_if_exists", Leaves::Nothing, |records, conn| records[0].delete_if_exists(conn).map(is_ok).boxed()),
    call("check", Leaves::It, |records, conn| records[0].check_concurrent(conn).map(is_ok).boxed()),
    call("lock", Leaves::It, |records, conn| records[0].lock_concurrent(conn).map(is_ok).boxed()),
    call("is_changed", Leaves::It, |records, conn| records[0].is_changed(conn).map(is_ok).boxed()),
    call("current", Leaves::It, |records, conn| records[0].current(conn).map(is_ok).boxed()),
    call("at_version", Leaves::It, |records, conn| records[0].at_version(1, conn).map(is_ok).boxed()),
    call("reload", Leaves::It, |records, conn| records[0].reload_concurrent(conn).map(is_ok).boxed()),
    stale("save_resolving", Leaves::Saved, |records, conn| {
        records[0].save_resolving(conn, |conflict| Resolution::Save(conflict.mine)).map(is_ok).boxed()
    }),
    stale("save_merging", Leaves::Saved, |records, conn| async move {
        let mut tracked = Tracked::new(Article { title: "first".to_owned(), ..records[0].clone() });
        tracked.title = EDITED.to_owned();
        tracked.save_merging(conn).await.is_ok()
    }.boxed()),
    call("triggers::list", Leaves::It, |_, conn| triggers::list(conn).map(is_ok).boxed()),
    call("triggers::check", Leaves::It, |_, conn| triggers::check::<Entry, _>(conn).map(is_ok).boxed()),
    call("triggers::check_specs", Leaves::It, |_, conn| triggers::check_specs(specs(), conn).map(is_ok).boxed()),
    call("triggers::unused", Leaves::It, |_, conn| triggers::unused(specs(), conn).map(is_ok).boxed()),
    // There is nothing to create or to drop.
    call("triggers::create", Leaves::It, |_, conn| triggers::create::<Entry, _>(conn).map(is_ok).boxed()),
    call("triggers::create_specs", Leaves::It, |_, conn| triggers::create_specs(specs(), conn).map(is_ok).boxed()),
    call("triggers::drop_unused", Leaves::It, |_, conn| triggers::drop_unused(specs(), conn).map(is_ok).boxed()),
    call("edit_lock::create", Leaves::It, |_, conn| edit_lock::create(conn).map(is_ok).boxed()),
    call("acquire", Leaves::It, |_, conn| EditLock::new(&ID, "ann").acquire(conn).map(is_ok).boxed()),
    call("take_over", Leaves::It, |_, conn| EditLock::new(&ID, "bob").take_over(1, conn).map(is_ok).boxed()),
    call("holder", Leaves::It, |_, conn| edit_lock::holder(&ID, conn).map(is_ok).boxed()),
    call("release", Leaves::It, |_, conn| EditLock::new(&ID, "bob").release(conn).map(is_ok).boxed()),
    call("delete_expired", Leaves::It, |_, conn| edit_lock::delete_expired(conn).map(is_ok).boxed()),
];

#[rustfmt::skip]
const BATCHES: &[Call] = &[
    batch("save_all", Leaves::Saved, |records, conn| records.save_all_concurrent(conn).map(is_ok).boxed()),
    batch("save_each", Leaves::Saved, |records, conn| records.save_each_concurrent(conn).map(is_ok).boxed()),
    batch("delete_all", Leaves::Nothing, |records, conn| records.delete_all_concurrent(conn).map(is_ok).boxed()),
    batch("delete_each", Leaves::Nothing, |records, conn| records.delete_each_concurrent(conn).map(is_ok).boxed()),
    call("check_all", Leaves::It, |records, conn| records.check_all_concurrent(conn).map(is_ok).boxed()),
    batch("delete_each in a transaction", Leaves::Nothing, |records, conn| {
        transaction_concurrent(conn, records, async |conn, records| {
            conn.transaction(async |conn| records.to_vec().check_all_concurrent(conn).await).await?;
            records.delete_each_concurrent(conn).await.map(drop)
        }).map(is_ok).boxed()
    }),
    batch("retry_on_conflict", Leaves::Saved, |records, conn| async move {
        let records = &*records;
        retry_on_conflict(conn, &RetryPolicy::default(), async |conn| save_both(records, conn).await).await.is_ok()
    }.boxed()),
    Call {
        sends: Sends::Transactions,
        ..call("retry_on_conflict after a conflict", Leaves::Saved, |records, conn| async move {
            let (attempts, records) = (AtomicU32::new(0), &*records);
            let retried = retry_on_conflict(conn, &RetryPolicy::default(), async |conn| {
                save_both(records, conn).await?;
                match attempts.fetch_add(1, Ordering::Relaxed) {
                    0 => Article { version: 0, ..records[0].clone() }.save_concurrent(conn).await,
                    _ => Ok(()),
                }
            });
            retried.await.is_ok()
        }.boxed())
    },
];

fn is_ok<T, E>(result: Result<T, E>) -> bool {
    result.is_ok()
}

async fn save_both(records: &[Article], conn: &mut AsyncConnection) -> Result<(), ConcurrencyError> {
    for record in records {
        record.clone().save_concurrent(conn).await?;
    }
    Ok(())
}

/// Rows that no round before has used, because its statements may still be on their way.
async fn insert(id: i64, observer: &mut AsyncConnection) -> Article {
    let row = Article { id, title: "first".to_owned(), body: None, views: 0, version: 1 };
    diesel::insert_into(articles::table).values(&row).execute(observer).await.unwrap();
    row
}

async fn rows(first: i64, observer: &mut AsyncConnection) -> [Option<Article>; 2] {
    let query = articles::table.filter(articles::id.eq_any([first, first + 1])).order(articles::id);
    let found: Vec<Article> = query.select(Article::as_select()).load(observer).await.unwrap();
    [first, first + 1].map(|id| found.iter().find(|row| row.id == id).cloned())
}

/// A save whose outcome is known: of a stale copy, and of a fresh one. It is refused, or it is done and committed.
async fn assert_honest(fresh: &Article, conn: &mut AsyncConnection, observer: &mut AsyncConnection, name: &str) {
    let id = fresh.id;
    let stale = Article { version: 0, ..fresh.clone() };
    let is_broken = conn.is_broken();
    for (record, is_stale) in [(stale, true), (fresh.clone(), false)] {
        let mut saved = Article { views: 7, ..record.clone() };
        match saved.save_concurrent(conn).await {
            Err(ConcurrencyError::Database(BrokenTransactionManager)) => assert!(is_broken, "{name}"),
            Err(ConcurrencyError::RecordModified(error)) if is_stale && !is_broken => {
                assert_eq!(error.found.to_string(), "1", "{name}");
            }
            Ok(()) if !is_stale && !is_broken => {
                assert_eq!(rows(id, observer).await[0], Some(Article { views: 7, version: 2, ..fresh.clone() }));
                continue;
            }
            other => panic!("{name}: neither the truth nor broken: {other:?}"),
        }
        assert_eq!(saved, Article { views: 7, ..record }, "{name}");
        assert_eq!(rows(id, observer).await[0].as_ref(), Some(fresh), "{name}");
    }
}

/// Whether a connection is given up because a statement on it was dropped.
fn gives_up(call: &Call) -> bool {
    call.sends == Sends::Transaction || engine::NAME == "MariaDB or MySQL"
}

/// Drops it after so many polls; whether it was over before.
async fn drop_after(
    times: usize,
    call: &Call,
    rows_of_it: usize,
    database: &Database,
    observer: &mut AsyncConnection,
) -> bool {
    static NEXT: AtomicU32 = AtomicU32::new(1_000);
    let id = i64::from(NEXT.fetch_add(10, Ordering::Relaxed));
    let name = format!("{} dropped after {times} polls", call.name);
    let mut conn = connect(database);
    let mut before = [insert(id, observer).await, insert(id + 1, observer).await];
    // Before SQLite is locked by what is dropped.
    let another = insert(id + 2, observer).await;
    let mut records = before.clone().map(|row| Article { title: EDITED.to_owned(), ..row });
    if call.is_stale {
        before[0].touch_concurrent(observer).await.unwrap();
    }
    let edited = records.clone();
    let after = before.each_ref().map(|row| call.leaves.of(row));
    let ended = poll_times((call.run)(&mut records[..rows_of_it], &mut conn), times).await;
    if let Some(ended) = ended {
        assert!(ended, "{name}");
        assert_eq!(rows(id, observer).await[..rows_of_it], after[..rows_of_it], "{name}");
        assert_honest(&another, &mut conn, observer, &name).await;
        return true;
    }
    assert_eq!(records, edited, "{name}");
    if times == 0 {
        assert!(!conn.is_broken(), "{name}: nothing is sent before the first poll");
    } else if call.sends != Sends::Transactions {
        assert_eq!(conn.is_broken(), gives_up(call), "{name}");
    }
    assert_honest(&another, &mut conn, observer, &name).await;
    // The connection's end is the end of its statements.
    drop(conn);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let found = rows(id, observer).await;
    let before = before.map(Some);
    assert!(
        found[..rows_of_it] == before[..rows_of_it] || (times > 0 && found[..rows_of_it] == after[..rows_of_it]),
        "{name}: all of it is written, or nothing: {found:?}"
    );
    false
}

fn assert_each_tells_the_truth(calls: &'static [Call], rows_of_it: usize) {
    let (database, observer) = &mut with_articles(0);
    run(async {
        edit_lock::create(observer).await.unwrap();
        for call in calls {
            let mut times = 0;
            while !drop_after(times, call, rows_of_it, database, observer).await {
                times += 1;
            }
            assert!(times > 0, "{} sends something", call.name);
        }
    });
}

#[test]
fn a_dropped_call_leaves_a_connection_that_tells_the_truth() {
    assert_each_tells_the_truth(SINGLE, 1);
}

#[test]
fn a_dropped_batch_is_written_as_a_whole_or_not() {
    assert_each_tells_the_truth(BATCHES, 2);
}
