use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Key {
    id: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = articles, primary_key(id))]
struct Article {
    #[diesel(embed)]
    #[concurrent(key)]
    key: Key,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
