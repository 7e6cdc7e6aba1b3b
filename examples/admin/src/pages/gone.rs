//! The page of an article that was deleted while it was edited.

use maud::{Markup, html};

use crate::article::Fields;

/// The typed text, for copying.
pub(crate) fn gone(mine: &Fields) -> Markup {
    super::page(
        "This article was deleted",
        html! {
            div class="narrow" {
                h1 id="deleted" { "This article was deleted" }
                p { "It was deleted after you opened it, so nothing was saved. What you typed is below; copy what you want to keep." }
                div class="field" {
                    label for="title" { "Title" }
                    input id="title" type="text" value=(mine.title) readonly;
                }
                div class="field" {
                    label for="status" { "Status" }
                    input id="status" type="text" value=(mine.status) readonly;
                }
                div class="field" {
                    label for="body" { "Body" }
                    textarea id="body" readonly { "\n" (mine.body) }
                }
                a href="/articles" { "All articles" }
            }
        },
    )
}
