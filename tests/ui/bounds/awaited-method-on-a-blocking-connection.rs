use concurrency_diesel::asynchronous::prelude::*;
use diesel::prelude::{Queryable, Selectable};
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

async fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent(conn).await.unwrap();
    [article].save_all_concurrent(conn).await.unwrap();
}

async fn merge(mut article: Tracked<Article>, conn: &mut SqliteConnection) {
    article.save_merging(conn).await.unwrap();
}

fn main() {}
