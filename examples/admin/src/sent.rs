//! The list as it was sent: each row with its token, its base, what was typed and what was chosen.

use concurrency_http::{Form, FormError, Keys, Pick, Row, Tokens, VersionError, VersionToken};

use crate::answer::Refusal;
use crate::article::{ArticleStatus, Cells, TABLE};

/// A row as it was sent.
pub(crate) struct SentRow {
    pub(crate) key: String,
    /// `None` if the key is not that of an article.
    pub(crate) id: Option<i64>,
    /// The token with its sealed base, or what is wrong with either.
    pub(crate) origin: Result<(VersionToken, Cells), VersionError>,
    pub(crate) cells: Cells,
    pub(crate) is_asked: bool,
    pub(crate) pick: Option<Pick>,
    pub(crate) version: String,
    pub(crate) base: String,
    pub(crate) is_selected: bool,
}

impl SentRow {
    /// Whether something was typed. If the base is unknown, something may have been.
    pub(crate) fn is_edited(&self) -> bool {
        self.known_base().is_none_or(|base| *base != self.cells)
    }

    pub(crate) fn known_base(&self) -> Option<&Cells> {
        self.origin.as_ref().ok().map(|(_, base)| base)
    }

    /// The typed text, over the current row.
    pub(crate) fn over(&self, row: &Cells) -> Cells {
        self.known_base().map_or_else(|| self.cells.clone(), |base| self.cells.over(base, row))
    }
}

/// The rows of a form.
pub(crate) fn rows(form: &Form, tokens: &Tokens<Keys>) -> Vec<SentRow> {
    let selected: Vec<&str> = form.all(Form::SELECTED).collect();
    let rows = form.rows(tokens, TABLE, &["title", "status"]);
    rows.iter().map(|row| sent(row, form, tokens, &selected)).collect()
}

fn sent(row: &Row<'_>, form: &Form, tokens: &Tokens<Keys>, selected: &[&str]) -> SentRow {
    let text = |name: &str| form.get(&Form::name(name, row.key())).unwrap_or_default().to_owned();
    let origin = row.version().and_then(|token| Ok((token.clone(), row.base::<Cells>(tokens)?)));
    let known = origin.as_ref().ok().map(|(_, base)| base);
    let version = text(Form::VERSION);
    SentRow {
        key: row.key().to_owned(),
        id: crate::request::id(row.key()).ok(),
        cells: Cells::sent(row.get("title"), row.get("status"), known),
        is_asked: row.is_asked(),
        pick: row.pick(),
        is_selected: selected.contains(&version.as_str()),
        origin,
        base: text(Form::BASE),
        version,
    }
}

/// A selected article, from its token.
pub(crate) struct Selected {
    pub(crate) id: i64,
    pub(crate) version: i64,
}

impl Selected {
    pub(crate) fn record(&self, status: &str) -> ArticleStatus {
        ArticleStatus { id: self.id, status: status.to_owned(), version: self.version }
    }
}

/// The selection.
pub(crate) enum Selection {
    Articles(Vec<Selected>),
    /// One of the tokens is invalid.
    Unreadable(VersionError),
}

/// The selected articles, each once.
pub(crate) fn selected(form: &Form, tokens: &Tokens<Keys>) -> Result<Selection, Refusal> {
    let selected = form.selected(tokens, TABLE).and_then(|tokens| {
        let read = |token: &VersionToken| Ok(Selected { id: token.key()?, version: token.version::<ArticleStatus>()? });
        tokens.iter().map(read).collect()
    });
    match selected {
        Ok(selected) => Ok(Selection::Articles(selected)),
        Err(FormError::Version(error)) => Ok(Selection::Unreadable(error)),
        Err(error) => Err(error.into()),
    }
}
