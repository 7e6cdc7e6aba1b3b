use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

fn longer(_base: &str, mine: &str, theirs: &str) -> Option<&'static str> {
    let _ = (mine, theirs);
    None
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[concurrent(merge = longer)]
    title: &'static str,
    #[concurrent(version)]
    version: i64,
}


fn main() {}
