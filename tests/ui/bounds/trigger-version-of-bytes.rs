use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> Binary, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version = TriggerVersionField)]
    version: Vec<u8>,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
