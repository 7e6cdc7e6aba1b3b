use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

struct Title(String);

impl From<Title> for String {
    fn from(title: Title) -> Self {
        title.0
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(serialize_as = String)]
    title: Title,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
