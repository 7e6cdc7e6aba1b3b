use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
#[diesel(primary_key(shop))]
#[concurrent(check_fields(titel, title), cheap)]
#[concurrent(trigger_name = "articles_version")]
struct Article {
    id: i64,
    #[diesel(treat_none_as_null = false)]
    title: String,
    #[diesel(column_name = title)]
    heading: String,
    #[concurrent(version)]
    version: i64,
    #[concurrent(version, step = 2)]
    #[diesel(skip_update)]
    revision: i64,
}

fn main() {}
