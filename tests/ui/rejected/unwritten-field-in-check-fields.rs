use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, created -> BigInt, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(check_fields(title, created))]
struct Article {
    id: i64,
    title: String,
    #[diesel(skip_update)]
    created: i64,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

fn main() {}
