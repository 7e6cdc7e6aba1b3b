use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

mod other {
    pub struct Texts {
        pub title: &'static str,
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(embed)]
    texts: other::Texts,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
