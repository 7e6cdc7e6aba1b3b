use concurrency_diesel::prelude::*;
use concurrency_diesel::triggers;
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version = IntegerVersionField)]
    version: i64,
}

fn create(conn: &mut SqliteConnection) {
    triggers::create::<Article, SqliteConnection>(conn).unwrap();
}

fn main() {}
