use concurrency_diesel::prelude::*;
use concurrency_diesel::{VersionField, VersionValue};

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

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
    version: i64,
}

fn main() {
    let _ = Article::initial_version();
}
