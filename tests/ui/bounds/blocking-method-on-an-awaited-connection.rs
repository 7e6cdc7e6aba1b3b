use concurrency_diesel::prelude::*;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::AsyncConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn save<C: AsyncConnection<Backend = Sqlite>>(mut article: Article, conn: &mut C) {
    article.save_concurrent(conn).unwrap();
}

fn save_all<C: AsyncConnection<Backend = Sqlite>>(mut articles: Vec<Article>, conn: &mut C) {
    articles.save_all_concurrent(conn).unwrap();
}

fn merge<C: AsyncConnection<Backend = Sqlite>>(mut article: Tracked<Article>, conn: &mut C) {
    article.save_merging(conn).unwrap();
}

fn in_a_transaction<C: AsyncConnection<Backend = Sqlite>>(mut article: Article, conn: &mut C) {
    transaction_concurrent(conn, &mut article, |_, _| Ok::<_, ConcurrencyError>(())).unwrap();
}

fn again<C: AsyncConnection<Backend = Sqlite>>(conn: &mut C) {
    retry_on_conflict(conn, &RetryPolicy::default(), |_| Ok::<_, ConcurrencyError>(())).unwrap();
}

fn main() {}
