//! Articles over HTTP. `GET` returns the article, with the version as its ETag. `PUT` and `DELETE` name in `If-Match`
//! the version that the client saw. If the row has another version, they are refused.

mod answer;
pub mod database;
mod shown;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_http::axum::Versioned;
use concurrency_http::{IfMatch, IfNoneMatch, Problem, RecordId};
use diesel::prelude::{OptionalExtension as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde::{Deserialize, Serialize};

use answer::Failure;
use database::{Connection, Pool};
use shown::Shown;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Text,
        version -> BigInt,
    }
}

/// An article as clients see it. Its version is the ETag.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Concurrent)]
pub struct Article {
    id: i64,
    title: String,
    body: String,
    #[concurrent(version)]
    version: i64,
}

/// The article that a client sends.
#[derive(Debug, Deserialize)]
struct Edit {
    title: String,
    body: String,
}

#[derive(Clone)]
struct Service {
    pool: Pool,
    shown: Arc<Shown>,
}

/// The service.
pub fn router(pool: Pool) -> Router {
    let service = Service { pool, shown: Arc::default() };
    Router::new().route("/articles/{id}", get(show).put(save).delete(delete)).with_state(service)
}

/// Here each change of an article advances its version, so 304 is enough for a client that has this version.
async fn show(
    State(service): State<Service>,
    Id(id): Id,
    if_none_match: Option<IfNoneMatch>,
) -> Result<Response, Failure> {
    let mut conn = service.pool.get().await?;
    let article = find(id, &mut conn).await?;
    if if_none_match.is_some_and(|tags| tags.matches(&article)) {
        return Ok((StatusCode::NOT_MODIFIED, Versioned(&article)).into_response());
    }
    service.shown.remember(&article);
    Ok((Versioned(&article), Json(&article)).into_response())
}

/// If the client names one version, nothing is read first: a save needs no more.
async fn save(
    State(service): State<Service>,
    Id(id): Id,
    if_match: IfMatch,
    Json(Edit { title, body }): Json<Edit>,
) -> Result<Response, Failure> {
    if let Some((field, _)) = [("title", &title), ("body", &body)].into_iter().find(|(_, text)| text.contains('\0')) {
        return Err(Problem::unstorable(field).into());
    }
    let mut conn = service.pool.get().await?;
    let version = version(&if_match, id, &mut conn).await?;
    let mut article = Article { id, title, body, version };
    match article.save_concurrent(&mut conn).await {
        Ok(()) => {
            service.shown.remember(&article);
            Ok((Versioned(&article), Json(&article)).into_response())
        }
        Err(error) if matches!(error, ConcurrencyError::RecordModified(_)) => {
            let current = find(id, &mut conn).await?;
            let before = service.shown.at(id, version);
            Err(answer::refused(&error, article, before, &current).into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn delete(State(service): State<Service>, Id(id): Id, if_match: IfMatch) -> Result<StatusCode, Failure> {
    let mut conn = service.pool.get().await?;
    let version = version(&if_match, id, &mut conn).await?;
    let article = Article { id, title: String::new(), body: String::new(), version };
    article.delete_concurrent(&mut conn).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The version to write over: the one that the client names, or if it names several, the row's.
async fn version(if_match: &IfMatch, id: i64, conn: &mut Connection) -> Result<i64, Failure> {
    if let Some(version) = if_match.version::<Article>() {
        return Ok(version);
    }
    let current = find(id, conn).await?;
    if if_match.matches(&current) { Ok(current.version) } else { Err(Problem::modified(&current).into()) }
}

async fn find(id: i64, conn: &mut Connection) -> Result<Article, Failure> {
    let article = articles::table.find(id).select(Article::as_select()).first(conn).await.optional()?;
    article.ok_or_else(|| Problem::missing(&RecordId::new("articles", id)).into())
}

/// The id in the address. An article has one address: `01` and `+1` are not addresses.
struct Id(i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = |key: &str| Problem::missing(&RecordId::new("articles", key));
        // A path that is not UTF-8 has no text.
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| missing("?"))?;
        text.parse().ok().filter(|id: &i64| id.to_string() == text).map(Self).ok_or_else(|| missing(&text))
    }
}
