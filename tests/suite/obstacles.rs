//! Obstacles to a statement, so that the engine refuses it.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::fixtures::{article, insert_article};
use super::models::articles;
use super::threads::{self, spawn, until_waiting, until_waiting_or};
use crate::engine::{self, Database, TestConnection};

/// The row that a transaction has written before, if it crosses another one.
pub const ANOTHER_ROW: i64 = 9_999;

/// An obstacle to a statement.
#[derive(Debug, Clone, Copy)]
pub enum Obstacle {
    None,
    /// Another transaction has written the row.
    Held,
    /// The same, and another connection cancels the statement that waits for it.
    #[allow(dead_code, reason = "there must be a server to cancel a statement")]
    Cancelled(fn(i64, &mut TestConnection)),
    /// The statement's transaction has written [`ANOTHER_ROW`], for which another one waits that has written the row.
    #[allow(dead_code, reason = "there must be row locks")]
    Crossing,
    /// The statement's transaction, begun like this, sees the row as it was before another one wrote it.
    OldSnapshot(&'static str),
}

impl Obstacle {
    /// Whether it takes a transaction around the statement.
    pub const fn is_around(self) -> bool {
        matches!(self, Self::Crossing | Self::OldSnapshot(_))
    }

    /// The result of the work on the connection while this obstacle blocks the row. Afterwards the obstacle is gone.
    #[track_caller]
    pub fn meet<T, F>(self, row: i64, database: &Database, mut conn: TestConnection, work: F) -> (T, TestConnection)
    where
        T: Send + 'static,
        F: FnOnce(&mut TestConnection) -> T + Send + 'static,
    {
        let (observer, holder) = (&mut database.connect(), &mut database.connect());
        match self {
            Self::None => {}
            Self::Held | Self::Cancelled(_) => {
                AnsiTransactionManager::begin_transaction(holder).unwrap();
                write(row, holder);
            }
            Self::Crossing => return cross(row, database, conn, work),
            Self::OldSnapshot(begin) => {
                AnsiTransactionManager::begin_transaction_sql(&mut conn, begin).unwrap();
                article(ANOTHER_ROW, &mut conn);
                write(row, holder);
            }
        }
        let id = engine::connection_id(&mut conn);
        let working = spawn(move || (work(&mut conn), conn));
        if let Self::Cancelled(cancel) = self {
            until_waiting_or(id, observer, || working.is_over());
            cancel(id, observer);
        }
        let (outcome, mut conn) = working.join_within(threads::DEADLINE, || engine::kill(id, observer));
        match self {
            Self::Held | Self::Cancelled(_) => AnsiTransactionManager::rollback_transaction(holder).unwrap(),
            // MySQL and MariaDB have rolled back by themselves.
            Self::OldSnapshot(_) => drop(AnsiTransactionManager::rollback_transaction(&mut conn)),
            Self::None | Self::Crossing => {}
        }
        (outcome, conn)
    }
}

/// The work's transaction is the one that has written less, which is the one that InnoDB refuses.
#[track_caller]
fn cross<T, F>(row: i64, database: &Database, mut conn: TestConnection, work: F) -> (T, TestConnection)
where
    T: Send + 'static,
    F: FnOnce(&mut TestConnection) -> T + Send + 'static,
{
    let observer = &mut database.connect();
    AnsiTransactionManager::begin_transaction(&mut conn).unwrap();
    write(ANOTHER_ROW, &mut conn);
    let mut other = database.connect();
    let other_id = engine::connection_id(&mut other);
    let waiting = spawn(move || {
        AnsiTransactionManager::begin_transaction(&mut other).unwrap();
        write(row, &mut other);
        insert_articles(20_000, 20_900, &mut other);
        write(ANOTHER_ROW, &mut other);
        AnsiTransactionManager::rollback_transaction(&mut other).unwrap();
    });
    until_waiting(other_id, observer);
    let id = engine::connection_id(&mut conn);
    let working = spawn(move || {
        let outcome = work(&mut conn);
        // MySQL and MariaDB have rolled back by themselves.
        let _ = AnsiTransactionManager::rollback_transaction(&mut conn);
        (outcome, conn)
    });
    let crossed = working.join_within(threads::DEADLINE, || engine::kill(id, observer));
    waiting.join();
    crossed
}

fn write(id: i64, conn: &mut TestConnection) {
    let written = diesel::update(articles::table.find(id)).set(articles::body.eq("held")).execute(conn).unwrap();
    assert_eq!(written, 1);
}

/// The row that crossing transactions begin with.
pub fn insert_another_row(conn: &mut TestConnection) {
    insert_article(ANOTHER_ROW, 1, conn);
}

/// Articles with these ids, in one statement.
pub fn insert_articles(first: i64, last: i64, conn: &mut TestConnection) {
    let insert = format!(
        "INSERT INTO articles (id, title, views, version)
         WITH RECURSIVE numbers (id) AS (SELECT {first} UNION ALL SELECT id + 1 FROM numbers WHERE id < {last})
         SELECT id, 'first', 0, 1 FROM numbers"
    );
    conn.batch_execute(&insert).unwrap();
}
