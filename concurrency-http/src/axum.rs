//! For axum: extractors, responses, and pages instead of problems.
//!
//! [`IfMatch`](crate::IfMatch) is an extractor that refuses a request without a version. `Option<IfMatch>` accepts such
//! a request. `Option<IfNoneMatch>` and [`Form`](crate::Form) are extractors, too. [`Problem`](crate::problem::Problem)
//! and the errors of this crate are responses. If a browser asks, [`ProblemPages`] turns them into pages.
//!
//! ```
//! use axum::extract::Path;
//! use axum::response::{IntoResponse, Response};
//! use axum::routing::put;
//! use axum::{Json, Router};
//! use concurrency_diesel::prelude::*;
//! use concurrency_http::IfMatch;
//! use concurrency_http::axum::Versioned;
//! use concurrency_http::problem::Problem;
//! # use diesel::prelude::*;
//! # diesel::table! { articles (id) { id -> BigInt, title -> Text, version -> BigInt, } }
//!
//! #[derive(Concurrent, Queryable, Selectable, serde::Serialize)]
//! struct Article {
//!     id: i64,
//!     title: String,
//!     #[concurrent(version)]
//!     version: i64,
//! }
//! # fn connection() -> SqliteConnection { unimplemented!() }
//!
//! async fn save(if_match: IfMatch, Path(id): Path<i64>, title: String) -> Result<Response, Problem> {
//!     let conn = &mut connection();
//!     let row = || articles::table.find(id).select(Article::as_select());
//!     let version = match if_match.version::<Article>() {
//!         Some(version) => version,
//!         // Several tags, or none that could be ours: the row says which one holds.
//!         None => {
//!             let current: Option<Article> = row().first(&mut connection()).optional().map_err(|error| Problem::precondition(&error.into()))?;
//!             let current = current.ok_or_else(|| Problem::missing(&concurrency_http::RecordId::new("articles", id)))?;
//!             if !if_match.matches(&current) {
//!                 return Err(Problem::modified(&current));
//!             }
//!             current.version
//!         }
//!     };
//!     let mut article = Article { id, title, version };
//!     article.save_concurrent(conn).map_err(|error| Problem::precondition(&error))?;
//!     Ok((Versioned(&article), Json(&article)).into_response()) // with its new ETag
//! }
//!
//! let service: Router = Router::new().route("/articles/{id}", put(save));
//! # let _ = service;
//! ```

mod accept;
mod answer;
mod extract;
mod pages;

pub use answer::Versioned;
pub use pages::{ProblemPages, ProblemPagesService};
