use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(check_fields(titel))]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

fn main() {}
