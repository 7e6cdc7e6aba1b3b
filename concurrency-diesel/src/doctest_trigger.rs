// What the examples of `triggers` start from: one article with a trigger version, in memory, and no trigger yet.
use concurrency_diesel::prelude::*;
use diesel::prelude::*;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version = TriggerVersionField)]
    version: i64,
}

#[allow(dead_code)]
fn connection() -> SqliteConnection {
    use diesel::connection::SimpleConnection;
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .batch_execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, version BIGINT NOT NULL DEFAULT 1);
             INSERT INTO articles VALUES (1, 'first', 1);",
        )
        .unwrap();
    connection
}
