use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

mod other {
    pub struct Article {
        pub id: i64,
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(remote = other::Article)]
struct Article {
    id: i64,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
