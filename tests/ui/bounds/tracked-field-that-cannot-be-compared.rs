use concurrency_diesel::Tracked;
use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Clone)]
struct Title(&'static str);

impl From<Title> for String {
    fn from(title: Title) -> Self {
        title.0.to_owned()
    }
}

#[derive(Clone, Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(serialize_as = String)]
    title: Title,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    // Whoever does not track it may save it.
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
    let mut tracked = Tracked::new(article);
    tracked.save_concurrent::<SqliteConnection>(conn).unwrap();
}


fn main() {}
