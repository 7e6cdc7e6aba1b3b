//! The list of articles, with editable cells.

use concurrency_http::{Form, Pick};
use maud::{Markup, html};

use crate::article::Cells;
use crate::sent::{GONE_STATUS, GONE_TITLE};

/// A row that another person may have changed: its current text, as a choice beside the typed one.
pub(crate) struct Question {
    pub(crate) now: Cells,
    pub(crate) pick: Option<Pick>,
}

/// A row that exists.
pub(crate) struct Listed {
    pub(crate) id: i64,
    /// The title that names its controls.
    pub(crate) label: String,
    pub(crate) cells: Cells,
    pub(crate) version: String,
    pub(crate) base: String,
    /// The token of its checkbox.
    pub(crate) selected: String,
    pub(crate) is_selected: bool,
    pub(crate) question: Option<Question>,
    /// Whether an action left the row alone because another person changed it.
    pub(crate) is_stale: bool,
}

/// A row that was deleted.
pub(crate) struct Deleted {
    pub(crate) key: String,
    /// The typed text.
    pub(crate) cells: Option<Cells>,
}

/// What the page shows.
#[derive(Default)]
pub(crate) struct ListPage {
    pub(crate) editor: String,
    /// The name that was refused.
    pub(crate) name: String,
    pub(crate) rows: Vec<Listed>,
    pub(crate) deleted: Vec<Deleted>,
    pub(crate) action: String,
    pub(crate) notice: Option<String>,
    pub(crate) problem: Option<String>,
}

const ACTIONS: [(&str, &str); 3] = [("publish", "Publish"), ("unpublish", "Unpublish"), ("delete", "Delete")];

pub(crate) fn list(list: &ListPage) -> Markup {
    let is_refused = |row: &Listed| row.question.is_some() || row.is_stale;
    let is_refusal = !list.deleted.is_empty() || list.rows.iter().any(is_refused);
    super::page(
        "Articles",
        html! {
            div class="top" {
                div {
                    h1 { "Articles" }
                    p class="soft" { "You are " (list.editor) "." }
                }
                form id="sign-in" method="post" action="/sign-in" {
                    label for="name" { "Your name" }
                    div class="bar" {
                        input id="name" type="text" name="name" value=(list.name) autocomplete="username";
                        button id="sign-in-button" { "Sign in" }
                    }
                }
            }
            (super::notice(list.notice.as_deref(), is_refusal))
            (super::problem(list.problem.as_deref()))
            form id="list" method="post" action="/articles" autocomplete="off" {
                @if list.rows.is_empty() && list.deleted.is_empty() {
                    p class="soft" { "There are no articles." }
                } @else {
                    table class="list" {
                        thead { tr {
                            th scope="col" { span class="hidden" { "Select" } }
                            th scope="col" { "Title" }
                            th scope="col" { "Status" }
                            th scope="col" { span class="hidden" { "Edit" } }
                        } }
                        tbody {
                            @for row in &list.rows { (listed(row)) }
                            @for row in &list.deleted { (deleted(row)) }
                        }
                    }
                }
                // Enter in a cell presses the first button.
                div class="commands" {
                    div class="bar" {
                        button id="save-each" class="main" name="policy" value="each" { "Save what can be saved" }
                        button id="save-all" name="policy" value="all" { "Save all or nothing" }
                    }
                    div class="bar" {
                        label class="hidden" for="action" { "Action for the selected articles" }
                        select id="action" name="action" autocomplete="off" {
                            @for (value, label) in ACTIONS {
                                option value=(value) selected[value == list.action] { (label) }
                            }
                        }
                        button id="run" formaction="/articles/actions" formnovalidate { "Run on selected" }
                    }
                }
            }
        },
    )
}

fn listed(row: &Listed) -> Markup {
    let id = row.id;
    html! {
        tr id={ "row-" (id) } {
            td class="check" {
                input type="hidden" name={ "_version:" (id) } value=(row.version);
                input type="hidden" name={ "_base:" (id) } value=(row.base);
                label for={ "select-" (id) } {
                    input id={ "select-" (id) } type="checkbox" name="_selected" value=(row.selected)
                        checked[row.is_selected] autocomplete="off";
                    span class="hidden" { "Select " (row.label) }
                }
            }
            td {
                input id={ "title-" (id) } type="text" name={ "title:" (id) } value=(row.cells.title)
                    aria-label={ "Title of " (row.label) } autocomplete="off";
                @if row.is_stale {
                    p id={ "stale-" (id) } class="mark" { "Changed after you selected it. This is what it is now." }
                }
            }
            td class="status" {
                select id={ "status-" (id) } name={ "status:" (id) } aria-label={ "Status of " (row.label) }
                    autocomplete="off" { (super::statuses(&row.cells.status)) }
            }
            td class="edit" {
                a id={ "edit-" (id) } href={ "/articles/" (id) } { "Edit" span class="hidden" { " " (row.label) } }
            }
        }
        @if let Some(question) = &row.question {
            tr class="more" { td colspan="4" { (refused(id, question)) } }
        }
    }
}

/// Nothing is preselected, because a second click on Save must not overwrite what the page only showed.
fn refused(id: i64, question: &Question) -> Markup {
    let choice = |value: &'static str, pick: Pick, text: &str| {
        html! {
            label class="choice" for={ (value) "-" (id) } {
                input id={ (value) "-" (id) } type="radio" name={ "pick:" (id) } value=(value) required
                    checked[question.pick == Some(pick)] autocomplete="off";
                (text)
            }
        }
    };
    html! {
        fieldset id={ "refused-" (id) } {
            legend { "Saved after you opened it" }
            p { "It is now “" (question.now.title) "”, " (question.now.status) ". Above is what you typed." }
            input type="hidden" name={ "_asked:" (id) } value="1";
            (choice("mine", Pick::Mine, "Save what I typed"))
            (choice("theirs", Pick::Theirs, "Leave it as it is now"))
        }
    }
}

fn deleted(row: &Deleted) -> Markup {
    html! {
        tr class="gone" {
            td colspan="4" id={ "gone-" (row.key) } {
                @match &row.cells {
                    Some(cells) => {
                        p { "Deleted after you opened it. You typed: “" (cells.title) "”, " (cells.status) "." }
                        input type="hidden" name=(Form::name(GONE_TITLE, &row.key)) value=(cells.title);
                        input type="hidden" name=(Form::name(GONE_STATUS, &row.key)) value=(cells.status);
                    }
                    None => { p { "Article " (row.key) " was deleted." } }
                }
            }
        }
    }
}
