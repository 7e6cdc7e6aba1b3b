use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
#[concurrent(remote)]
struct TitleColumns {
    title: String,
}


fn main() {}
