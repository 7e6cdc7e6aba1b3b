//! One article: its form, and how a sent form is saved.

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use concurrency_diesel::RecordId;
use concurrency_diesel::asynchronous::prelude::*;
use concurrency_http::{Form, VersionError, VersionToken};
use diesel_async::RunQueryDsl as _;
use serde::Deserialize;

use crate::answer::{BUSY, Refusal, answer, busy};
use crate::article::{Article, Field, Fields, TABLE};
use crate::database::Connection;
use crate::list::{status_of, unreadable};
use crate::lock;
use crate::pages::{self, ConflictPage, EditPage, Row};
use crate::request::{self, Id};
use crate::resolve::{Compared, Edit};
use crate::session::Editor;
use crate::{App, rows, see};

/// The message that a redirect puts into the address.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    merged: Option<String>,
}

/// `GET /articles/<id>`.
pub(crate) async fn show(
    State(app): State<App>,
    Id(id): Id,
    editor: Editor,
    done: Result<Query<Done>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let article = rows::find(id, &mut conn).await?.ok_or(Refusal::Unknown)?;
    let editing = lock::take(&app, id, &editor, &mut conn).await;
    let fields = Fields::of(&article);
    let Query(done) = done.unwrap_or_default();
    let merged = done.merged.unwrap_or_default();
    let merged: Vec<&str> = merged.split(',').filter_map(Field::named).map(Field::name).collect();
    let notice = (!merged.is_empty())
        .then(|| format!("Saved. What was saved after you opened it is kept as well: {}.", merged.join(", ")));
    let page = EditPage {
        id,
        editor: &editor.0,
        fields: &fields,
        version: &app.tokens.issue(&article),
        base: &app.tokens.seal(&fields, &article)?,
        editing: editing.as_ref(),
        notice: notice.as_deref(),
        problem: None,
    };
    Ok(answer(StatusCode::OK, pages::edit(&page)))
}

/// `POST /articles/<id>`, from the edit form and from the conflict page.
pub(crate) async fn save(
    State(app): State<App>,
    Id(id): Id,
    editor: Editor,
    request: Request,
) -> Result<Response, Refusal> {
    let form = request::form(request).await?;
    let mut conn = app.pool.get().await?;
    let sent = Sent { app: &app, id, editor: &editor, form: &form };
    let (token, base) = match sent.origin() {
        Ok(origin) => origin,
        Err(error) => return sent.without_origin(&error, &mut conn).await,
    };
    let edit = Edit::of(&form, &base);
    if !edit.is_complete() {
        return sent
            .again(&edit, &token, &base, StatusCode::UNPROCESSABLE_ENTITY, "Choose for each field.", &mut conn)
            .await;
    }
    let problem = request::nul(&form).or_else(|| edit.wanted.problem(&base).map(str::to_owned));
    if let Some(problem) = &problem {
        return sent.again(&edit, &token, &base, StatusCode::UNPROCESSABLE_ENTITY, problem, &mut conn).await;
    }
    match store(id, &token, &base, &edit, &mut conn).await {
        Ok(Outcome::Saved(merged)) if merged.is_empty() => {
            lock::give_back(id, &editor, &mut conn).await;
            Ok(see("/articles?saved=1"))
        }
        Ok(Outcome::Saved(merged)) => Ok(see(&format!("/articles/{id}?merged={}", merged.join(",")))),
        Ok(Outcome::Conflict(row, asked)) => {
            let rows = edit.rows(&base, &Fields::of(&row), &asked);
            sent.conflict(&row, &base, &rows, StatusCode::CONFLICT, None, &mut conn).await
        }
        Ok(Outcome::Gone) => Ok(answer(StatusCode::CONFLICT, pages::gone(&edit.typed))),
        Err(Refusal::Busy(error)) => {
            eprintln!("{error}");
            Ok(busy(sent.again(&edit, &token, &base, StatusCode::SERVICE_UNAVAILABLE, BUSY, &mut conn).await?))
        }
        Err(refusal) => Err(refusal),
    }
}

/// The outcome of an edit.
enum Outcome {
    /// The edit is in the row, and these fields were taken from the row.
    Saved(Vec<&'static str>),
    /// Both sides changed these fields.
    Conflict(Article, Vec<Field>),
    Gone,
}

/// The number of times that others may save before a save here gives up.
const ATTEMPTS: usize = 100;

/// Joins the edit with what others saved, as `save_merging` does. But if a field that the page asked about was changed
/// again, the page asks again, even if the person chose the others' text.
async fn store(
    id: i64,
    token: &VersionToken,
    base: &Fields,
    edit: &Edit,
    conn: &mut Connection,
) -> Result<Outcome, Refusal> {
    // The version comes from the token, never from a row that was just loaded.
    let version = token.version::<Article>()?;
    let mut article = Tracked::new(base.clone().into_article(id, version));
    for field in Field::ALL {
        let text = edit.wanted.get(field).to_owned();
        match field {
            Field::Title => article.title = text,
            Field::Status => article.status = text,
            Field::Body => article.body = text,
        }
    }
    for _ in 0..ATTEMPTS {
        // If nothing is left to write, a save sends nothing and would not notice that the row is gone.
        let outcome = if article.changed_fields().is_empty() {
            article.check_concurrent(conn).await
        } else {
            article.save_concurrent(conn).await
        };
        match outcome {
            Ok(()) => return Ok(Outcome::Saved(edit.taken_over(&Fields::of(&article)))),
            Err(ConcurrencyError::RecordDeleted(_)) => return Ok(Outcome::Gone),
            Err(ConcurrencyError::RecordModified(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let Some(row) = article.current(conn).await? else { return Ok(Outcome::Gone) };
        let row = row.into_inner();
        let asked = edit.conflicts(base, &Fields::of(&row));
        if !asked.is_empty() {
            return Ok(Outcome::Conflict(row, asked));
        }
        article.rebase(row);
    }
    Err(Refusal::Busy(format!("article {id} was saved again and again")))
}

/// A sent form for an article, and who sent it.
struct Sent<'a> {
    app: &'a App,
    id: i64,
    editor: &'a Editor,
    form: &'a Form,
}

impl Sent<'_> {
    /// The article as it was shown.
    fn origin(&self) -> Result<(VersionToken, Fields), VersionError> {
        let tokens = &self.app.tokens;
        let token = self.form.version(tokens, &RecordId::new(TABLE, self.id))?;
        // Signed here, but of another program: its version may be none that an article can have.
        token.version::<Article>()?;
        let base = self.form.base(tokens, &token)?;
        Ok((token, base))
    }

    /// It is unknown what the author saw, so the page asks about everything that differs.
    async fn without_origin(&self, error: &VersionError, conn: &mut Connection) -> Result<Response, Refusal> {
        let Some(row) = rows::find(self.id, conn).await? else {
            if !rows::was_there(self.id, conn).await? {
                return Err(Refusal::Unknown);
            }
            let edit = Edit::of(self.form, &Fields::default());
            return Ok(answer(StatusCode::CONFLICT, pages::gone(&edit.typed)));
        };
        let now = Fields::of(&row);
        let edit = Edit::of(self.form, &now);
        let rows = edit.rows(&now, &now, &edit.differing(&now));
        self.conflict(&row, &now, &rows, status_of(error), Some(&unreadable(error)), conn).await
    }

    /// The conflict page, with the current token of the row, because the page asks a question.
    async fn conflict(
        &self,
        row: &Article,
        base: &Fields,
        rows: &[Row],
        status: StatusCode,
        problem: Option<&str>,
        conn: &mut Connection,
    ) -> Result<Response, Refusal> {
        let editing = lock::take(self.app, self.id, self.editor, conn).await;
        let tokens = &self.app.tokens;
        let now = Fields::of(row);
        let compared = Compared::of(rows, base, &now).map(|compared| tokens.seal(&compared, row)).transpose()?;
        let page = ConflictPage {
            id: self.id,
            version: &tokens.issue(row),
            base: &tokens.seal(&now, row)?,
            compared: compared.as_deref(),
            rows,
            editing: editing.as_ref(),
            problem,
        };
        Ok(answer(status, pages::conflict(&page)))
    }

    /// The page as it was sent, with its own tokens.
    async fn again(
        &self,
        edit: &Edit,
        token: &VersionToken,
        base: &Fields,
        status: StatusCode,
        problem: &str,
        conn: &mut Connection,
    ) -> Result<Response, Refusal> {
        // A busy database would keep this page waiting again.
        let editing = match status {
            StatusCode::SERVICE_UNAVAILABLE => None,
            _ => lock::take(self.app, self.id, self.editor, conn).await,
        };
        let version = self.form.get(Form::VERSION).unwrap_or_default();
        let sealed = self.form.get(Form::BASE).unwrap_or_default();
        let page = if edit.is_answer() {
            let compared = self.form.get(Compared::FIELD).unwrap_or_default();
            let rows = &edit.rows_as_sent(base, self.app.tokens.open(compared, token).ok().as_ref());
            pages::conflict(&ConflictPage {
                id: self.id,
                version,
                base: sealed,
                compared: Some(compared).filter(|compared| !compared.is_empty()),
                rows,
                editing: editing.as_ref(),
                problem: Some(problem),
            })
        } else {
            pages::edit(&EditPage {
                id: self.id,
                editor: &self.editor.0,
                fields: &edit.typed,
                version,
                base: sealed,
                editing: editing.as_ref(),
                notice: None,
                problem: Some(problem),
            })
        };
        Ok(answer(status, page))
    }
}

/// `POST /articles/<id>/elsewhere`: writes like a program that does not know versions. The trigger advances the
/// version.
pub(crate) async fn elsewhere(State(app): State<App>, Id(id): Id) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    let written = diesel::sql_query("UPDATE articles SET title = title || ' (elsewhere)' WHERE id = ?")
        .bind::<diesel::sql_types::BigInt, _>(id)
        .execute(&mut conn)
        .await?;
    if written == 0 { Err(Refusal::Unknown) } else { Ok(see(&format!("/articles/{id}"))) }
}
