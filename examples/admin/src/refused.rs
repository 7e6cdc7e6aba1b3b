//! The list after a refusal: with what was typed, and with questions where rows were changed meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::Response;
use concurrency_http::{Form, VersionError};

use crate::answer::{Refusal, answer};
use crate::article::{Article, Cells};
use crate::list::{Policy, by_id, listed, status_of, unreadable};
use crate::pages::{self, Deleted, ListPage, Listed, Question};
use crate::sent::{self, SentRow};
use crate::session::Editor;
use crate::{App, rows};

/// The list after a refusal. Stale rows ask a question, and each row keeps what was typed.
pub(crate) async fn conflict(
    app: &App,
    editor: &Editor,
    form: &Form,
    edited: &[&SentRow],
    refused: &BTreeSet<String>,
    policy: Policy,
) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let now = by_id(rows::all(&mut conn).await?);
    let mut listed_rows = Vec::new();
    for article in now.values() {
        let typed = edited.iter().find(|row| row.id == Some(article.id));
        listed_rows.push(match typed {
            Some(row) if refused.contains(&row.key) => asked(app, article, row)?,
            Some(row) if policy == Policy::All => kept(article, row),
            _ => listed(app, article)?,
        });
    }
    let saved = match policy {
        Policy::Each => edited.len().saturating_sub(refused.len()),
        Policy::All => 0,
    };
    let page = ListPage {
        editor: editor.0.clone(),
        rows: listed_rows,
        deleted: deleted(form, edited.iter().copied().filter(|row| row.id.is_none_or(|id| !now.contains_key(&id)))),
        notice: Some(format!("{saved} saved, {} not", edited.len().saturating_sub(saved))),
        ..ListPage::default()
    };
    Ok(answer(StatusCode::CONFLICT, pages::list(&page)))
}

/// A row that another person changed, with its current token and a question.
fn asked(app: &App, article: &Article, row: &SentRow) -> Result<Listed, Refusal> {
    let now = Cells::of(article);
    let cells = row.over(&now);
    Ok(Listed { cells, question: Some(Question { now, pick: None }), ..listed(app, article)? })
}

/// A row that could have been saved, with the token that was sent.
fn kept(article: &Article, row: &SentRow) -> Listed {
    Listed {
        id: article.id,
        label: row.known_base().map_or(&article.title, |base| &base.title).clone(),
        cells: row.cells.clone(),
        version: row.version.clone(),
        base: row.base.clone(),
        selected: row.version.clone(),
        is_selected: false,
        question: None,
        is_stale: false,
    }
}

/// A row with an invalid token. The page asks about everything that differs from the row, and nothing was saved.
pub(crate) fn with_bad_token(
    app: &App,
    editor: &Editor,
    form: &Form,
    sent: &[SentRow],
    now: &BTreeMap<i64, Article>,
    error: &VersionError,
) -> Result<Response, Refusal> {
    let mut listed_rows = Vec::new();
    for article in now.values() {
        let typed = sent.iter().find(|row| row.id == Some(article.id) && row.is_edited());
        listed_rows.push(match typed {
            Some(row) if row.over(&Cells::of(article)) != Cells::of(article) => asked(app, article, row)?,
            _ => listed(app, article)?,
        });
    }
    let is_gone = |row: &&SentRow| row.is_edited() && row.id.is_some_and(|id| !now.contains_key(&id));
    let page = ListPage {
        editor: editor.0.clone(),
        rows: listed_rows,
        deleted: deleted(form, sent.iter().filter(is_gone)),
        problem: Some(unreadable(error)),
        ..ListPage::default()
    };
    Ok(answer(status_of(error), pages::list(&page)))
}

/// The list as it was sent: with its own tokens, the questions and the choices.
pub(crate) async fn as_sent(
    app: &App,
    editor: &Editor,
    form: &Form,
    sent: &[SentRow],
    status: StatusCode,
    problem: &str,
) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let now = by_id(rows::all(&mut conn).await?);
    let mut listed_rows = Vec::new();
    for article in now.values() {
        listed_rows.push(match sent.iter().find(|row| row.id == Some(article.id)) {
            Some(row) => {
                let asked = row.known_base().filter(|_| row.is_asked).cloned();
                let question = asked.map(|now| Question { now, pick: row.pick });
                Listed { question, is_selected: row.is_selected, ..kept(article, row) }
            }
            None => listed(app, article)?,
        });
    }
    let is_gone = |row: &&SentRow| row.is_edited() && row.id.is_none_or(|id| !now.contains_key(&id));
    let page = ListPage {
        editor: editor.0.clone(),
        rows: listed_rows,
        deleted: deleted(form, sent.iter().filter(is_gone)),
        action: form.get("action").unwrap_or_default().to_owned(),
        problem: Some(problem.to_owned()),
        ..ListPage::default()
    };
    Ok(answer(status, pages::list(&page)))
}

/// What was typed into rows that are gone, also before an earlier refusal. It stays on the page until something is
/// saved.
fn deleted<'r>(form: &Form, rows: impl Iterator<Item = &'r SentRow>) -> Vec<Deleted> {
    let rows: Vec<(String, Cells)> = rows.map(|row| (row.key.clone(), row.cells.clone())).collect();
    let keys: BTreeSet<&String> = rows.iter().map(|(key, _)| key).collect();
    let earlier: Vec<_> = sent::gone(form).filter(|(key, _)| !keys.contains(key)).collect();
    rows.into_iter().chain(earlier).map(|(key, cells)| Deleted { key, cells: Some(cells) }).collect()
}
