use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Key {
    id: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    #[diesel(embed)]
    #[concurrent(key)]
    key: Key,
    #[diesel(embed)]
    #[concurrent(key)]
    other: Key,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
