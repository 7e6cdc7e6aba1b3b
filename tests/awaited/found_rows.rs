//! A connection built by hand from mysql_async's may lack CLIENT_FOUND_ROWS: an UPDATE then counts the rows that it changed and
//! not those that it found. A save that changes nothing must not be taken for a conflict there, nor for suppressed.

use concurrency_diesel::asynchronous::prelude::*;
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::{AsyncMysqlConnection, RunQueryDsl as _};
use mysql_async::{Conn, Opts, OptsBuilder};

use super::awaited::fixtures::{article, with_articles};
use crate::engine::Database;
use crate::library::run;
use crate::suite::core::{assert_deleted, assert_modified};
use crate::suite::models::{Article, articles};

/// An article whose version moves only with its title.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(check_fields(title))]
struct Titled {
    id: i64,
    title: String,
    views: i32,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

async fn counting_changes(database: &Database) -> AsyncMysqlConnection {
    let options = OptsBuilder::from_opts(Opts::from_url(&database.url()).unwrap()).client_found_rows(false);
    let mut conn = AsyncMysqlConnection::try_from(Conn::new(options).await.unwrap()).await.unwrap();
    // The point of the test: the row is found, but not counted.
    let rows = diesel::update(articles::table.find(1)).set(articles::views.eq(0)).execute(&mut conn).await.unwrap();
    assert_eq!(rows, 0);
    conn
}

async fn titled(conn: &mut AsyncMysqlConnection) -> Titled {
    articles::table.find(1).select(Titled::as_select()).first(conn).await.unwrap()
}

#[test]
fn a_save_that_changes_nothing_else_still_moves_the_version() {
    let (database, _) = with_articles(1);
    run(async {
        let conn = &mut counting_changes(&database).await;
        let mut record = article(1, conn).await;
        let stale = record.clone();
        record.save_concurrent(conn).await.unwrap();
        record.save_unchecked(conn).await.unwrap();
        record.touch_concurrent(conn).await.unwrap();
        assert_eq!(record.version, 4);
        assert_eq!(record.update_concurrent(articles::views.eq(0), conn).await.unwrap(), 5);
        assert_eq!(article(1, conn).await, Article { version: 5, ..record });
        assert_modified(&stale.clone().save_concurrent(conn).await.unwrap_err(), 1, 5);
        assert_modified(&stale.delete_concurrent(conn).await.unwrap_err(), 1, 5);
        article(1, conn).await.delete_concurrent(conn).await.unwrap();
        assert_deleted(&stale.clone().save_concurrent(conn).await.unwrap_err(), 1);
    });
}

#[test]
fn a_save_that_leaves_everything_as_it_is_is_written() {
    let (database, _) = with_articles(1);
    run(async {
        let conn = &mut counting_changes(&database).await;
        let mut record = article(1, conn).await;
        let mut stale = record.clone();
        for body in [Some("text"), None, None] {
            record.body = body.map(str::to_owned);
            record.save_without_increment(conn).await.unwrap();
            assert_eq!(record.version, 1);
            assert_eq!(article(1, conn).await, record);
        }
        record.save_concurrent(conn).await.unwrap();
        assert_modified(&stale.save_without_increment(conn).await.unwrap_err(), 1, 2);
        record.delete_concurrent(conn).await.unwrap();
        assert_deleted(&stale.save_without_increment(conn).await.unwrap_err(), 1);
    });
}

#[test]
fn a_conditional_save_that_changes_nothing_is_written_and_the_version_stays() {
    let (database, _) = with_articles(1);
    run(async {
        let conn = &mut counting_changes(&database).await;
        let mut record = titled(conn).await;
        let mut stale = record.clone();
        for (views, title, version) in
            [(0, "first", 1), (7, "first", 1), (7, "first", 1), (7, "FIRST", 2), (7, "FIRST", 2)]
        {
            record.views = views;
            record.title = title.to_owned();
            record.save_concurrent(conn).await.unwrap();
            assert_eq!(record.version, version);
            assert_eq!(titled(conn).await, record);
        }
        assert_modified(&stale.save_concurrent(conn).await.unwrap_err(), 1, 2);

        let mut tracked = Tracked::new(titled(conn).await);
        tracked.views = 8;
        tracked.save_concurrent(conn).await.unwrap();
        // The row already has what the save writes.
        let mut tracked = Tracked::new(Titled { views: 0, ..titled(conn).await });
        tracked.views = 8;
        tracked.save_concurrent(conn).await.unwrap();
        assert_eq!(*tracked, titled(conn).await);

        record.delete_concurrent(conn).await.unwrap();
        assert_deleted(&stale.save_concurrent(conn).await.unwrap_err(), 1);
    });
}
