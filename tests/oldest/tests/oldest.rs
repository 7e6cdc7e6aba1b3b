//! The main job, built with the oldest versions that the manifests allow.

use concurrency_diesel::prelude::*;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

diesel::table! {
    articles {
        id -> Integer,
        title -> Text,
        version -> BigInt,
    }
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Identifiable, AsChangeset, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i32,
    title: String,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_stale_save_is_refused() {
    let conn = &mut SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, version BIGINT NOT NULL DEFAULT 1);
         INSERT INTO articles (title) VALUES ('first')",
    )
    .unwrap();
    let mut mine: Article = articles::table.find(1).select(Article::as_select()).first(conn).unwrap();
    let mut theirs = mine.clone();
    theirs.title = "theirs".to_owned();
    theirs.save_concurrent(conn).unwrap();

    assert_eq!(concurrency_http::etag(&theirs), "\"2\"");
    mine.title = "mine".to_owned();
    match mine.save_concurrent(conn).unwrap_err() {
        ConcurrencyError::RecordModified(conflict) => assert_eq!(conflict.to_string().matches("found 2").count(), 1),
        error => panic!("{error}"),
    }
    assert_eq!(mine.version, 1);
    assert_eq!(articles::table.find(1).select(Article::as_select()).first(conn), Ok(theirs));
}
