//! The extractors, answers and pages, by requests to a service.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test"
)]
#![cfg(feature = "axum")]

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Extensions, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post, put};
use axum::{Extension, Router};
use concurrency_http::axum::{ProblemPages, Versioned};
use concurrency_http::{
    Form, FormError, IfMatch, IfNoneMatch, PreconditionError, Problem, RecordId, VersionError, VersionValue,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

struct Article(i64);

impl concurrency_http::Versioned for Article {
    fn record_id(&self) -> RecordId {
        RecordId::new("articles", 1)
    }

    fn version_value(&self) -> VersionValue {
        self.0.into()
    }
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// The row is at 7.
fn service() -> Router {
    async fn show(tags: Option<IfNoneMatch>) -> axum::response::Response {
        let article = Article(7);
        if tags.is_some_and(|tags| tags.matches(&article)) {
            return (StatusCode::NOT_MODIFIED, Versioned(&article)).into_response();
        }
        (Versioned(&article), "the article").into_response()
    }
    async fn save(tags: IfMatch) -> Result<&'static str, Problem> {
        if tags.matches(&Article(7)) { Ok("saved") } else { Err(Problem::modified(&Article(7))) }
    }
    async fn optional(tags: Option<IfMatch>) -> &'static str {
        if tags.is_some() { "some" } else { "none" }
    }
    async fn form(form: Form) -> String {
        form.get("title").unwrap_or_default().to_owned()
    }
    async fn kept(form: Result<Form, FormError>) -> String {
        match form {
            Err(FormError::Nul { form, .. }) => form.get("body").unwrap_or_default().to_owned(),
            other => format!("{other:?}"),
        }
    }
    async fn busy() -> (Extension<&'static str>, VersionError) {
        (Extension("handed over"), VersionError::Missing)
    }
    async fn plain() -> StatusCode {
        StatusCode::CONFLICT
    }
    Router::new()
        .route("/articles/1", get(show).put(save).patch(save).delete(save))
        .route("/optional", put(optional))
        .route("/form", post(form))
        .route("/kept", post(kept))
        .route("/missing", get(busy))
        .route("/plain", get(plain))
}

async fn send(service: Router, request: axum::http::request::Builder, body: impl Into<Body>) -> Response<Body> {
    service.oneshot(request.body(body.into()).unwrap()).await.unwrap()
}

async fn body(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_client_that_has_the_version_gets_no_body() {
    for (tag, status) in [("W/\"7\"", 304), ("\"7\"", 304), ("*", 304), ("\"6\"", 200), ("7", 200), ("\"7", 200)] {
        let request = Request::get("/articles/1").header(header::IF_NONE_MATCH, tag);
        let response = send(service(), request, "").await;
        assert_eq!(response.status(), status, "{tag}");
        assert_eq!(header(&response, "etag"), Some("\"7\""));
        assert_eq!(header(&response, "cache-control"), Some("private, no-cache"));
        assert_eq!(body(response).await, if status == 304 { "" } else { "the article" });
    }
    assert_eq!(send(service(), Request::get("/articles/1"), "").await.status(), 200);
}

#[tokio::test]
async fn a_write_names_its_version() {
    let cases = [
        (None, 428, "precondition-required"),
        (Some("*"), 428, "precondition-required"),
        (Some("7"), 400, "precondition-malformed"),
        (Some("\"7"), 400, "precondition-malformed"),
        (Some(""), 400, "precondition-malformed"),
        (Some("*, \"7\""), 400, "precondition-malformed"),
        (Some("\"6\""), 412, "record-modified"),
        (Some("W/\"7\""), 412, "record-modified"),
    ];
    for (method, (tag, status, name)) in
        ["PUT", "PATCH", "DELETE"].into_iter().flat_map(|method| cases.map(|case| (method, case)))
    {
        let mut request = Request::builder().method(method).uri("/articles/1");
        if let Some(tag) = tag {
            request = request.header(header::IF_MATCH, tag);
        }
        let response = send(service(), request, "").await;
        assert_eq!(response.status(), status, "{method} {tag:?}");
        assert_eq!(header(&response, "content-type"), Some("application/problem+json"));
        assert_eq!(header(&response, "cache-control"), (status == 428).then_some("no-store"));
        assert_eq!(header(&response, "etag"), (status == 412).then_some("\"7\""));
        let json: serde_json::Value = serde_json::from_str(&body(response).await).unwrap();
        assert!(json["type"].as_str().unwrap().ends_with(&format!("/problem/#{name}")));
        assert_eq!(json["status"], status);
    }
    for lines in [&["\"7\""][..], &["\"6\", \"7\""], &["\"6\"", "\"7\""]] {
        let request =
            lines.iter().fold(Request::put("/articles/1"), |request, line| request.header(header::IF_MATCH, *line));
        assert_eq!(send(service(), request, "").await.status(), 200);
    }
}

#[tokio::test]
async fn a_precondition_may_be_optional() {
    assert_eq!(body(send(service(), Request::put("/optional"), "").await).await, "none");
    let with = |tag: &str| Request::put("/optional").header(header::IF_MATCH, tag);
    assert_eq!(body(send(service(), with("*"), "").await).await, "some");
    assert_eq!(send(service(), with("7"), "").await.status(), 400);
}

#[tokio::test]
async fn a_form_is_read_or_refused() {
    let request = |content_type: &str| Request::post("/form").header(header::CONTENT_TYPE, content_type);
    let form = "application/x-www-form-urlencoded";
    assert_eq!(body(send(service(), request(form), "title=No+locks").await).await, "No locks");
    let response = send(service(), request("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), "title=a").await;
    assert_eq!(body(response).await, "a");
    for (content_type, text, status) in [
        ("application/json", "{}".to_owned(), 415),
        ("multipart/form-data; boundary=x", String::new(), 415),
        (form, "title=%zz".to_owned(), 400),
        (form, "title=a&title=b".to_owned(), 400),
        (form, "title=%00".to_owned(), 422),
        (form, format!("title={}", "a".repeat(1 << 20)), 413),
        (form, format!("title={}", "a".repeat(3 << 20)), 413),
    ] {
        let response = send(service(), request(content_type), text).await;
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "content-type"), Some("application/problem+json"));
    }
    assert_eq!(send(service(), request(form), b"title=\xff".to_vec()).await.status(), 400);
    assert_eq!(send(service(), Request::post("/form"), "title=a").await.status(), 415);
    let request = Request::post("/kept").header(header::CONTENT_TYPE, form);
    assert_eq!(body(send(service(), request, "title=%00&body=typed").await).await, "typed");
}

fn page(problem: &Problem, request: &Parts, extensions: &Extensions) -> impl IntoResponse + use<> {
    let handed_over = extensions.get::<&'static str>().copied().unwrap_or_default();
    Html(format!("<h1>{}</h1>{} {handed_over}", problem.name(), request.uri.path()))
}

#[tokio::test]
async fn a_browser_gets_a_page_under_the_same_status() {
    let service = || service().layer(ProblemPages::new(page));
    let request = Request::get("/missing").header(header::ACCEPT, BROWSER);
    let response = send(service(), request, "").await;
    assert_eq!(response.status(), 428);
    assert_eq!(header(&response, "vary"), Some("accept"));
    assert_eq!(header(&response, "content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(header(&response, "cache-control"), Some("private, no-cache"), "or the form would be forgotten");
    assert_eq!(body(response).await, "<h1>version-missing</h1>/missing handed over");

    let request = Request::put("/articles/1").header(header::ACCEPT, BROWSER).header(header::IF_MATCH, "\"6\"");
    let response = send(service(), request, "").await;
    assert_eq!((response.status().as_u16(), header(&response, "etag")), (412, Some("\"7\"")));
    assert_eq!(body(response).await, "<h1>record-modified</h1>/articles/1 ");
}

#[tokio::test]
async fn a_program_gets_json_and_other_answers_are_left_alone() {
    let service = || service().layer(ProblemPages::new(page));
    for accept in ["*/*", "application/json"] {
        let response = send(service(), Request::get("/missing").header(header::ACCEPT, accept), "").await;
        assert_eq!(response.status(), 428);
        assert_eq!(header(&response, "vary"), Some("accept"), "the same address has a page, too");
        assert_eq!(header(&response, "content-type"), Some("application/problem+json"));
    }
    for path in ["/plain", "/nowhere", "/articles/1"] {
        let response = send(service(), Request::get(path).header(header::ACCEPT, BROWSER), "").await;
        assert_eq!(header(&response, "vary"), None);
        assert!(!body(response).await.contains("<h1>"));
    }
}

#[tokio::test]
async fn every_error_of_the_crate_is_an_answer() {
    assert_eq!(PreconditionError::Required.into_response().status(), 428);
    assert_eq!(VersionError::Tampered.into_response().status(), 400);
    assert_eq!(FormError::TooLarge.into_response().status(), 413);
}
