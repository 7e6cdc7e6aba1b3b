use concurrency_diesel::prelude::*;

diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }

#[derive(ConcurrentColumns)]
#[diesel(table_name = articles)]
struct Texts {
    title: String,
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[diesel(embed)]
    texts: Texts,
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
