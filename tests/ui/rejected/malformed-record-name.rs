use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(record_name = old_articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn main() {}
