//! The list. `POST /articles` saves its cells, each row that can be saved, or all rows or none.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use concurrency_diesel::BulkError;
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_http::{Form, Pick, VersionError};
use serde::Deserialize;

use crate::answer::{BUSY, Refusal, answer, busy};
use crate::article::{Article, Cells, ListedArticle};
use crate::database::Connection;
use crate::pages::{self, Deleted, ListPage, Listed, Question};
use crate::sent::{self, SentRow};
use crate::session::Editor;
use crate::{App, request, rows, see};

/// The message that a redirect puts into the address.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    saved: Option<String>,
    deleted: Option<String>,
}

/// `GET /articles`.
pub(crate) async fn show(
    State(app): State<App>,
    editor: Editor,
    done: Result<Query<Done>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(done) = done.unwrap_or_default();
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u32>().ok());
    let saved = number(done.saved).map(|count| format!("{count} saved"));
    let notice = saved.or_else(|| number(done.deleted).map(|count| format!("{count} deleted")));
    let page = fresh(&app, &editor).await?;
    Ok(answer(StatusCode::OK, pages::list(&ListPage { notice, ..page })))
}

/// The list with a name that was refused.
pub(crate) async fn refused_name(app: &App, editor: &Editor, name: &str, problem: &str) -> Result<Response, Refusal> {
    let page = fresh(app, editor).await?;
    let (name, problem) = (name.to_owned(), Some(problem.to_owned()));
    Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, pages::list(&ListPage { name, problem, ..page })))
}

/// The current list.
pub(crate) async fn fresh(app: &App, editor: &Editor) -> Result<ListPage, Refusal> {
    let mut conn = app.pool.get().await?;
    let articles = rows::all(&mut conn).await?;
    let rows = articles.iter().map(|article| listed(app, article)).collect::<Result<_, _>>()?;
    Ok(ListPage { editor: editor.0.clone(), rows, ..ListPage::default() })
}

/// A row of the current list.
pub(crate) fn listed(app: &App, article: &Article) -> Result<Listed, Refusal> {
    let cells = Cells::of(article);
    let version = app.tokens.issue(article);
    Ok(Listed {
        id: article.id,
        label: article.title.clone(),
        base: app.tokens.seal(&cells, article)?,
        selected: version.clone(),
        is_selected: false,
        question: None,
        is_stale: false,
        cells,
        version,
    })
}

/// `POST /articles`.
pub(crate) async fn save(State(app): State<App>, editor: Editor, request: Request) -> Result<Response, Refusal> {
    let form = request::form(request).await?;
    let sent = sent::rows(&form, &app.tokens);
    match save_sent(&app, &editor, &form, &sent).await {
        Err(Refusal::Busy(error)) => {
            eprintln!("{error}");
            let page = as_sent(&app, &editor, &form, &sent, StatusCode::SERVICE_UNAVAILABLE, BUSY).await?;
            Ok(busy(page))
        }
        outcome => outcome,
    }
}

async fn save_sent(app: &App, editor: &Editor, form: &Form, sent: &[SentRow]) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let now = by_id(rows::all(&mut conn).await?);
    let is_there = |row: &SentRow| row.id.is_some_and(|id| now.contains_key(&id));
    // A deleted row is gone, whatever its token. A key that no row can have is not a deleted row.
    let unusable = sent.iter().filter(|row| row.id.is_none() || is_there(row));
    if let Some(error) = unusable.filter_map(|row| row.origin.as_ref().err()).next() {
        return with_bad_token(app, editor, sent, &now, error);
    }
    let policy = match form.get("policy") {
        Some("each") => Policy::Each,
        Some("all") => Policy::All,
        _ => return unprocessable(app, editor, form, sent, "Choose one of the two ways to save.").await,
    };
    if sent.iter().any(|row| row.is_asked && row.pick.is_none()) {
        let problem = "Choose for each article that was saved after you opened it.";
        return unprocessable(app, editor, form, sent, problem).await;
    }
    if let Some(problem) = request::nul(form) {
        return unprocessable(app, editor, form, sent, &problem).await;
    }
    let is_left = |row: &&SentRow| row.is_asked && row.pick == Some(Pick::Theirs);
    let edited: Vec<&SentRow> = sent.iter().filter(|row| row.is_edited()).filter(|row| !is_left(row)).collect();
    if let Some(problem) = edited.iter().find_map(|row| row.cells.problem(row.known_base()?)) {
        return unprocessable(app, editor, form, sent, problem).await;
    }
    let refused = write(&edited, policy, &mut conn).await?;
    if refused.is_empty() {
        return Ok(see(&format!("/articles?saved={}", edited.len())));
    }
    drop(conn);
    conflict(app, editor, &edited, &refused, policy).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    /// The policy that django-concurrency calls SILENT.
    Each,
    /// The policy that it calls ABORT_ALL.
    All,
}

/// The keys of the rows that were not written and that differ from what was sent.
async fn write(edited: &[&SentRow], policy: Policy, conn: &mut Connection) -> Result<BTreeSet<String>, Refusal> {
    let mut pending = Vec::new();
    let mut gone = BTreeSet::new();
    for row in edited {
        match record(row) {
            Some(record) => pending.push((*row, record?)),
            None => drop(gone.insert(row.key.clone())),
        }
    }
    if policy == Policy::All && !gone.is_empty() {
        return Ok(gone);
    }
    // Leaves out the rows that already are as sent, and tries the others again.
    for _ in 0..ATTEMPTS {
        let mut records: Vec<ListedArticle> = pending.iter().map(|(_, record)| record.clone()).collect();
        let conflicts = match policy {
            Policy::Each => records.save_each_concurrent(conn).await?,
            Policy::All => match records.save_all_concurrent(conn).await {
                Ok(()) => return Ok(gone),
                Err(BulkError::Conflicts(conflicts)) => conflicts,
                Err(error) => return Err(error.into()),
            },
        };
        let (mut refused, mut done) = (gone.clone(), BTreeSet::new());
        for conflict in conflicts {
            let Some((row, record)) = pending.get(conflict.index) else { continue };
            if !conflict.error.is_conflict() {
                return Err(conflict.error.into());
            }
            let now = rows::find(record.id, conn).await?.map(|article| Cells::of(&article));
            let is_done = now.is_some_and(|now| row.over(&now) == now);
            let keys = if is_done { &mut done } else { &mut refused };
            keys.insert(row.key.clone());
        }
        if policy == Policy::Each || !refused.is_empty() {
            return Ok(refused);
        }
        pending.retain(|(row, _)| !done.contains(&row.key));
    }
    Err(Refusal::Busy("the rows of a list changed again and again".to_owned()))
}

const ATTEMPTS: usize = 10;

/// The record to save for a row, with the version that its author saw. `None` for a row without a token, which is gone.
fn record(row: &SentRow) -> Option<Result<ListedArticle, VersionError>> {
    let (token, _) = row.origin.as_ref().ok()?;
    let Cells { title, status } = row.cells.clone();
    let id = row.id?;
    Some(token.version::<ListedArticle>().map(|version| ListedArticle { id, title, status, version }))
}

/// The list after a refusal. Stale rows ask a question, and each row keeps what was typed.
async fn conflict(
    app: &App,
    editor: &Editor,
    edited: &[&SentRow],
    refused: &BTreeSet<String>,
    policy: Policy,
) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let now = by_id(rows::all(&mut conn).await?);
    let (mut listed_rows, mut deleted) = (Vec::new(), Vec::new());
    for article in now.values() {
        let typed = edited.iter().find(|row| row.id == Some(article.id));
        listed_rows.push(match typed {
            Some(row) if refused.contains(&row.key) => asked(app, article, row)?,
            Some(row) if policy == Policy::All => kept(article, row),
            _ => listed(app, article)?,
        });
    }
    for row in edited.iter().filter(|row| row.id.is_none_or(|id| !now.contains_key(&id))) {
        deleted.push(Deleted { key: row.key.clone(), cells: Some(row.cells.clone()) });
    }
    let saved = match policy {
        Policy::Each => edited.len().saturating_sub(refused.len()),
        Policy::All => 0,
    };
    let page = ListPage {
        editor: editor.0.clone(),
        rows: listed_rows,
        deleted,
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
fn with_bad_token(
    app: &App,
    editor: &Editor,
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
    let deleted = sent.iter().filter(is_gone);
    let deleted = deleted.map(|row| Deleted { key: row.key.clone(), cells: Some(row.cells.clone()) }).collect();
    let page = ListPage {
        editor: editor.0.clone(),
        rows: listed_rows,
        deleted,
        problem: Some(unreadable(error)),
        ..ListPage::default()
    };
    Ok(answer(status_of(error), pages::list(&page)))
}

/// The message for an invalid token.
pub(crate) fn unreadable(error: &VersionError) -> String {
    format!("Nothing was saved: {error}. What you typed is below; compare it, and choose.")
}

pub(crate) const fn status_of(error: &VersionError) -> StatusCode {
    match error {
        VersionError::Missing => StatusCode::PRECONDITION_REQUIRED,
        _ => StatusCode::BAD_REQUEST,
    }
}

async fn unprocessable(
    app: &App,
    editor: &Editor,
    form: &Form,
    sent: &[SentRow],
    problem: &str,
) -> Result<Response, Refusal> {
    as_sent(app, editor, form, sent, StatusCode::UNPROCESSABLE_ENTITY, problem).await
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
    let (mut listed_rows, mut deleted) = (Vec::new(), Vec::new());
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
    for row in sent.iter().filter(|row| row.is_edited() && row.id.is_none_or(|id| !now.contains_key(&id))) {
        deleted.push(Deleted { key: row.key.clone(), cells: Some(row.cells.clone()) });
    }
    let page = ListPage {
        editor: editor.0.clone(),
        rows: listed_rows,
        deleted,
        action: form.get("action").unwrap_or_default().to_owned(),
        problem: Some(problem.to_owned()),
        ..ListPage::default()
    };
    Ok(answer(status, pages::list(&page)))
}

pub(crate) fn by_id(articles: Vec<Article>) -> BTreeMap<i64, Article> {
    articles.into_iter().map(|article| (article.id, article)).collect()
}

/// A version that no article can have, signed here for something else.
impl From<VersionError> for Refusal {
    fn from(error: VersionError) -> Self {
        Self::Failed(error.to_string())
    }
}
