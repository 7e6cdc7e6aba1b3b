//! The question before articles are deleted.

use maud::{Markup, html};

/// The titles and the tokens of the selected articles.
pub(crate) fn confirm(titles: &[String], tokens: &[String]) -> Markup {
    let heading = if titles.len() == 1 { "Delete this article?" } else { "Delete these articles?" };
    super::page(
        heading,
        html! {
            div class="narrow" {
                h1 { (heading) }
                ul {
                    @for title in titles { li { (title) } }
                }
                p class="soft" { "What is changed before you confirm is not deleted." }
                form id="confirm" method="post" action="/articles/actions" autocomplete="off" {
                    input type="hidden" name="action" value="delete";
                    @for token in tokens { input type="hidden" name="_selected" value=(token); }
                    div class="bar" {
                        button id="confirm-delete" class="danger" name="confirm" value="yes" { "Delete" }
                        a class="button" href="/articles" { "Keep them" }
                    }
                }
            }
        },
    )
}
