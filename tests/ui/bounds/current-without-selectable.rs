use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn current(article: &Article, conn: &mut SqliteConnection) -> Option<Article> {
    article.current(conn).unwrap()
}

fn main() {}
