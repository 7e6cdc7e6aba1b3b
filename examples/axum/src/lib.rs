//! Articles over HTTP. `GET` answers with the article and, as its ETag, the version; `PUT` names in `If-Match` the version that was
//! edited, and is told what changed where that is no longer the row's.

mod answer;
pub mod database;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use concurrency_diesel::asynchronous::prelude::*;
use diesel::prelude::{OptionalExtension as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde::{Deserialize, Serialize};

use answer::{Answer, Failure};
use database::Pool;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Text,
        version -> BigInt,
    }
}

/// An article as clients see it; the version travels as its ETag.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Concurrent)]
pub struct Article {
    id: i64,
    title: String,
    body: String,
    #[concurrent(version)]
    version: i64,
}

/// What a client sends: the article as it should be.
#[derive(Debug, Deserialize)]
struct Edit {
    title: String,
    body: String,
}

/// The service.
pub fn router(pool: Pool) -> Router {
    Router::new().route("/articles/{id}", get(show).put(save)).with_state(pool)
}

async fn show(State(pool): State<Pool>, Path(id): Path<i64>) -> Result<Answer, Failure> {
    let mut conn = pool.get().await?;
    let article = articles::table.find(id).select(Article::as_select()).first(&mut conn).await.optional()?;
    article.map(Answer::Found).ok_or(Failure::NotFound)
}

/// Reads nothing first: the version that the client has seen is all that a save needs.
async fn save(
    State(pool): State<Pool>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    Json(Edit { title, body }): Json<Edit>,
) -> Result<Answer, Failure> {
    let version = answer::version_in(&headers)?;
    let mut conn = pool.get().await?;
    let mut article = Article { id, title, body, version };
    match article.save_concurrent(&mut conn).await {
        Ok(()) => Ok(Answer::Found(article)),
        Err(ConcurrencyError::RecordDeleted(_)) => Err(Failure::NotFound),
        Err(ConcurrencyError::RecordModified(_)) => {
            let current = article.current(&mut conn).await?.ok_or(Failure::NotFound)?;
            let changed = Tracked::new(article).diff(&current);
            Ok(Answer::Conflict { current, changed })
        }
        Err(error) => Err(error.into()),
    }
}
