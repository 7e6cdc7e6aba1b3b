use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, views -> Integer, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: i64,
    views: f64,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
