use concurrency_diesel::Tracked;
use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Clone, PartialEq, Concurrent)]
#[diesel(table_name = articles)]
struct Article<T> {
    id: i64,
    #[concurrent(merge = "sum")]
    title: T,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Tracked<Article<&'static str>>, conn: &mut SqliteConnection) {
    article.save_merging(conn).unwrap();
}


fn main() {}
