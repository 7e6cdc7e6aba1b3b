use concurrency_diesel::ConcurrentColumns;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
#[concurrent(check_fields(title), record_name = "texts")]
struct Texts {
    title: String,
}

fn main() {}
