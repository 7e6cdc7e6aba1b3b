use concurrency_diesel::ConcurrentColumns;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts {
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn main() {}
