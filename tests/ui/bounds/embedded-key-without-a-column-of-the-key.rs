use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts {
    title: &'static str,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    #[diesel(embed)]
    #[concurrent(key)]
    texts: Texts,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
