//! Who is editing an article. The lock is advisory: no save checks it, and its errors never keep a page from opening.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use concurrency_diesel::RecordId;
use concurrency_diesel::asynchronous::edit_lock::{EditLock, Editing, Error};
use serde::Serialize;

use crate::answer::Refusal;
use crate::article::TABLE;
use crate::database::Connection;
use crate::request::{self, Id};
use crate::session::Editor;
use crate::{App, rows, see};

/// The holder that a page shows.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) holder: String,
    pub(crate) minutes: u64,
    pub(crate) turn: i64,
}

/// The answer to a beat.
#[derive(Serialize)]
struct Beat {
    mine: bool,
    holder: String,
    since_seconds: u64,
    turn: i64,
}

/// Takes the lock, or says who has it. `None` if that is unknown.
pub(crate) async fn take(app: &App, id: i64, editor: &Editor, conn: &mut Connection) -> Option<Shown> {
    let record = RecordId::new(TABLE, id);
    match EditLock::new(&record, &editor.0).lasting(app.lock).acquire(conn).await {
        Ok(Editing::Mine(_)) => None,
        Ok(Editing::Theirs(holder)) => {
            Some(Shown { minutes: holder.since.as_secs() / 60, holder: holder.holder, turn: holder.turn })
        }
        Err(error) => {
            eprintln!("edit lock of article {id}: {error}");
            None
        }
    }
}

/// Releases the lock after a save.
pub(crate) async fn give_back(id: i64, editor: &Editor, conn: &mut Connection) {
    let record = RecordId::new(TABLE, id);
    if let Err(error) = EditLock::new(&record, &editor.0).release(conn).await {
        eprintln!("edit lock of article {id}: {error}");
    }
}

/// `POST /articles/<id>/lock`.
pub(crate) async fn beat(State(app): State<App>, Id(id): Id, editor: Editor) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    rows::find(id, &mut conn).await?.ok_or(Refusal::Unknown)?;
    let record = RecordId::new(TABLE, id);
    let editing = EditLock::new(&record, &editor.0).lasting(app.lock).acquire(&mut conn).await?;
    let (status, mine, holder) = match editing {
        Editing::Mine(holder) => (StatusCode::OK, true, holder),
        Editing::Theirs(holder) => (StatusCode::CONFLICT, false, holder),
    };
    let beat = Beat { mine, holder: holder.holder, since_seconds: holder.since.as_secs(), turn: holder.turn };
    Ok((status, Json(beat)).into_response())
}

/// `POST /articles/<id>/unlock`, which a page sends when the person leaves it.
pub(crate) async fn release(State(app): State<App>, Id(id): Id, editor: Editor) -> Result<Response, Refusal> {
    let mut conn = app.pool.get().await?;
    rows::find(id, &mut conn).await?.ok_or(Refusal::Unknown)?;
    EditLock::new(&RecordId::new(TABLE, id), &editor.0).release(&mut conn).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /articles/<id>/take-over`: takes the lock only from the holder that the page showed.
pub(crate) async fn take_over(
    State(app): State<App>,
    Id(id): Id,
    editor: Editor,
    request: Request,
) -> Result<Response, Refusal> {
    let form = request::form(request).await?;
    let turn = form.parsed("turn")?;
    let mut conn = app.pool.get().await?;
    rows::find(id, &mut conn).await?.ok_or(Refusal::Unknown)?;
    let taken = EditLock::new(&RecordId::new(TABLE, id), &editor.0).lasting(app.lock).take_over(turn, &mut conn).await;
    if let Err(error) = taken {
        eprintln!("edit lock of article {id}: {error}");
    }
    Ok(see(&format!("/articles/{id}")))
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Concurrency(error) => error.into(),
            Error::Busy => Self::Busy(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}
