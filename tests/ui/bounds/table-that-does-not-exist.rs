use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
