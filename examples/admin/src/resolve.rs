//! Two conflicting edits: which fields the page asks about, and what was chosen.

use concurrency_diesel::{TextConflict, merge_text};
use concurrency_http::{Form, Pick};
use serde::{Deserialize, Serialize};

use crate::article::{Field, Fields};
use crate::pages::{Lines, Row};

/// An edit as it was sent, by the edit form or the conflict page.
pub(crate) struct Edit {
    /// The text to save.
    pub(crate) wanted: Fields,
    /// The text that was typed last, whatever was chosen.
    pub(crate) typed: Fields,
    /// The text that the page calls yours.
    mine: Fields,
    /// The text of the third choice.
    other: Fields,
    /// The fields that the page asked about.
    asked: Vec<Field>,
    picks: Vec<(Field, Pick)>,
}

impl Edit {
    /// Reads the form over the base, which gives the fields that were not sent.
    pub(crate) fn of(form: &Form, base: &Fields) -> Self {
        let asked: Vec<Field> =
            Field::ALL.into_iter().filter(|field| form.all("_asked").any(|name| name == field.name())).collect();
        let mut edit = Self {
            wanted: base.clone(),
            typed: base.clone(),
            mine: base.clone(),
            other: Fields::default(),
            picks: asked.iter().filter_map(|&field| Some((field, form.pick(field.name())?))).collect(),
            asked,
        };
        for field in Field::ALL {
            edit.read(field, form, base);
        }
        edit
    }

    fn read(&mut self, field: Field, form: &Form, base: &Fields) {
        // A browser sends untouched text back with its own line ends.
        let text = |name: &str| {
            let sent = form.get(name)?;
            let is_untouched = field.as_sent(base.get(field)) == sent;
            Some(if is_untouched { base.get(field).to_owned() } else { sent.to_owned() })
        };
        let own = text(field.name()).unwrap_or_else(|| base.get(field).to_owned());
        if !self.asked.contains(&field) {
            self.typed.set(field, own.clone());
            self.mine.set(field, own.clone());
            self.other.set(field, own.clone());
            self.wanted.set(field, own);
            return;
        }
        let mine = text(&format!("mine:{}", field.name())).unwrap_or_else(|| own.clone());
        self.mine.set(field, mine.clone());
        let (wanted, typed) = match self.pick(field) {
            Some(Pick::Mine) => (mine.clone(), mine),
            Some(Pick::Other) => (own.clone(), own.clone()),
            Some(Pick::Theirs) | None => (base.get(field).to_owned(), mine),
        };
        self.other.set(field, own);
        self.wanted.set(field, wanted);
        self.typed.set(field, typed);
    }

    fn pick(&self, field: Field) -> Option<Pick> {
        self.picks.iter().find_map(|(picked, pick)| (*picked == field).then_some(*pick))
    }

    /// Whether the conflict page sent the form.
    pub(crate) fn is_answer(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Whether every question has an answer.
    pub(crate) fn is_complete(&self) -> bool {
        self.picks.len() == self.asked.len()
    }

    /// The fields that both sides changed since the base, in different ways. A field that the page asked about counts
    /// as changed here, because a person who chose the others' text chose the text that the page showed.
    pub(crate) fn conflicts(&self, base: &Fields, row: &Fields) -> Vec<Field> {
        let is_conflict = |field: &Field| {
            let (wanted, base, row) = (self.wanted.get(*field), base.get(*field), row.get(*field));
            row != base && wanted != row && (wanted != base || self.asked.contains(field))
        };
        Field::ALL.into_iter().filter(is_conflict).collect()
    }

    /// The fields whose saved text comes from the row.
    pub(crate) fn taken_over(&self, saved: &Fields) -> Vec<&'static str> {
        let differs = |field: &Field| self.wanted.get(*field) != saved.get(*field);
        Field::ALL.into_iter().filter(differs).map(Field::name).collect()
    }

    /// The rows of the conflict page. The page asks about `asked`; of each other field, it takes the changed side.
    pub(crate) fn rows(&self, base: &Fields, row: &Fields, asked: &[Field]) -> Vec<Row> {
        let compared = |field: Field| {
            let is_asked = asked.contains(&field);
            let mine = if is_asked { &self.typed } else { &self.wanted }.get(field).to_owned();
            let theirs = row.get(field).to_owned();
            let merged = if mine == base.get(field) { theirs.clone() } else { mine.clone() };
            let proposal = if is_asked { proposed(field, base.get(field), &mine, &theirs) } else { Proposal::None };
            let other = match &proposal {
                // What was typed there stays.
                _ if self.asked.contains(&field) => self.other.get(field).to_owned(),
                Proposal::Joined(text) => text.clone(),
                Proposal::None | Proposal::Conflict(_) => mine.clone(),
            };
            let lines = proposal.beside(&other);
            Row { field, mine, theirs, merged, is_asked, pick: None, other, lines }
        };
        Field::ALL.into_iter().map(compared).collect()
    }

    /// The rows of the page as it was sent, with the choices. Without `compared` the page shows less beside the
    /// same questions.
    pub(crate) fn rows_as_sent(&self, base: &Fields, compared: Option<&Compared>) -> Vec<Row> {
        let as_sent = |row: Row| {
            let field = row.field;
            let before = compared.map(|Compared { compared }| compared.get(field));
            if !row.is_asked {
                let mine = before.unwrap_or_else(|| self.mine.get(field)).to_owned();
                return Row { mine, merged: self.wanted.get(field).to_owned(), ..row };
            }
            let mine = self.mine.get(field).to_owned();
            let proposal = before.map(|before| proposed(field, before, &mine, &row.theirs));
            let lines = proposal.unwrap_or(Proposal::None).beside(&row.other);
            Row { mine, pick: self.pick(field), lines, ..row }
        };
        self.rows(base, base, &self.asked).into_iter().map(as_sent).collect()
    }

    /// The fields that differ from the row. Without a base it is unknown who changed them.
    pub(crate) fn differing(&self, row: &Fields) -> Vec<Field> {
        Field::ALL.into_iter().filter(|&field| self.typed.get(field) != row.get(field)).collect()
    }
}

/// The texts that a conflict page needs to be shown again: for a field with a question the text that both people edited,
/// for another field my text. A base has another form, so that neither passes for the other.
#[derive(Serialize, Deserialize)]
pub(crate) struct Compared {
    compared: Fields,
}

impl Compared {
    /// The hidden field.
    pub(crate) const FIELD: &str = "_compared";

    /// `None` if another program wrote a text that does not fit into the form.
    pub(crate) fn of(rows: &[Row], base: &Fields, now: &Fields) -> Option<Self> {
        let mut compared = Fields::default();
        for row in rows {
            let text = if row.is_asked { base.get(row.field) } else { &row.mine };
            if row.field.is_longer(text) || row.field.is_longer(now.get(row.field)) {
                return None;
            }
            compared.set(row.field, text.to_owned());
        }
        Some(Self { compared })
    }
}

/// Both edits of a long text, merged line by line. Neither person has seen the result, so the page only proposes it.
enum Proposal {
    None,
    Joined(String),
    Conflict(TextConflict),
}

impl Proposal {
    /// What the page shows of the proposal if the third choice contains this text.
    fn beside(self, other: &str) -> Lines {
        match self {
            Self::Joined(text) if text == other => Lines::Joined,
            Self::Conflict(conflict) => Lines::Conflict(conflict),
            Self::None | Self::Joined(_) => Lines::Unknown,
        }
    }
}

fn proposed(field: Field, base: &str, mine: &str, theirs: &str) -> Proposal {
    if field != Field::Body || [mine, theirs].contains(&base) {
        return Proposal::None;
    }
    match merge_text(base, mine, theirs) {
        Ok(text) => Proposal::Joined(text),
        Err(conflict) => Proposal::Conflict(conflict),
    }
}
