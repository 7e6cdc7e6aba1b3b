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
}

async fn save_all(mut articles: Vec<Article>, conn: &mut SqliteConnection) {
    articles.save_all_concurrent(conn).await.unwrap();
}

async fn merge(mut article: Tracked<Article>, conn: &mut SqliteConnection) {
    article.save_merging(conn).await.unwrap();
}

async fn in_a_transaction(mut article: Article, conn: &mut SqliteConnection) {
    transaction_concurrent(conn, &mut article, async |_, _| Ok::<_, ConcurrencyError>(())).await.unwrap();
}

async fn again(conn: &mut SqliteConnection) {
    retry_on_conflict(conn, &RetryPolicy::default(), async |_| Ok::<_, ConcurrencyError>(())).await.unwrap();
}

fn main() {}
