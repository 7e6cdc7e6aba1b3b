//! Articles: the whole row, the parts that the pages edit, and the texts that each part allows. Other files show and
//! save them.

use concurrency_diesel::asynchronous::prelude::*;
use diesel::prelude::{Queryable, Selectable};
use serde::{Deserialize, Serialize};

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        status -> Text,
        body -> Text,
        version -> BigInt,
    }
}

/// The table's name in tokens.
pub(crate) const TABLE: &str = "articles";

/// The possible values of a status.
pub(crate) const STATUSES: [&str; 2] = ["draft", "published"];

const LONGEST_TITLE: usize = 200;
/// The limit of a body: a conflict page sends two texts and two sealed ones, and a form has at most 1 MiB.
const LONGEST_BODY: usize = 30_000;

/// An article. Its trigger also advances the version for programs that do not know versions.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
pub(crate) struct Article {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) body: String,
    #[concurrent(version = TriggerVersionField)]
    pub(crate) version: i64,
}

/// The columns that a row of the list writes.
#[derive(Debug, Clone, Concurrent)]
#[diesel(table_name = articles)]
pub(crate) struct ListedArticle {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) status: String,
    #[concurrent(version = TriggerVersionField)]
    pub(crate) version: i64,
}

/// The columns that the actions write. The record is made from a token alone, without reading the row.
#[derive(Debug, Clone, Concurrent)]
#[diesel(table_name = articles)]
pub(crate) struct ArticleStatus {
    pub(crate) id: i64,
    pub(crate) status: String,
    #[concurrent(version = TriggerVersionField)]
    pub(crate) version: i64,
}

/// The fields of the edit form. Sealed into the form, they are the base of the edit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Fields {
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) body: String,
}

/// The cells of a row of the list. Sealed into the list, they are the base of an edit there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Cells {
    pub(crate) title: String,
    pub(crate) status: String,
}

/// A field by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Title,
    Status,
    Body,
}

impl Field {
    pub(crate) const ALL: [Self; 3] = [Self::Title, Self::Status, Self::Body];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Status => "status",
            Self::Body => "body",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Status => "Status",
            Self::Body => "Body",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// What is wrong with a text for the field.
    pub(crate) fn problem(self, text: &str) -> Option<&'static str> {
        if text.contains('\0') {
            return Some("A text holds the character NUL, which no database keeps; take it out.");
        }
        match self {
            Self::Title if text.is_empty() => Some("The title is empty; give the article one."),
            Self::Title if self.is_longer(text) => Some("The title has more than 200 characters; shorten it."),
            Self::Status if !STATUSES.contains(&text) => Some("The status is neither draft nor published; choose one."),
            Self::Body if self.is_longer(text) => Some("The body has more than 30,000 characters; shorten it."),
            _ => None,
        }
    }

    /// Whether a text is longer than one that may stand in the field.
    pub(crate) fn is_longer(self, text: &str) -> bool {
        match self {
            Self::Title => text.chars().count() > LONGEST_TITLE,
            Self::Status => false,
            Self::Body => text.chars().count() > LONGEST_BODY,
        }
    }

    /// The text as a browser sends it back if nothing was typed. A browser's fields know only one kind of line end, and
    /// a title has none.
    pub(crate) fn as_sent(self, text: &str) -> String {
        match self {
            Self::Body => text.replace("\r\n", "\n").replace('\r', "\n"),
            Self::Title | Self::Status => text.replace(['\r', '\n'], ""),
        }
    }
}

impl Fields {
    pub(crate) fn of(article: &Article) -> Self {
        Self { title: article.title.clone(), status: article.status.clone(), body: article.body.clone() }
    }

    pub(crate) fn get(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title,
            Field::Status => &self.status,
            Field::Body => &self.body,
        }
    }

    pub(crate) fn set(&mut self, field: Field, text: String) {
        match field {
            Field::Title => self.title = text,
            Field::Status => self.status = text,
            Field::Body => self.body = text,
        }
    }

    /// The first thing that is wrong with what differs from the base.
    pub(crate) fn problem(&self, base: &Self) -> Option<&'static str> {
        let changed = Field::ALL.into_iter().filter(|&field| self.get(field) != base.get(field));
        changed.into_iter().find_map(|field| field.problem(self.get(field)))
    }

    pub(crate) fn into_article(self, id: i64, version: i64) -> Article {
        Article { id, title: self.title, status: self.status, body: self.body, version }
    }
}

impl Cells {
    pub(crate) fn of(article: &Article) -> Self {
        Self { title: article.title.clone(), status: article.status.clone() }
    }

    /// The first thing that is wrong with what differs from the base.
    pub(crate) fn problem(&self, base: &Self) -> Option<&'static str> {
        let of = |field: Field, mine: &str, base: &str| if mine == base { None } else { field.problem(mine) };
        of(Field::Title, &self.title, &base.title).or_else(|| of(Field::Status, &self.status, &base.status))
    }

    /// The edited cells, and those of the row where nothing was edited.
    pub(crate) fn over(&self, base: &Self, row: &Self) -> Self {
        let pick = |mine: &String, base: &String, row: &String| if mine == base { row.clone() } else { mine.clone() };
        Self {
            title: pick(&self.title, &base.title, &row.title),
            status: pick(&self.status, &base.status, &row.status),
        }
    }

    /// The sent text, or the base's text if the browser only sent that back.
    pub(crate) fn sent(title: Option<&str>, status: Option<&str>, base: Option<&Self>) -> Self {
        let text = |field: Field, sent: Option<&str>, base: Option<&String>| match (sent, base) {
            (None, base) => base.cloned().unwrap_or_default(),
            (Some(sent), Some(base)) if field.as_sent(base) == sent => base.clone(),
            (Some(sent), _) => sent.to_owned(),
        };
        Self {
            title: text(Field::Title, title, base.map(|base| &base.title)),
            status: text(Field::Status, status, base.map(|base| &base.status)),
        }
    }
}
