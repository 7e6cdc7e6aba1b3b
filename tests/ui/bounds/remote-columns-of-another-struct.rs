use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

mod other {
    pub struct Texts {
        pub title: &'static str,
    }

    pub struct Others {
        pub title: &'static str,
    }
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
#[concurrent(remote = other::Texts)]
struct TextsColumns {
    title: &'static str,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(embed)]
    #[concurrent(remote = TextsColumns)]
    texts: other::Others,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
