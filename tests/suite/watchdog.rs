//! Nothing hangs. Each of our statements is refused at each point by each possible error, and then runs again on the
//! same connection, ends, and works.

use std::panic::catch_unwind;
use std::time::Duration;

use crate::library::prelude::*;
use crate::library::{BulkError, transaction_concurrent};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::models::{Article, articles};
use super::obstacles::{Obstacle, insert_another_row, insert_articles};
use super::threads::spawn;
use crate::engine::{self, Database, TestConnection};

/// How an engine refuses a statement.
pub struct Refusal {
    pub name: &'static str,
    /// The first statements of the connection.
    pub session: &'static str,
    pub obstacle: Obstacle,
}

/// The access that a statement needs to its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Reading.
    Sight,
    /// Locking.
    Lock,
    /// Writing.
    Write,
    /// Deleting.
    Delete,
}

impl Needs {
    /// Whether another transaction that has written a row can be in the way.
    const fn waits(self) -> bool {
        match self {
            Self::Sight => engine::CONFLICT_READ_LOCKS,
            Self::Lock => engine::DEADLOCK.is_some(),
            Self::Write | Self::Delete => true,
        }
    }
}

type Run = fn(&mut [Article], &mut TestConnection) -> Result<(), ConcurrencyError>;

/// A statement of ours.
#[derive(Clone, Copy)]
struct Statement {
    name: &'static str,
    needs: Needs,
    run: Run,
}

const fn statement(name: &'static str, needs: Needs, run: Run) -> Statement {
    Statement { name, needs, run }
}

/// An article whose version moves only when it changes.
#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = articles)]
struct Conditional {
    id: i64,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

/// The statements for one record.
const SINGLE: [Statement; 12] = [
    statement("save", Needs::Write, |records, conn| records[0].save_concurrent(conn)),
    statement("conditional save", Needs::Write, |records, conn| {
        let Article { id, views, version, .. } = records[0];
        Conditional { id, views, version }.save_concurrent(conn)
    }),
    statement("save_unchecked", Needs::Write, |records, conn| records[0].save_unchecked(conn)),
    statement("save_without_increment", Needs::Write, |records, conn| records[0].save_without_increment(conn)),
    statement("touch", Needs::Write, |records, conn| records[0].touch_concurrent(conn)),
    statement("update", Needs::Write, |records, conn| {
        records[0].update_concurrent(articles::views.eq(7), conn).map(drop)
    }),
    statement("delete", Needs::Delete, |records, conn| records[0].delete_concurrent(conn)),
    statement("check", Needs::Sight, |records, conn| records[0].check_concurrent(conn)),
    statement("lock", Needs::Lock, |records, conn| records[0].lock_concurrent(conn)),
    statement("is_changed", Needs::Sight, |records, conn| records[0].is_changed(conn).map(|changed| assert!(!changed))),
    statement("reload", Needs::Sight, |records, conn| records[0].clone().reload_concurrent(conn)),
    statement("transaction_concurrent", Needs::Write, |records, conn| {
        transaction_concurrent(conn, &mut records[0], |conn, record| {
            record.check_concurrent(conn)?;
            record.save_concurrent(conn)
        })
    }),
];

/// The statements for many records.
const BATCHES: [Statement; 5] = [
    statement("save_all", Needs::Write, |records, conn| told(records.save_all_concurrent(conn))),
    statement("save_each", Needs::Write, |records, conn| {
        told(records.save_each_concurrent(conn).map(|refused| assert_eq!(refused.len(), 0)))
    }),
    statement("check_all", Needs::Sight, |records, conn| told(records.check_all_concurrent(conn))),
    statement("delete_all", Needs::Delete, |records, conn| told(records.delete_all_concurrent(conn))),
    statement("delete_each", Needs::Delete, |records, conn| {
        told(records.delete_each_concurrent(conn).map(|refused| assert_eq!(refused.len(), 0)))
    }),
];

/// An error that no single record caused refuses the whole batch.
fn told(result: Result<(), BulkError>) -> Result<(), ConcurrencyError> {
    result.map_err(|error| match error {
        BulkError::Concurrency(error) => error,
        error => panic!("no error of the engine's: {error:?}"),
    })
}

/// A statement about this many rows, one of which is blocked.
#[derive(Clone, Copy)]
struct Case {
    statement: Statement,
    rows: i64,
    refused_at: i64,
}

fn cases() -> Vec<Case> {
    let single = SINGLE.map(|statement| Case { statement, rows: 1, refused_at: 1 });
    let points = [(1, 1), (100, 1), (100, 50), (100, 100), (500, 1), (500, 250), (500, 500)];
    let batches =
        BATCHES.into_iter().flat_map(|statement| points.map(|(rows, refused_at)| Case { statement, rows, refused_at }));
    single.into_iter().chain(batches).collect()
}

#[test]
fn what_was_refused_runs_again_on_the_same_connection() {
    let refusals = engine::watchdog_refusals(&mut Database::new().connect());
    let running: Vec<_> = refusals.into_iter().map(|refusal| spawn(move || failures(&refusal))).collect();
    let failed: Vec<String> = running.into_iter().flat_map(|failures| failures.join_within(TOTAL, || {})).collect();
    assert_eq!(failed, [""; 0], "what each said stands above");
}

fn failures(refusal: &Refusal) -> Vec<String> {
    let database = &Database::new();
    let mut failed = Vec::new();
    for Case { statement, rows, refused_at } in cases() {
        let name = format!("{} of {rows}, {} at {refused_at}", statement.name, refusal.name);
        let run = || assert_runs_again(database, refusal, Case { statement, rows, refused_at }, &name);
        if catch_unwind(run).is_err() {
            failed.push(name);
        }
        // Each hanging statement takes its whole limit.
        if failed.len() == MOST {
            break;
        }
    }
    failed
}

fn assert_runs_again(database: &Database, refusal: &Refusal, case: Case, name: &str) {
    let Case { statement: Statement { needs, run, .. }, rows, refused_at } = case;
    let observer = &mut database.connect();
    let mut conn = database.connect();
    if !refusal.session.is_empty() {
        conn.batch_execute(refusal.session).unwrap();
    }
    // Prepared by a first run, as in a program that goes on.
    let mut records = anew(rows, observer);
    run(&mut records, &mut conn).unwrap();

    let records = anew(rows, observer);
    let before = records.clone();
    let refused = move |conn: &mut TestConnection| {
        let mut records = records;
        (run(&mut records, conn), records)
    };
    let ((refused, records), mut conn) = refusal.obstacle.meet(refused_at, database, conn, refused);
    match refused {
        Err(ConcurrencyError::Restart(_) | ConcurrencyError::Database(_)) => assert!(needs.waits(), "{name}"),
        Ok(()) => assert!(!needs.waits(), "{name} was not refused"),
        other => panic!("{name}: {other:?}"),
    }
    if needs.waits() {
        assert_eq!(records, before, "{name} changed what was refused");
    }

    let mut records = anew(rows, observer);
    let id = engine::connection_id(&mut conn);
    let again = spawn(move || run(&mut records, &mut conn));
    let again = again.join_within(LIMIT, || engine::kill(id, observer));
    again.unwrap_or_else(|error| panic!("{name}, then: {error:?}"));
    assert_done(needs, rows, observer);
}

/// The rows as they are to begin with, and the records of them, edited.
fn anew(rows: i64, observer: &mut TestConnection) -> Vec<Article> {
    diesel::delete(articles::table).execute(observer).unwrap();
    insert_another_row(observer);
    insert_articles(1, rows, observer);
    (1..=rows).map(|id| Article { id, title: "first".to_owned(), body: None, views: 7, version: 1 }).collect()
}

/// Each row is as the statement should leave it.
#[track_caller]
fn assert_done(needs: Needs, rows: i64, observer: &mut TestConnection) {
    let found: Vec<_> = articles::table
        .filter(articles::id.le(rows))
        .select((articles::views, articles::version))
        .load::<(i32, i64)>(observer)
        .unwrap();
    let allowed: &[(i32, i64)] = match needs {
        Needs::Delete => return assert_eq!(found, []),
        Needs::Sight | Needs::Lock => &[(0, 1)],
        // A touch leaves the columns, a save without increment the version.
        Needs::Write => &[(7, 2), (0, 2), (7, 1)],
    };
    assert_eq!(found.len(), usize::try_from(rows).unwrap());
    assert!(found.iter().all(|row| allowed.contains(row)), "{found:?}");
}

/// The time that a statement without an obstacle may take.
const LIMIT: Duration = Duration::from_secs(15);

/// The number of failures after which the test stops.
const MOST: usize = 5;

/// The time limit of the whole test.
const TOTAL: Duration = Duration::from_secs(600);
