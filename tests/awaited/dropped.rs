//! A future that is dropped, at every await point in turn: the record is unchanged, the row was written or not, and
//! what the connection says next is true, or it says that it is broken.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::asynchronous::transaction_concurrent;
use concurrency_diesel::{Conflict, Resolution};
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _};
use diesel::prelude::{Queryable, Selectable};
use diesel::result::Error::BrokenTransactionManager;
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _};

use super::fixtures::{article, connect, with_articles};
use crate::AsyncConnection;
use crate::library::run;
use crate::suite::models::{Article, articles};

/// Polls the future this many times, each time after it asked for it, and drops it. Returns its output, if it finished
/// before.
pub async fn poll_times<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// The check of a connection after a drop: a stale save, which must not seem to be written.
struct Stale(Article);

impl Stale {
    async fn make(observer: &mut AsyncConnection) -> Self {
        let stale = article(2, observer).await;
        stale.clone().save_concurrent(observer).await.unwrap();
        Self(stale)
    }

    /// The truth, or that the connection is broken; and if it is, a pool knows it.
    async fn assert_refused(self, conn: &mut AsyncConnection) {
        let mut saved = self.0.clone();
        match saved.save_concurrent(conn).await {
            Err(ConcurrencyError::RecordModified(error)) => assert_eq!(error.key, "id 2"),
            Err(ConcurrencyError::Database(BrokenTransactionManager)) => assert!(conn.is_broken()),
            other => panic!("neither the truth nor broken: {other:?}"),
        }
        assert_eq!(saved, self.0);
    }
}

/// Waits until the server is done with what was dropped: the connection's end is the end of its statements.
async fn settled(conn: AsyncConnection, before: &Article, after: &Article, observer: &mut AsyncConnection) -> Article {
    drop(conn);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let row = article(1, observer).await;
    assert!(row == *before || row == *after, "neither written nor left: {row:?}");
    row
}

#[test]
fn a_dropped_save_leaves_the_record_and_a_connection_that_tells_the_truth() {
    let (database, observer) = &mut with_articles(2);
    for is_prepared in [false, true] {
        run(async {
            for times in 0.. {
                let mut conn = connect(database);
                if is_prepared {
                    article(1, observer).await.save_concurrent(&mut conn).await.unwrap();
                }
                let stale = Stale::make(observer).await;
                let row = article(1, observer).await;
                let edited = Article { title: format!("title {times}"), ..row.clone() };
                let written = Article { version: row.version + 1, ..edited.clone() };
                let mut record = edited.clone();
                if let Some(saved) = poll_times(record.save_concurrent(&mut conn), times).await {
                    saved.unwrap();
                    assert_eq!(record, written);
                    assert_eq!(article(1, observer).await, written);
                    break;
                }
                assert_eq!(record, edited, "dropped after {times} polls");
                stale.assert_refused(&mut conn).await;
                let now = settled(conn, &row, &written, observer).await;
                assert!(times > 0 || now == row, "nothing is sent before the first poll");
            }
        });
    }
}

/// The reply was lost; whether the row was written, the next save finds out, and writes once.
#[test]
fn a_save_after_a_dropped_one_finds_it_applied_or_applies_it() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        for times in 0.. {
            let conn = &mut connect(database);
            let row = article(1, observer).await;
            let mut tracked = Tracked::new(row.clone());
            tracked.title = format!("title {times}");
            let ended = poll_times(tracked.save_concurrent(conn), times).await.is_some();
            tracked.save_merging(observer).await.unwrap();
            let written = Article { title: format!("title {times}"), version: row.version + 1, ..row };
            assert_eq!(*tracked, written);
            assert_eq!(article(1, observer).await, written);
            if ended {
                break;
            }
        }
    });
}

/// An article whose views are counted, and not written over.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Counter {
    id: i64,
    #[concurrent(merge = "sum")]
    views: i32,
    #[concurrent(version)]
    version: i64,
}

/// Dropped at each point in turn, a sum is counted once. If the row does not say what became of the save, the merge
/// asks.
#[test]
fn a_sum_whose_save_was_dropped_is_counted_once() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        for times in 0.. {
            let conn = &mut connect(database);
            let Article { id, views, version, .. } = article(1, observer).await;
            let mut counter = Tracked::new(Counter { id, views, version });
            counter.views += 5;
            let ended = poll_times(counter.save_concurrent(conn), times).await.is_some();
            match counter.save_merging(observer).await {
                Err(MergeError::InDoubt { fields, theirs, .. }) => {
                    // No one else writes here.
                    assert_eq!((fields, theirs.views, theirs.version), (vec!["views"], views + 5, version + 1));
                    counter.settle(Doubt::Written, theirs);
                    counter.save_merging(observer).await.unwrap();
                }
                merged => merged.unwrap(),
            }
            let row = article(1, observer).await;
            assert_eq!((row.views, row.version), (views + 5, version + 1), "dropped after {times} polls");
            assert_eq!((counter.views, counter.version), (row.views, row.version));
            if ended {
                break;
            }
        }
    });
}

#[test]
fn a_resolver_takes_what_is_applied_already() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        for times in 0.. {
            let conn = &mut connect(database);
            let row = article(1, observer).await;
            let mut record = Article { title: format!("title {times}"), ..row.clone() };
            let ended = poll_times(record.save_concurrent(conn), times).await.is_some();
            let resolver = |Conflict { mine, theirs }: Conflict<Article>| match theirs {
                Some(theirs) if theirs.title == mine.title => Resolution::TakeTheirs,
                _ => Resolution::Fail,
            };
            if ended {
                break;
            }
            record.save_resolving(observer, resolver).await.unwrap();
            let written = Article { title: format!("title {times}"), version: row.version + 1, ..row };
            assert_eq!(record, written);
            assert_eq!(article(1, observer).await, written);
        }
    });
}

#[test]
fn a_dropped_transaction_leaves_the_versions_and_a_connection_that_is_known_to_be_broken() {
    let (database, observer) = &mut with_articles(2);
    run(async {
        for times in 0.. {
            let mut conn = connect(database);
            let row = article(1, observer).await;
            let mut record = row.clone();
            let work = transaction_concurrent(&mut conn, &mut record, async |conn, record| {
                record.save_concurrent(conn).await?;
                conn.transaction(async |conn| record.touch_concurrent(conn).await).await?;
                record.check_concurrent(conn).await
            });
            let written = Article { version: row.version + 2, ..row.clone() };
            if let Some(ended) = poll_times(work, times).await {
                ended.unwrap();
                assert_eq!(record, written);
                break;
            }
            assert_eq!(record, row, "dropped after {times} polls");
            if times > 0 {
                assert!(conn.is_broken());
                let refused = transaction_concurrent(&mut conn, (), async |_, ()| Ok::<_, ConcurrencyError>(())).await;
                assert!(matches!(refused, Err(ConcurrencyError::Database(BrokenTransactionManager))), "{refused:?}");
                let refused = record.save_concurrent(&mut conn).await;
                assert!(matches!(refused, Err(ConcurrencyError::Database(BrokenTransactionManager))), "{refused:?}");
            }
            settled(conn, &row, &written, observer).await;
        }
    });
}

/// The operations on a batch.
macro_rules! assert_dropped {
    ($name:ident, |$records:ident, $conn:ident| $write:expr, $moves:expr) => {
        #[test]
        fn $name() {
            let (database, observer) = &mut with_articles(3);
            run(async {
                for times in 0.. {
                    let mut conn = connect(database);
                    let rows = [article(1, observer).await, article(2, observer).await];
                    let mut records = rows.clone();
                    let ended = {
                        let ($records, $conn) = (&mut records[..], &mut conn);
                        poll_times($write, times).await
                    };
                    if let Some(ended) = ended {
                        assert!(ended.is_ok());
                        break;
                    }
                    assert_eq!(records, rows, "dropped after {times} polls");
                    let mut other = article(3, observer).await;
                    if times > 0 {
                        assert!(conn.is_broken(), "dropped after {times} polls");
                        let version = other.version;
                        let refused = other.save_concurrent(&mut conn).await;
                        assert!(
                            matches!(refused, Err(ConcurrencyError::Database(BrokenTransactionManager))),
                            "{refused:?}"
                        );
                        assert_eq!(article(3, observer).await.version, version);
                    }
                    drop(conn);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    // Read by one statement: all of it is written, or nothing.
                    let versions =
                        articles::table.filter(articles::id.lt(3)).order(articles::id).select(articles::version);
                    let versions: Vec<i64> = versions.load(observer).await.unwrap();
                    let moved = [versions[0] - rows[0].version, versions[1] - rows[1].version];
                    assert!(moved == [0, 0] || moved == [$moves, $moves], "dropped after {times} polls: {moved:?}");
                }
            });
        }
    };
}

assert_dropped!(a_dropped_batch_leaves_no_transaction_behind, |records, conn| records.save_all_concurrent(conn), 1);
assert_dropped!(
    a_dropped_batch_of_what_can_be_saved_leaves_none,
    |records, conn| records.save_each_concurrent(conn),
    1
);
assert_dropped!(
    a_dropped_batch_in_a_transaction_leaves_none,
    |records, conn| transaction_concurrent(conn, records, async |conn, records| {
        records.save_all_concurrent(conn).await?;
        conn.transaction(async |conn| records.to_vec().check_all_concurrent(conn).await).await
    }),
    1
);
