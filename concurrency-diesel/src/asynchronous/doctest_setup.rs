// What the examples of this module start from: one article, in memory. Included by them, hidden from their readers.
use concurrency_diesel::asynchronous::prelude::*;
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _};

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        views -> Integer,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    views: i32,
    #[concurrent(version)]
    version: i64,
}

type Connection = SyncConnectionWrapper<SqliteConnection>;

#[allow(dead_code)]
async fn connection() -> Connection {
    use diesel_async::SimpleAsyncConnection as _;
    let mut connection = Connection::establish(":memory:").await.unwrap();
    connection
        .batch_execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, views INTEGER NOT NULL, version BIGINT NOT NULL);
             INSERT INTO articles VALUES (1, 'first', 0, 1);",
        )
        .await
        .unwrap();
    connection
}

/// Two copies of article 1, as two people load it.
#[allow(dead_code)]
async fn two_copies(conn: &mut Connection) -> (Article, Article) {
    let article: Article = articles::table.find(1).select(Article::as_select()).first(conn).await.unwrap();
    (article.clone(), article)
}
