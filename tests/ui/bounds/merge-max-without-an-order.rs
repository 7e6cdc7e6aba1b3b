use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Clone, PartialEq)]
struct Title(&'static str);

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[concurrent(merge = "max")]
    title: Title,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
