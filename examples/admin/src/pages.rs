//! The pages, one file each. They turn their content into HTML and make no decisions.

mod confirm;
mod conflict;
mod edit;
mod gone;
mod list;
mod simple;

use maud::{DOCTYPE, Markup, html};

pub(crate) use self::confirm::confirm;
pub(crate) use self::conflict::{ConflictPage, Lines, Row, conflict};
pub(crate) use self::edit::{EditPage, edit};
pub(crate) use self::gone::gone;
pub(crate) use self::list::{Deleted, ListPage, Listed, Question, list};
pub(crate) use self::simple::simple;

use crate::article::STATUSES;
use crate::lock::Shown;

/// The frame of every page.
fn page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/style.css";
            }
            body {
                main class="page" { (content) }
            }
        }
    }
}

fn notice(text: Option<&str>, is_refusal: bool) -> Markup {
    html! {
        @if let Some(text) = text {
            div class={ "notice" @if is_refusal { " warn" } } { p id="notice" role="status" { (text) } }
        }
    }
}

fn problem(text: Option<&str>) -> Markup {
    html! {
        @if let Some(text) = text {
            div class="problem" { p id="problem" role="alert" { (text) } }
        }
    }
}

/// The choices of a status. A status that another program wrote is also a choice.
fn statuses(chosen: &str) -> Markup {
    html! {
        @if !STATUSES.contains(&chosen) {
            option value=(chosen) selected { (chosen) }
        }
        @for status in STATUSES {
            option value=(status) selected[status == chosen] { (status) }
        }
    }
}

/// Who else is editing, and the script that keeps this up to date.
fn banner(id: i64, editing: Option<&Shown>) -> Markup {
    html! {
        div id="lock" data-article={ "/articles/" (id) } class=[editing.map(|_| "banner")] {
            @if let Some(shown) = editing {
                p id="editing" role="alert" {
                    (shown.holder) " is editing this, for " (shown.minutes) " minutes"
                }
                form id="take-over" method="post" action={ "/articles/" (id) "/take-over" } autocomplete="off" {
                    input type="hidden" name="turn" value=(shown.turn);
                    button id="take-over-button" { "Take over" }
                }
            }
        }
        script src="/editing.js" defer {}
    }
}
