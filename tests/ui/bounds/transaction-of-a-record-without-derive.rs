//! Only the versions of records can be restored.

use concurrency_diesel::transaction_concurrent;
use diesel::prelude::*;
use diesel::result::Error;

struct Article;

fn main() {
    let conn = &mut SqliteConnection::establish(":memory:").unwrap();
    let mut article = Article;
    transaction_concurrent(conn, &mut article, |_, _| Ok::<_, Error>(())).unwrap();
}
