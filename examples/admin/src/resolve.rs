//! Two edits that met: which fields are asked, and what was chosen.

use concurrency_diesel::merge_text;
use concurrency_http::{Form, Pick};

use crate::article::{Field, Fields};
use crate::pages::{Lines, Row};

/// An edit as it was sent, by the edit form or by the conflict page.
pub(crate) struct Edit {
    /// What is to be saved.
    pub(crate) wanted: Fields,
    /// What was typed last, whatever was chosen.
    pub(crate) typed: Fields,
    /// What the page calls yours.
    mine: Fields,
    /// What stood in the third choice.
    other: Fields,
    /// The fields that the page asked for.
    asked: Vec<Field>,
    picks: Vec<(Field, Pick)>,
}

impl Edit {
    /// Reads it over the base, which is what the fields are that were not sent.
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
        // A browser sends back what nobody typed with its own line ends.
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

    /// Whether the conflict page sent it.
    pub(crate) fn is_answer(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Whether every question has an answer.
    pub(crate) fn is_complete(&self) -> bool {
        self.picks.len() == self.asked.len()
    }

    /// The fields that both sides changed since the base, in different ways. A field that was asked for counts as changed here, because
    /// leaving it to the others was said of the text that was shown.
    pub(crate) fn conflicts(&self, base: &Fields, row: &Fields) -> Vec<Field> {
        let is_conflict = |field: &Field| {
            let (wanted, base, row) = (self.wanted.get(*field), base.get(*field), row.get(*field));
            row != base && wanted != row && (wanted != base || self.asked.contains(field))
        };
        Field::ALL.into_iter().filter(is_conflict).collect()
    }

    /// The fields in which what is saved comes from the row.
    pub(crate) fn taken_over(&self, saved: &Fields) -> Vec<&'static str> {
        let differs = |field: &Field| self.wanted.get(*field) != saved.get(*field);
        Field::ALL.into_iter().filter(differs).map(Field::name).collect()
    }

    /// The rows of the conflict page: `asked` are to be chosen, of the others the changed side is taken.
    pub(crate) fn rows(&self, base: &Fields, row: &Fields, asked: &[Field]) -> Vec<Row> {
        let compared = |field: Field| {
            let is_asked = asked.contains(&field);
            let mine = if is_asked { &self.typed } else { &self.wanted }.get(field).to_owned();
            let theirs = row.get(field).to_owned();
            let merged = if mine == base.get(field) { theirs.clone() } else { mine.clone() };
            let (lines, joined) =
                if is_asked { joined(field, base.get(field), &mine, &theirs) } else { (Lines::Unknown, None) };
            let other = if self.asked.contains(&field) {
                self.other.get(field).to_owned()
            } else {
                joined.unwrap_or_else(|| mine.clone())
            };
            Row { field, mine, theirs, merged, is_asked, pick: None, other, lines }
        };
        Field::ALL.into_iter().map(compared).collect()
    }

    /// The rows of the page as it was sent, with what was chosen.
    pub(crate) fn rows_as_sent(&self, base: &Fields) -> Vec<Row> {
        let rows = self.rows(base, base, &self.asked).into_iter();
        rows.map(|row| Row { mine: self.mine.get(row.field).to_owned(), pick: self.pick(row.field), ..row }).collect()
    }

    /// The fields that differ from the row: without a base nobody knows who changed them.
    pub(crate) fn differing(&self, row: &Fields) -> Vec<Field> {
        Field::ALL.into_iter().filter(|&field| self.typed.get(field) != row.get(field)).collect()
    }
}

/// Both edits of a long text, line by line. Nobody has seen what they make together, so that it is only proposed.
fn joined(field: Field, base: &str, mine: &str, theirs: &str) -> (Lines, Option<String>) {
    if field != Field::Body || [mine, theirs].contains(&base) {
        return (Lines::Unknown, None);
    }
    match merge_text(base, mine, theirs) {
        Ok(text) => (Lines::Joined, Some(text)),
        Err(conflict) => (Lines::Conflict(conflict), None),
    }
}
