//! Who edits: a name in a cookie. It is not a login and proves nothing.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::Response;

use crate::answer::Refusal;
use crate::{App, list, request, see};

const COOKIE_NAME: &str = "editor";

/// The name of the person who sent the request.
#[derive(Debug, Clone)]
pub(crate) struct Editor(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Editor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let name = cookies
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE_NAME && is_name(value)).then_some(value));
        Ok(Self(name.unwrap_or("guest").to_owned()))
    }
}

fn is_name(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(crate) async fn sign_in(State(app): State<App>, editor: Editor, request: Request) -> Result<Response, Refusal> {
    let form = request::form(request).await?;
    let name = form.get("name").unwrap_or_default();
    if !is_name(name) {
        let problem = "A name has 1 to 20 letters from A to Z and digits.";
        return list::refused_name(&app, &editor, name, problem).await;
    }
    let mut response = see("/articles");
    if let Ok(cookie) = HeaderValue::from_str(&format!("{COOKIE_NAME}={name}; Path=/; HttpOnly; SameSite=Lax")) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}
