//! `ProblemPages`: your page instead of a problem's JSON, if a browser asks.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_core::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, ETAG, RETRY_AFTER, VARY};
use http::request::Parts;
use http::{Extensions, HeaderValue, Request, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::accept::prefers_html;
use crate::problem::Problem;

/// A layer that shows your own page if a response has a [`Problem`] and the request's `Accept` prefers `text/html` to
/// JSON.
///
/// The page gets the problem, the request without its body, and the extensions of the response. In these, a handler can
/// pass on what the page should show. The page keeps the problem's status, its `ETag` and its `Retry-After`. Both
/// responses have `Vary: accept`. The request body is gone, so a page that keeps what was typed must come from the
/// handler itself.
///
/// ```
/// use axum::Router;
/// use axum::http::{Extensions, request::Parts};
/// use axum::response::{Html, IntoResponse, Response};
/// use axum::routing::put;
/// use concurrency_http::axum::ProblemPages;
/// use concurrency_http::problem::Problem;
/// use concurrency_http::IfMatch;
///
/// fn page(problem: &Problem, _request: &Parts, _extensions: &Extensions) -> Response {
///     // Escape what comes from outside: `maud` and `askama` do.
///     Html(format!("<h1>{}</h1>", problem.title())).into_response()
/// }
///
/// async fn save(if_match: IfMatch) {}
///
/// let service: Router = Router::new().route("/articles/{id}", put(save)).layer(ProblemPages::new(page));
/// # let _ = service;
/// ```
pub struct ProblemPages<F> {
    page: Arc<F>,
}

impl<F> ProblemPages<F> {
    /// A layer whose pages this function makes.
    #[must_use]
    pub fn new<R>(page: F) -> Self
    where
        F: Fn(&Problem, &Parts, &Extensions) -> R,
        R: IntoResponse,
    {
        Self { page: Arc::new(page) }
    }
}

impl<F> Clone for ProblemPages<F> {
    fn clone(&self) -> Self {
        Self { page: Arc::clone(&self.page) }
    }
}

impl<F> fmt::Debug for ProblemPages<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProblemPages").finish_non_exhaustive()
    }
}

impl<S, F> Layer<S> for ProblemPages<F> {
    type Service = ProblemPagesService<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        ProblemPagesService { inner, page: Arc::clone(&self.page) }
    }
}

/// The service that [`ProblemPages`] wraps around another one.
pub struct ProblemPagesService<S, F> {
    inner: S,
    page: Arc<F>,
}

impl<S: Clone, F> Clone for ProblemPagesService<S, F> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), page: Arc::clone(&self.page) }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for ProblemPagesService<S, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProblemPagesService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, F, R, B> Service<Request<B>> for ProblemPagesService<S, F>
where
    S: Service<Request<B>, Response = Response, Future: Send + 'static>,
    F: Fn(&Problem, &Parts, &Extensions) -> R + Send + Sync + 'static,
    R: IntoResponse,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        // Only a request for a page pays for the copy.
        let wanted = prefers_html(&parts.headers).then(|| parts.clone());
        let answer = self.inner.call(Request::from_parts(parts, body));
        let page = Arc::clone(&self.page);
        Box::pin(async move { answer.await.map(|answer| shown(answer, wanted.as_ref(), &*page)) })
    }
}

/// The response, as a page if the client wants one.
fn shown<R: IntoResponse>(
    mut answer: Response,
    wanted: Option<&Parts>,
    page: impl Fn(&Problem, &Parts, &Extensions) -> R,
) -> Response {
    let Some(problem) = answer.extensions().get::<Problem>() else {
        return answer;
    };
    if let Some(request) = wanted {
        let mut shown = page(problem, request, answer.extensions()).into_response();
        *shown.status_mut() = StatusCode::from_u16(problem.status()).unwrap_or(answer.status());
        for name in [ETAG, RETRY_AFTER] {
            if let (false, Some(value)) = (shown.headers().contains_key(&name), answer.headers().get(&name)) {
                let value = value.clone();
                shown.headers_mut().insert(name, value);
            }
        }
        // Not `no-store`, because a browser would then forget the form that was filled in.
        shown.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
        answer = shown;
    }
    answer.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    answer
}
