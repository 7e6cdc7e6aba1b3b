//! A page with only a message.

use maud::{Markup, html};

/// What happened, and the way back.
pub(crate) fn simple(heading: &str, text: &str) -> Markup {
    super::page(
        heading,
        html! {
            h1 { (heading) }
            (super::problem(Some(text)))
            a class="back" href="/articles" { "All articles" }
        },
    )
}
