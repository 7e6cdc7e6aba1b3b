use concurrency_diesel::ConcurrentOn;
use diesel::sqlite::Sqlite;

struct Article {
    id: i64,
    version: i64,
}

fn save_later<T: ConcurrentOn<Sqlite>>(_record: T) {}

fn save(article: Article) {
    save_later(article);
}

fn main() {}
