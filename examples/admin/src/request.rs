//! The input: the id in the path, and the form in the body.

use axum::extract::{FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use concurrency_http::{Form, FormError};
use http_body_util::BodyExt as _;

use crate::answer::Refusal;

const LONGEST_BODY: usize = 1 << 20;
/// The number of further bytes that are read and discarded, because a client that is still sending does not see the
/// answer.
const LONGEST_READ: usize = 64 << 20;

/// The article in the address. A path that is not UTF-8 names no article.
pub(crate) struct Id(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let text = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Refusal::Unknown)?;
        id(&text).map(Self).ok_or(Refusal::Unknown)
    }
}

/// The key of an article, which has one spelling.
pub(crate) fn id(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| id.to_string() == text)
}

/// The sent form. A form with a NUL character is read, too, so that its page can say so and show what was typed.
pub(crate) async fn form(request: Request) -> Result<Form, Refusal> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(FormError::NotAForm.into());
    }
    let (mut body, mut bytes, mut length) = (request.into_body(), Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| FormError::malformed("(unknown)", "was cut off"))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= LONGEST_BODY {
            bytes.extend_from_slice(&data);
        } else if length > LONGEST_READ {
            break;
        }
    }
    if length > LONGEST_BODY {
        return Err(FormError::TooLarge.into());
    }
    match Form::parse(&bytes) {
        Err(FormError::Nul { form, .. }) => Ok(*form),
        form => Ok(form?),
    }
}

/// The message for a form with a character that cannot be stored.
pub(crate) fn nul(form: &Form) -> Option<String> {
    let (name, _) = form.fields().find(|(name, value)| name.contains('\0') || value.contains('\0'))?;
    Some(format!("The field {} has a NUL character, which cannot be stored; take it out.", name.replace('\0', "")))
}
