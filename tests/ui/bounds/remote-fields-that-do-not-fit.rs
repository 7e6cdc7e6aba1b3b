use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Integer, note -> Integer, version -> BigInt, } }

mod other {
    pub struct Texts {
        pub title: i32,
        note: i32,
    }
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
#[concurrent(remote = other::Texts)]
struct TextsColumns {
    title: i64,
    note: i32,
    #[diesel(column_name = version)]
    missing: i64,
}


fn main() {}
