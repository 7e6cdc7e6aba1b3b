use concurrency_diesel::prelude::*;

diesel::table! {
    articles (id) {
        id -> BigInt,
        #[sql_name = "version"]
        title -> Text,
        version -> BigInt,
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: i64,
}

fn save(article: &mut Article, conn: &mut diesel::SqliteConnection) {
    article.save_concurrent(conn).unwrap();
}

fn main() {
    let save: fn(_, _) = save;
    std::hint::black_box(save);
}
