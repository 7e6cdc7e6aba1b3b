//! The article that is edited, and its table.

use std::fmt;

use concurrency_diesel::prelude::*;
use diesel::prelude::*;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Text,
        views -> Integer,
        version -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
pub(crate) struct Article {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) body: String,
    /// There is no question about it: both counted, so both counts are added.
    #[concurrent(merge = "sum")]
    pub(crate) views: i32,
    #[concurrent(version)]
    pub(crate) version: i64,
}

impl Article {
    /// A field that people write.
    pub(crate) fn text(&self, field: &str) -> Result<&str, String> {
        match field {
            "title" => Ok(&self.title),
            "body" => Ok(&self.body),
            _ => Err(format!("nobody can be asked about {field}")),
        }
    }

    pub(crate) fn text_mut(&mut self, field: &str) -> Result<&mut String, String> {
        match field {
            "title" => Ok(&mut self.title),
            "body" => Ok(&mut self.body),
            _ => Err(format!("nobody can be asked about {field}")),
        }
    }
}

impl fmt::Display for Article {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, body, views, version, .. } = self;
        write!(formatter, "  title: {title}\n  body: {body}\n  views: {views}\n  version: {version}")
    }
}

pub(crate) fn load(conn: &mut SqliteConnection) -> QueryResult<Article> {
    articles::table.find(1).select(Article::as_select()).first(conn)
}

pub(crate) fn create(conn: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query(
        "CREATE TABLE articles (
            id INTEGER PRIMARY KEY,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            views INTEGER NOT NULL,
            version BIGINT NOT NULL
        )",
    )
    .execute(conn)?;
    diesel::insert_into(articles::table)
        .values((
            articles::id.eq(1),
            articles::title.eq("Untitled"),
            articles::body.eq("Once upon a time"),
            articles::views.eq(0),
            articles::version.eq(Article::initial_version()),
        ))
        .execute(conn)?;
    Ok(())
}
