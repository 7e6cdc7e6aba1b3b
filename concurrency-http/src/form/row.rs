//! A row of a list: its version, its base, its cells, and the answer for it.

use std::collections::HashMap;

use concurrency_core::RecordId;

use super::{Form, Pick, split};
use crate::{Signer, Tokens, VersionError, VersionToken};

/// A row of a list as it was sent, identified by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'f> {
    id: RecordId,
    version: Result<VersionToken, VersionError>,
    #[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "only a base is read from it"))]
    base: &'f str,
    cells: Vec<(&'f str, &'f str)>,
    is_asked: bool,
    pick: Option<Pick>,
}

impl<'f> Row<'f> {
    /// The text of the key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.id.key()
    }

    /// The record of the row.
    #[must_use]
    pub const fn id(&self) -> &RecordId {
        &self.id
    }

    /// The version that the row came with.
    ///
    /// # Errors
    ///
    /// As [`Tokens::verify_for`]; [`VersionError::Missing`] if there are cells without their row's version.
    pub fn version(&self) -> Result<&VersionToken, VersionError> {
        self.version.as_ref().map_err(|error| *error)
    }

    /// The row as it was shown.
    ///
    /// # Errors
    ///
    /// As [`version`](Self::version) and [`Tokens::open`]; [`VersionError::Missing`] if the row has no base.
    #[cfg(feature = "serde")]
    pub fn base<T: serde::de::DeserializeOwned>(&self, tokens: &Tokens<impl Signer>) -> Result<T, VersionError> {
        tokens.open(self.base, self.version()?)
    }

    /// The cell of a column, if it was sent. Browsers do not send a checkbox that is not ticked.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&'f str> {
        self.cells.iter().find(|(name, _)| *name == column).map(|(_, value)| *value)
    }

    /// Whether the page asked what to do with the row.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// The answer; `None` if there is no answer, or it is not one of the choices for a row.
    #[must_use]
    pub const fn pick(&self) -> Option<Pick> {
        self.pick
    }
}

/// The fields of a row, before its version is read.
#[derive(Default)]
struct Parts<'f> {
    key: &'f str,
    version: &'f str,
    base: &'f str,
    cells: Vec<(&'f str, &'f str)>,
    is_asked: bool,
    pick: Option<Pick>,
    /// Whether the form has more than an answer for the row.
    is_row: bool,
}

pub(super) fn read<'f, S: Signer>(form: &'f Form, tokens: &Tokens<S>, table: &str, columns: &[&str]) -> Vec<Row<'f>> {
    let mut rows: Vec<Parts<'f>> = Vec::new();
    let mut positions: HashMap<&'f str, usize> = HashMap::new();
    for (name, value) in form.fields() {
        let Some((what, key)) = split(name) else { continue };
        let position = *positions.entry(key).or_insert(rows.len());
        if position == rows.len() {
            rows.push(Parts { key, ..Parts::default() });
        }
        let Some(row) = rows.get_mut(position) else { continue };
        match what {
            Form::VERSION => (row.version, row.is_row) = (value, true),
            Form::BASE => row.base = value,
            Form::ASKED => row.is_asked = true,
            Form::PICK => row.pick = Pick::read(value).filter(|pick| *pick != Pick::Other),
            column if columns.contains(&column) => {
                row.cells.push((column, value));
                row.is_row = true;
            }
            _ => {}
        }
    }
    let read = |row: Parts<'f>| {
        let id = RecordId::from_text(table.to_owned(), row.key);
        let version = tokens.verify_for(row.version, &id);
        Row { id, version, base: row.base, cells: row.cells, is_asked: row.is_asked, pick: row.pick }
    };
    rows.into_iter().filter(|row| row.is_row).map(read).collect()
}
