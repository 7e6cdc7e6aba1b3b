//! Articles on connections of diesel-async, without the wrapper that the suite has around them.

use std::sync::Arc;

use diesel::prelude::{QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;

use crate::AsyncConnection;
use crate::engine::Database;
use crate::suite::fixtures::insert_article;
use crate::suite::models::{Article, articles};

/// A database with articles 1, 2, … at version 1, and a connection to it.
pub fn with_articles(count: i64) -> (Arc<Database>, AsyncConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    for id in 1..=count {
        insert_article(id, 1, &mut connection);
    }
    (Arc::new(database), connection.into_inner())
}

/// One more connection.
pub fn connect(database: &Database) -> AsyncConnection {
    database.connect().into_inner()
}

/// The row as Diesel reads it.
pub async fn article(id: i64, conn: &mut AsyncConnection) -> Article {
    articles::table.find(id).select(Article::as_select()).first(conn).await.unwrap()
}
