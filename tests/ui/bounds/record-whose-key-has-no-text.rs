use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> Double, title -> Text, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: f64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn name(article: &Article) -> String {
    article.record_id().to_string()
}

fn main() {}
