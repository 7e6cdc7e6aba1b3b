//! Refusals that only PostgreSQL has, and what is left of a refused transaction.

use crate::library::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{Database, TestConnection};
use crate::suite::begin::transaction_sql;
use crate::suite::fixtures::{article, insert_article, with_article};
use crate::suite::isolation::deadlock::assert_restart;
use crate::suite::isolation::{Session, Step};
use crate::suite::models::{Article, articles};

/// Each reads both rows and writes one: no row is written twice, so both saves are fine and one COMMIT is not.
#[test]
fn a_write_skew_is_refused_at_the_commit() {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let other = &mut database.connect();
    let mut records = (article(1, conn), article(2, conn));

    let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
    let committed = transaction_sql(begin, other, |other| {
        read_all(other)?;
        let committed = transaction_sql(begin, conn, |conn| {
            read_all(conn)?;
            records.0.save_concurrent(conn)
        });
        committed.unwrap();
        records.1.save_concurrent(other)
    });
    assert_restart(&committed.unwrap_err(), "could not serialize access due to read/write dependencies");
    assert_eq!((article(1, conn).version, article(2, conn).version), (2, 1));
}

fn read_all(connection: &mut TestConnection) -> Result<Vec<i64>, ConcurrencyError> {
    Ok(articles::table.select(articles::version).load(connection)?)
}

#[test]
fn a_row_that_moved_to_another_partition_is_refused_at_read_committed() {
    let database = &Database::new();
    let conn = &mut database.connect();
    conn.batch_execute(
        "DROP TABLE articles;
         CREATE TABLE articles (id BIGINT, title TEXT NOT NULL, body TEXT, views INTEGER NOT NULL, version BIGINT NOT NULL)
             PARTITION BY LIST (views);
         CREATE TABLE articles_0 PARTITION OF articles FOR VALUES IN (0);
         CREATE TABLE articles_1 PARTITION OF articles FOR VALUES IN (1)",
    )
    .unwrap();
    insert_article(1, 1, conn);
    let record = article(1, conn);
    let mut moved = Article { views: 1, ..record.clone() };
    let mut session = Session::start(database.connect(), "BEGIN", record);
    conn.transaction(|conn| {
        moved.save_concurrent(conn)?;
        session.send([Step::Save]);
        session.finish_or_wait(&mut database.connect());
        assert!(session.has_waited());
        Ok::<_, ConcurrencyError>(())
    })
    .unwrap();
    let part = session.end();
    assert_restart(&part.result.unwrap_err(), "tuple to be locked was already moved to another partition");
    assert_eq!(article(1, conn), moved);
}

/// The reason why a refused transaction must end in an error: a COMMIT of a transaction that PostgreSQL has aborted
/// returns Ok and writes nothing.
#[test]
fn after_a_swallowed_restart_nothing_more_is_written() {
    let (database, conn) = &mut with_article();
    insert_article(2, 1, conn);
    let other = &mut database.connect();
    let (mut saved, mut refused) = (article(1, conn), article(2, conn));

    transaction_sql("BEGIN ISOLATION LEVEL REPEATABLE READ", conn, |conn| {
        saved.save_concurrent(conn)?;
        article(2, other).save_concurrent(other)?;
        assert_restart(&refused.save_concurrent(conn).unwrap_err(), "could not serialize access");
        let error = saved.save_concurrent(conn).unwrap_err();
        assert!(
            matches!(
                &error,
                ConcurrencyError::Database(DieselError::DatabaseError(DatabaseErrorKind::Unknown, said))
                    if said.message().starts_with("current transaction is aborted")
            ),
            "{error:?}"
        );
        Ok(())
    })
    .unwrap();
    assert_eq!(refused.version, 1);
    assert_eq!((article(1, conn).version, article(2, conn).version), (1, 2));
}
