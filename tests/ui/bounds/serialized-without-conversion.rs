use concurrency_diesel::prelude::*;
use diesel::SqliteConnection;
use diesel::serialize::{Output, Result, ToSql};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Clone)]
struct Title(String);

#[derive(Debug)]
struct Stored(String);

impl ToSql<Text, Sqlite> for Stored {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> Result {
        <String as ToSql<Text, Sqlite>>::to_sql(&self.0, out)
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(serialize_as = Stored)]
    title: Title,
    #[concurrent(version)]
    version: i64,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
