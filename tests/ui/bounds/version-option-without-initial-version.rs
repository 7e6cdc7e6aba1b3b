use concurrency_diesel::prelude::*;
use concurrency_diesel::{VersionField, VersionValue};
use diesel::SqliteConnection;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> Nullable<BigInt>, } }

struct Tens;

impl VersionField<i64> for Tens {
    fn next(current: &i64) -> Option<i64> {
        current.checked_add(10)
    }

    fn value(version: &i64) -> VersionValue {
        VersionValue::from(*version)
    }

    fn from_value(value: &VersionValue) -> Option<i64> {
        value.integer()
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version = Tens)]
    version: Option<i64>,
}

fn save(mut article: Article, conn: &mut SqliteConnection) {
    article.save_concurrent::<SqliteConnection>(conn).unwrap();
}

fn main() {}
