use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Clone)]
struct ArticleId(i64);

impl From<ArticleId> for i64 {
    fn from(id: ArticleId) -> Self {
        id.0
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    #[diesel(serialize_as = i64)]
    id: ArticleId,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
