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
use crate::pages::{self, ListPage, Listed};
use crate::refused::{self, as_sent};
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
        return refused::with_bad_token(app, editor, form, sent, &now, error);
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
    let keys = write(&edited, policy, &mut conn).await?;
    if keys.is_empty() {
        return Ok(see(&format!("/articles?saved={}", edited.len())));
    }
    drop(conn);
    refused::conflict(app, editor, form, &edited, &keys, policy).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
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

/// The message of a page for an invalid token.
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

pub(crate) fn by_id(articles: Vec<Article>) -> BTreeMap<i64, Article> {
    articles.into_iter().map(|article| (article.id, article)).collect()
}

impl From<VersionError> for Refusal {
    fn from(error: VersionError) -> Self {
        Self::Form(error.into())
    }
}
