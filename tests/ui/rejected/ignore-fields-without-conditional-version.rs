use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, body -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(body))]
struct Article {
    id: i64,
    title: String,
    body: String,
    #[concurrent(version)]
    version: i64,
}

fn main() {}
