//! The page for two conflicting edits: yours, theirs, and what will be saved.

use concurrency_diesel::{TextConflict, TextPart};
use concurrency_http::Pick;
use maud::{Markup, html};

use crate::article::Field;
use crate::difference::marked;
use crate::lock::Shown;
use crate::resolve::Compared;

/// A field of the article.
pub(crate) struct Row {
    pub(crate) field: Field,
    pub(crate) mine: String,
    pub(crate) theirs: String,
    /// The text to save if there is no question.
    pub(crate) merged: String,
    /// Whether both sides changed it.
    pub(crate) is_asked: bool,
    /// The choice when the page was sent before.
    pub(crate) pick: Option<Pick>,
    /// The text of the third choice.
    pub(crate) other: String,
    pub(crate) lines: Lines,
}

/// The merge of two edits of a long text, line by line.
pub(crate) enum Lines {
    /// There is no merge, or the field has no lines.
    Unknown,
    /// Both edits joined, which the third choice proposes.
    Joined,
    /// Both sides changed the same lines.
    Conflict(TextConflict),
}

/// What the page shows.
pub(crate) struct ConflictPage<'a> {
    pub(crate) id: i64,
    pub(crate) version: &'a str,
    pub(crate) base: &'a str,
    /// Sealed: what the page needs to be the same once more.
    pub(crate) compared: Option<&'a str>,
    pub(crate) rows: &'a [Row],
    pub(crate) editing: Option<&'a Shown>,
    pub(crate) problem: Option<&'a str>,
}

pub(crate) fn conflict(conflict: &ConflictPage<'_>) -> Markup {
    let id = conflict.id;
    let differing = || conflict.rows.iter().filter(|row| row.is_asked || row.mine != row.theirs);
    super::page(
        "This article was saved after you opened it",
        html! {
            a class="back" href="/articles" { "All articles" }
            h1 id="conflict" { "This article was saved after you opened it" }
            p { "Nothing of yours is lost, and nothing is saved yet. Choose what each field shall be, then save." }
            (super::problem(conflict.problem))
            (super::banner(id, conflict.editing))
            form id="resolve" method="post" action={ "/articles/" (id) } autocomplete="off" {
                input type="hidden" name="_version" value=(conflict.version);
                input type="hidden" name="_base" value=(conflict.base);
                @if let Some(compared) = conflict.compared {
                    input type="hidden" name=(Compared::FIELD) value=(compared);
                }
                @for row in conflict.rows.iter().filter(|row| !row.is_asked) {
                    input type="hidden" name=(row.field.name()) value=(row.merged);
                }
                @if differing().next().is_some() {
                    table class="compare" {
                        thead { tr {
                            th scope="col" { "Field" }
                            th scope="col" { "Yours" }
                            th scope="col" { "Theirs" }
                            th scope="col" { "Saved" }
                        } }
                        tbody { @for row in differing() { (compared(row)) } }
                    }
                } @else {
                    p { "Your text is the same as what is saved." }
                }
                button id="save" class="main" { "Save" }
            }
        },
    )
}

fn compared(row: &Row) -> Markup {
    let (name, label) = (row.field.name(), row.field.label());
    html! {
        tr id={ "field-" (name) } {
            th scope="row" { (label) }
            td class="yours" data-side="Yours" { p class="text" { (marked(&row.mine, &row.theirs)) } }
            td class="theirs" data-side="Theirs" { p class="text" { (marked(&row.theirs, &row.mine)) } }
            td data-side="Saved" {
                @if row.is_asked { (asked(row)) } @else { p class="text" { (row.merged) } }
                @if let Lines::Conflict(conflict) = &row.lines { (lines(conflict)) }
            }
        }
    }
}

/// Nothing is preselected, because a second click on Save must not overwrite what the page only showed.
fn asked(row: &Row) -> Markup {
    let (name, label) = (row.field.name(), row.field.label());
    let choice = |value: &'static str, pick: Pick, text: &str| {
        html! {
            label class="choice" for={ (value) "-" (name) } {
                input id={ (value) "-" (name) } type="radio" name={ "pick:" (name) } value=(value) required
                    checked[row.pick == Some(pick)] autocomplete="off" aria-label={ (label) ": " (text) };
                (text)
            }
        }
    };
    let other = format!("{label}, another text");
    html! {
        input type="hidden" name="_asked" value=(name);
        input type="hidden" name={ "mine:" (name) } value=(row.mine);
        (choice("mine", Pick::Mine, "Yours"))
        (choice("theirs", Pick::Theirs, "Theirs"))
        (choice("other", Pick::Other, "Another text:"))
        @if let Lines::Joined = row.lines { p class="soft" { "It begins with both edits, joined line by line." } }
        @match row.field {
            Field::Title => { input id=(name) type="text" name=(name) value=(row.other) aria-label=(other) autocomplete="off"; }
            Field::Status => {
                select id=(name) name=(name) aria-label=(other) autocomplete="off" { (super::statuses(&row.other)) }
            }
            Field::Body => { textarea id=(name) name=(name) aria-label=(other) autocomplete="off" { "\n" (row.other) } }
        }
    }
}

/// Both edits joined, with both sides of the lines that both changed.
fn lines(conflict: &TextConflict) -> Markup {
    html! {
        details class="lines" {
            summary { "Both edits, line by line" }
            @for part in conflict.parts() {
                @match part {
                    TextPart::Merged(lines) => p class="text" { (lines) },
                    TextPart::Conflict { mine, theirs, .. } => {
                        p class="text yours" { span class="side" { "Yours: " } (mine) }
                        p class="text theirs" { span class="side" { "Theirs: " } (theirs) }
                    }
                    _ => {}
                }
            }
        }
    }
}
