use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, views -> Integer, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[concurrent(merge = "text")]
    views: i32,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
