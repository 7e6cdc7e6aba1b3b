//! Reads articles.

use diesel::prelude::{OptionalExtension as _, QueryDsl as _, SelectableHelper as _};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl as _;

use crate::article::{Article, articles};
use crate::database::Connection;

pub(crate) async fn find(id: i64, conn: &mut Connection) -> QueryResult<Option<Article>> {
    articles::table.find(id).select(Article::as_select()).first(conn).await.optional()
}

pub(crate) async fn all(conn: &mut Connection) -> QueryResult<Vec<Article>> {
    articles::table.order(articles::id).select(Article::as_select()).load(conn).await
}

/// Whether an article with this id ever existed. SQLite stores the greatest key that it used.
pub(crate) async fn was_there(id: i64, conn: &mut Connection) -> QueryResult<bool> {
    let last: Option<Last> = diesel::sql_query("SELECT seq FROM sqlite_sequence WHERE name = 'articles'")
        .get_result(conn)
        .await
        .optional()?;
    Ok(id > 0 && last.is_some_and(|last| id <= last.seq))
}

#[derive(diesel::QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}
