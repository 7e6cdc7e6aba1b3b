//! A server that was stopped by SIGSTOP, as when its machine hangs: it keeps what it was sent, and does it once it goes on.
//!
//! On MariaDB and MySQL nothing else on the server goes on meanwhile, so these tests are run alone, by `tests/run`, on the servers that it
//! started itself.

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::asynchronous::transaction_concurrent;
use diesel::connection::InstrumentationEvent;
use diesel_async::AsyncConnection as _;
use diesel_async::pooled_connection::PoolableConnection as _;
use tokio::time::{sleep, timeout};

use super::awaited::fixtures::{article, with_articles};
use crate::AsyncConnection;
use crate::engine::{COMMIT, Database, server_process};
use crate::library::run;
use crate::suite::models::Article;

/// Longer than a server takes to do what comes before it is stopped.
const PATIENCE: Duration = Duration::from_secs(2);

/// Longer than a server takes to go on.
const DEADLINE: Duration = Duration::from_secs(60);

/// A stopped process, which goes on when this is dropped.
struct Stopped {
    process: i64,
}

impl Stopped {
    fn stop(process: i64) -> Self {
        signal("STOP", process);
        // A thread that was about to run may go on for a moment.
        for _ in 0..2_000 {
            if is_stopped(process) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        Self { process }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        signal("CONT", self.process);
    }
}

/// Whether each thread of the process is stopped, as far as the system shows it.
fn is_stopped(process: i64) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return true };
    // A thread that ended meanwhile has no state.
    let state =
        |thread: fs::DirEntry| fs::read_to_string(thread.path().join("stat")).unwrap_or_else(|_| ") T".to_owned());
    threads.flatten().all(|thread| state(thread).rsplit_once(") ").is_none_or(|(_, state)| state.starts_with('T')))
}

fn signal(name: &str, process: i64) {
    let status = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(
        status.success(),
        "SIG{name} did not reach process {process} of the server: is it on this machine, and ours?"
    );
}

/// A connection, and the process that serves it.
fn connect(database: &Database) -> (AsyncConnection, i64) {
    let mut served = database.connect();
    let process = server_process(&mut served);
    (served.into_inner(), process)
}

/// Stops the server as soon as the connection sends it a COMMIT.
///
/// On MySQL that is not the first statement after the closure: see `__BEFORE_COMMIT`.
fn stop_at_commit(conn: &mut AsyncConnection, process: i64) -> Arc<Mutex<Option<Stopped>>> {
    let stopped = Arc::new(Mutex::new(None));
    let at_commit = Arc::clone(&stopped);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { query, .. } if COMMIT.last() == Some(&query.to_string().as_str()) => {
            *at_commit.lock().unwrap() = Some(Stopped::stop(process));
        }
        _ => {}
    });
    stopped
}

/// Waits until the row has this version.
async fn until_version(version: i64, observer: &mut AsyncConnection) {
    let moved = async {
        while article(1, observer).await.version != version {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, moved).await.unwrap();
}

#[test]
#[ignore = "stops the server: `tests/run` runs it alone"]
fn a_save_given_up_on_a_stopped_server_is_found_applied_when_it_goes_on() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let (mut conn, process) = connect(database);
        let mut merged = Tracked::new(article(1, &mut conn).await);
        // Prepared, so that the save is one round trip.
        merged.title = "on time".to_owned();
        merged.save_concurrent(&mut conn).await.unwrap();
        merged.title = "late".to_owned();
        let before = merged.clone();

        let stopped = Stopped::stop(process);
        timeout(PATIENCE, merged.save_concurrent(&mut conn)).await.unwrap_err();
        assert_eq!(merged, before);
        drop(stopped);
        until_version(3, observer).await;

        let mut resolved = merged.clone();
        merged.save_merging(observer).await.unwrap();
        resolved.save_resolving(observer, |_| unreachable!()).await.unwrap();
        let row = Article { version: 3, ..(*before).clone() };
        assert_eq!((&*merged, &*resolved, article(1, observer).await), (&row, &row, row.clone()));
        // A plain save starts from the row's version again.
        merged.title = "later".to_owned();
        merged.save_concurrent(observer).await.unwrap();
        assert_eq!(article(1, observer).await, Article { title: "later".to_owned(), version: 4, ..row });
    });
}

#[test]
#[ignore = "stops the server: `tests/run` runs it alone"]
fn a_transaction_given_up_on_a_stopped_server_is_rolled_back_when_it_goes_on() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let (mut conn, process) = connect(database);
        let row = article(1, &mut conn).await;
        let mut record = row.clone();
        let work = transaction_concurrent(&mut conn, &mut record, async |conn, record| {
            record.save_concurrent(conn).await?;
            let stopped = Stopped::stop(process);
            let outcome = record.touch_concurrent(conn).await;
            drop(stopped);
            outcome
        });
        timeout(PATIENCE, work).await.unwrap_err();
        assert_eq!(record, row);
        assert!(conn.is_broken());
        assert!(record.save_concurrent(&mut conn).await.is_err());
        assert_eq!(record, row);

        drop(conn);
        record.title = "after all".to_owned();
        timeout(DEADLINE, record.save_concurrent(observer)).await.unwrap().unwrap();
        assert_eq!(article(1, observer).await, Article { title: "after all".to_owned(), version: 2, ..row });
    });
}

#[test]
#[ignore = "stops the server: `tests/run` runs it alone"]
fn a_commit_given_up_on_a_stopped_server_is_not_made_twice_when_it_goes_on() {
    let (database, observer) = &mut with_articles(1);
    run(async {
        let (mut conn, process) = connect(database);
        let mut tracked = Tracked::new(article(1, &mut conn).await);
        tracked.title = "late".to_owned();
        let before = tracked.clone();
        let stopped = stop_at_commit(&mut conn, process);
        let work =
            transaction_concurrent(&mut conn, &mut tracked, async |conn, tracked| tracked.save_concurrent(conn).await);
        timeout(PATIENCE, work).await.unwrap_err();
        assert_eq!(tracked, before);
        stopped.lock().unwrap().take().unwrap();
        until_version(2, observer).await;

        tracked.save_merging(observer).await.unwrap();
        assert_eq!((tracked.version, article(1, observer).await), (2, Article { version: 2, ..(*before).clone() }));
    });
}
