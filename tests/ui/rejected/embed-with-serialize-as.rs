use concurrency_diesel::ConcurrentColumns;
use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts {
    title: String,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(embed, serialize_as = String)]
    texts: Texts,
    #[concurrent(version)]
    version: i64,
}

fn main() {}
