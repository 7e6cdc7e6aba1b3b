// What the examples of this crate start from: one article, in memory. Included by them, hidden from their readers.
use concurrency_diesel::prelude::*;
use diesel::prelude::*;

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

#[allow(dead_code)]
fn connection() -> SqliteConnection {
    use diesel::connection::SimpleConnection;
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .batch_execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, views INTEGER NOT NULL, version BIGINT NOT NULL);
             INSERT INTO articles VALUES (1, 'first', 0, 1);",
        )
        .unwrap();
    connection
}

/// Two copies of article 1, as two people load it.
#[allow(dead_code)]
fn two_copies(conn: &mut SqliteConnection) -> (Article, Article) {
    let article: Article = articles::table.find(1).select(Article::as_select()).first(conn).unwrap();
    (article.clone(), article)
}
