use concurrency_diesel::prelude::*;
use diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Article<'a> {
    id: i64,
    title: &'a str,
    #[concurrent(version)]
    version: i64,
}

fn current<'a>(article: &Article<'a>, conn: &mut SqliteConnection) -> Option<Article<'a>> {
    article.current(conn).unwrap()
}

fn main() {}
