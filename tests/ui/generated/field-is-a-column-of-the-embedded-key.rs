use concurrency_diesel::prelude::*;
use diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Key {
    id: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    #[diesel(embed)]
    #[concurrent(key)]
    key: Key,
    id: i64,
    #[concurrent(version)]
    version: i64,
}

fn main() {
    let mut article = Article { key: Key { id: 1 }, id: 2, version: 1 };
    let conn: &mut SqliteConnection = &mut SqliteConnection::establish(":memory:").unwrap();
    article.save_concurrent(conn).unwrap();
}
