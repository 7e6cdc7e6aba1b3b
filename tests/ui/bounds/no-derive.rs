use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

struct Article {
    id: i64,
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
