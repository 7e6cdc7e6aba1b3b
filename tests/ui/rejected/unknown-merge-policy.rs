use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[concurrent(merge = "average")]
    title: String,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
