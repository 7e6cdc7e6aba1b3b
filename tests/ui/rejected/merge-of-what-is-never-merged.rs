use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts {
    #[concurrent(merge = "mine")]
    #[diesel(skip_update)]
    title: String,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    #[concurrent(merge = "mine")]
    id: i64,
    #[diesel(embed)]
    #[concurrent(merge = "mine")]
    texts: Texts,
    #[concurrent(version, merge = "max")]
    version: i64,
}


fn main() {}
