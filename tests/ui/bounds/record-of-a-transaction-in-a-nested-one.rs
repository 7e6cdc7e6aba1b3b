use concurrency_diesel::prelude::*;
use diesel::prelude::*;

diesel::table! {
    articles (id) {
        id -> BigInt,
        version -> BigInt,
    }
}

#[derive(Concurrent)]
#[diesel(table_name = articles)]
struct Article {
    id: i64,
    #[concurrent(version)]
    version: i64,
}

fn nest(article: &mut Article, conn: &mut SqliteConnection) -> Result<(), ConcurrencyError> {
    transaction_concurrent(conn, article, |conn, article| {
        transaction_concurrent(conn, article, |conn, article| article.save_concurrent(conn))
    })
}

fn main() {}
