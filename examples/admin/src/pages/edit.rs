//! The form of one article.

use maud::{Markup, html};

use crate::article::Fields;
use crate::lock::Shown;

/// What the form shows.
pub(crate) struct EditPage<'a> {
    pub(crate) id: i64,
    pub(crate) editor: &'a str,
    pub(crate) fields: &'a Fields,
    pub(crate) version: &'a str,
    pub(crate) base: &'a str,
    pub(crate) editing: Option<&'a Shown>,
    pub(crate) notice: Option<&'a str>,
    pub(crate) problem: Option<&'a str>,
}

pub(crate) fn edit(edit: &EditPage<'_>) -> Markup {
    let EditPage { id, fields, .. } = edit;
    super::page(
        "Edit article",
        html! {
            div class="narrow" {
                a class="back" href="/articles" { "All articles" }
                h1 { "Edit article" }
                p class="soft" { "You are " (edit.editor) "." }
                (super::notice(edit.notice, false))
                (super::problem(edit.problem))
                (super::banner(*id, edit.editing))
                form id="edit" method="post" action={ "/articles/" (id) } autocomplete="off" {
                    input type="hidden" name="_version" value=(edit.version);
                    input type="hidden" name="_base" value=(edit.base);
                    div class="field" {
                        label for="title" { "Title" }
                        input id="title" type="text" name="title" value=(fields.title) autocomplete="off";
                    }
                    div class="field" {
                        label for="status" { "Status" }
                        select id="status" name="status" autocomplete="off" { (super::statuses(&fields.status)) }
                    }
                    div class="field" {
                        label for="body" { "Body" }
                        // The first line end in a textarea is not part of its text.
                        textarea id="body" name="body" autocomplete="off" { "\n" (fields.body) }
                    }
                    button id="save" class="main" { "Save" }
                }
                section class="aside" {
                    h2 { "Try a conflict" }
                    p class="soft" { "This button writes to the row as another program does that knows nothing of versions. Press it, go back, and save." }
                    form id="elsewhere" method="post" action={ "/articles/" (id) "/elsewhere" } {
                        button id="elsewhere-button" { "Write from elsewhere" }
                    }
                }
            }
        },
    )
}
