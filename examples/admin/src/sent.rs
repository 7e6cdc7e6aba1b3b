//! The list as it was sent: each row with its token, its base, what was typed and what was chosen.

use concurrency_http::{Form, FormError, Keys, Pick, Row, Tokens, VersionError, VersionToken, Versioned as _};

use crate::answer::Refusal;
use crate::article::{ArticleStatus, Cells, ListedArticle, TABLE};
use crate::request;

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

/// The hidden fields of a row that is gone: they are no cells, because there is nothing to save.
pub(crate) const GONE_TITLE: &str = "gone_title";
pub(crate) const GONE_STATUS: &str = "gone_status";

/// What an earlier page showed of rows that are gone, by their keys.
pub(crate) fn gone(form: &Form) -> impl Iterator<Item = (String, Cells)> {
    form.fields().filter_map(|(name, title)| {
        let (_, key) = name.split_once(':').filter(|(what, _)| *what == GONE_TITLE)?;
        let status = form.get(&Form::name(GONE_STATUS, key)).unwrap_or_default();
        Some((key.to_owned(), Cells { title: title.to_owned(), status: status.to_owned() }))
    })
}

fn sent(row: &Row<'_>, form: &Form, tokens: &Tokens<Keys>, selected: &[&str]) -> SentRow {
    let text = |name: &str| form.get(&Form::name(name, row.key())).unwrap_or_default().to_owned();
    let origin = row.version().and_then(|token| {
        // Signed here, but of another program: its version may be none that an article can have.
        token.version::<ListedArticle>()?;
        Ok((token.clone(), row.base::<Cells>(tokens)?))
    });
    let known = origin.as_ref().ok().map(|(_, base)| base);
    let version = text(Form::VERSION);
    SentRow {
        key: row.key().to_owned(),
        id: request::id(row.key()),
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
        let read = |token: &VersionToken| {
            let id = request::id(token.record_id().key()).ok_or(VersionError::Foreign)?;
            Ok(Selected { id, version: token.version::<ArticleStatus>()? })
        };
        tokens.iter().map(read).collect()
    });
    match selected {
        Ok(selected) => Ok(Selection::Articles(selected)),
        Err(FormError::Version(error)) => Ok(Selection::Unreadable(error)),
        Err(error) => Err(error.into()),
    }
}
