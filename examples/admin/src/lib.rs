//! Articles that several people edit at once. No edit overwrites a state that its author did not see, and no one loses
//! what they typed.
//!
//! The program sends the version of a row in a form, signed, and the edit brings it back. `list` and `actions` are the
//! page of all articles, `refused` is the same page after a refusal, `edit` and `resolve` are that of one article, and
//! `lock` shows who is editing it. `pages` has the HTML.

mod actions;
mod answer;
mod article;
pub mod database;
mod difference;
mod edit;
mod list;
mod lock;
mod pages;
mod refused;
mod request;
mod resolve;
mod rows;
mod sent;
mod session;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use concurrency_http::axum::ProblemPages;
use concurrency_http::{Keys, Tokens};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use database::Pool;

/// The state that every handler needs.
#[derive(Clone)]
pub struct App {
    pool: Pool,
    tokens: Arc<Tokens<Keys>>,
    lock: Duration,
}

impl App {
    /// Signs versions with these keys. An edit lock lasts as long as `lock`.
    #[must_use]
    pub fn new(pool: Pool, keys: Keys, lock: Duration) -> Self {
        Self { pool, tokens: Arc::new(Tokens::new(keys)), lock }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("App").field("lock", &self.lock).finish_non_exhaustive()
    }
}

/// The service.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to("/articles")))
        .route("/sign-in", post(session::sign_in))
        .route("/articles", get(list::show).post(list::save))
        .route("/articles/actions", post(actions::run))
        .route("/articles/{id}", get(edit::show).post(edit::save))
        .route("/articles/{id}/lock", post(lock::beat))
        .route("/articles/{id}/unlock", post(lock::release))
        .route("/articles/{id}/take-over", post(lock::take_over))
        .route("/articles/{id}/elsewhere", post(edit::elsewhere))
        .route("/style.css", get(async || asset("text/css; charset=utf-8", include_str!("../assets/style.css"))))
        .route(
            "/editing.js",
            get(async || asset("text/javascript; charset=utf-8", include_str!("../assets/editing.js"))),
        )
        .fallback(async || answer::unknown())
        .with_state(app)
        .layer(ProblemPages::new(answer::problem_page))
        // Tokens do not protect against requests that another site sends in a person's name.
        .layer(CsrfLayer::new().with_rejection_response(|_: ProtectionError| answer::foreign_origin()))
        .layer(map_response(with_headers))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type)], text).into_response()
}

/// `no-cache`, and not `no-store`. With `no-store`, a browser that goes back loads the form again and fills the old
/// text in beside a new token.
async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    );
    response
}

/// A 303 to one of our pages.
fn see(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(axum::http::header::LOCATION, address)]).into_response()
}
