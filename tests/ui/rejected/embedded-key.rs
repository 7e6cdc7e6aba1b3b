use concurrency_diesel::ConcurrentColumns;
use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct ArticleId {
    id: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    #[diesel(embed)]
    id: ArticleId,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn main() {}
