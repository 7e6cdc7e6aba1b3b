//! Actions on the selected articles. Each is one guarded batch of records that are made from the tokens alone, without
//! a check before the write.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_diesel::{BulkConflict, BulkError};
use concurrency_http::Form;

use crate::answer::{BUSY, Refusal, answer, busy};
use crate::article::{Article, ArticleStatus};
use crate::database::Connection;
use crate::list::{by_id, listed, status_of};
use crate::pages::{self, Deleted, ListPage, Listed};
use crate::refused::as_sent;
use crate::sent::{self, Selected, Selection};
use crate::session::Editor;
use crate::{App, request, rows, see};

/// What to do with the selected articles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Become(&'static str),
    Delete,
}

impl Action {
    fn named(name: Option<&str>) -> Option<Self> {
        match name? {
            "publish" => Some(Self::Become("published")),
            "unpublish" => Some(Self::Become("draft")),
            "delete" => Some(Self::Delete),
            _ => None,
        }
    }

    /// Whether the row already is what the action would make of it, as after a second click.
    fn is_done(self, row: Option<&Article>) -> bool {
        match (self, row) {
            (Self::Become(status), Some(row)) => row.status == status,
            (Self::Become(_), None) => false,
            (Self::Delete, row) => row.is_none(),
        }
    }
}

/// `POST /articles/actions`.
pub(crate) async fn run(State(app): State<App>, editor: Editor, request: Request) -> Result<Response, Refusal> {
    let form = request::form(request).await?;
    match run_selected(&app, &editor, &form).await {
        Err(Refusal::Busy(error)) => {
            eprintln!("{error}");
            Ok(busy(page_as_sent(&app, &editor, &form, StatusCode::SERVICE_UNAVAILABLE, BUSY).await?))
        }
        outcome => outcome,
    }
}

async fn run_selected(app: &App, editor: &Editor, form: &Form) -> Result<Response, Refusal> {
    let selected = match sent::selected(form, &app.tokens)? {
        Selection::Articles(selected) => selected,
        Selection::Unreadable(error) => {
            let problem = format!("Nothing was done: {error}.");
            return page_as_sent(app, editor, form, status_of(&error), &problem).await;
        }
    };
    if let Some(problem) = request::nul(form) {
        return unprocessable(app, editor, form, &problem).await;
    }
    let Some(action) = Action::named(form.get("action")) else {
        return unprocessable(app, editor, form, "Choose what is to be done with the selected articles.").await;
    };
    if selected.is_empty() {
        return unprocessable(app, editor, form, "Select the articles first.").await;
    }
    let mut conn = app.pool.get().await?;
    let is_question = action == Action::Delete && form.get("confirm") != Some("yes");
    let refused = perform(action, is_question, &selected, &mut conn).await?;
    if !refused.is_empty() {
        return conflict(app, editor, &selected, &refused).await;
    }
    if is_question {
        return confirm(app, &selected, &mut conn).await;
    }
    let what = if action == Action::Delete { "deleted" } else { "saved" };
    Ok(see(&format!("/articles?{what}={}", selected.len())))
}

async fn page_as_sent(
    app: &App,
    editor: &Editor,
    form: &Form,
    status: StatusCode,
    problem: &str,
) -> Result<Response, Refusal> {
    let sent = sent::rows(form, &app.tokens);
    as_sent(app, editor, form, &sent, status, problem).await
}

async fn unprocessable(app: &App, editor: &Editor, form: &Form, problem: &str) -> Result<Response, Refusal> {
    page_as_sent(app, editor, form, StatusCode::UNPROCESSABLE_ENTITY, problem).await
}

/// Does it with all selected articles or with none. Returns the ids of the articles that changed.
///
/// Leaves out the articles that already are as the action would make them, and tries the others again.
async fn perform(
    action: Action,
    is_question: bool,
    selected: &[Selected],
    conn: &mut Connection,
) -> Result<Vec<i64>, Refusal> {
    let mut pending: Vec<ArticleStatus> = selected.iter().map(|one| one.record(action.status())).collect();
    for _ in 0..ATTEMPTS {
        let outcome = match action {
            Action::Delete if is_question => pending.check_all_concurrent(conn).await,
            Action::Delete => pending.delete_all_concurrent(conn).await,
            Action::Become(_) => pending.save_all_concurrent(conn).await,
        };
        let conflicts = match outcome {
            Ok(()) => return Ok(Vec::new()),
            Err(BulkError::Conflicts(conflicts)) => conflicts,
            Err(error) => return Err(error.into()),
        };
        let (mut refused, mut done) = (Vec::new(), Vec::new());
        for BulkConflict { index, error, .. } in conflicts {
            let Some(id) = pending.get(index).map(|record| record.id) else { continue };
            if !error.is_conflict() {
                return Err(error.into());
            }
            let row = rows::find(id, conn).await?;
            let ids = if action.is_done(row.as_ref()) { &mut done } else { &mut refused };
            ids.push(id);
        }
        if !refused.is_empty() {
            return Ok(refused);
        }
        pending.retain(|record| !done.contains(&record.id));
    }
    Err(Refusal::Busy("the selected rows changed again and again".to_owned()))
}

const ATTEMPTS: usize = 10;

impl Action {
    /// The columns to write; a delete writes none.
    const fn status(self) -> &'static str {
        match self {
            Self::Become(status) => status,
            Self::Delete => "",
        }
    }
}

/// The current list, with a mark at each article that kept the action from being done.
async fn conflict(app: &App, editor: &Editor, selected: &[Selected], refused: &[i64]) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let now: BTreeMap<i64, Article> = by_id(rows::all(&mut conn).await?);
    let row = |article: &Article| {
        Ok::<_, Refusal>(Listed { is_stale: refused.contains(&article.id), ..listed(app, article)? })
    };
    let gone = refused.iter().filter(|id| !now.contains_key(id));
    let page = ListPage {
        rows: now.values().map(row).collect::<Result<_, _>>()?,
        deleted: gone.map(|id| Deleted { key: id.to_string(), cells: None }).collect(),
        notice: Some(format!("nothing was done: {} of {} changed", refused.len(), selected.len())),
        editor: editor.0.clone(),
        ..ListPage::default()
    };
    Ok(answer(StatusCode::CONFLICT, pages::list(&page)))
}

/// The question before a delete. If an article changes before the answer, its token shows that.
async fn confirm(app: &App, selected: &[Selected], conn: &mut Connection) -> Result<Response, Refusal> {
    let now = by_id(rows::all(conn).await?);
    let title = |one: &Selected| match now.get(&one.id) {
        Some(article) => article.title.clone(),
        None => format!("Article {}, which is deleted already", one.id),
    };
    let titles: Vec<String> = selected.iter().map(title).collect();
    let tokens: Vec<String> = selected.iter().map(|one| app.tokens.issue(&one.record(""))).collect();
    Ok(answer(StatusCode::OK, pages::confirm(&titles, &tokens)))
}
