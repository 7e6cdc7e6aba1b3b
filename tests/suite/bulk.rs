//! Many records at once: all or nothing, each that can be written, and which record is at fault.

mod columns;
mod constraints;
mod deletes;
pub mod every_field;
mod faults;
mod one_row;
mod outcomes;
mod races;
pub mod statements;
mod transactions;

use crate::library::prelude::*;
use crate::library::{BulkConflict, VersionValue};
use diesel::prelude::*;

use super::models::{Article, articles};
use crate::engine::{Database, TestConnection};

/// How many statements an engine takes for a batch.
pub struct Bulk {
    /// The number of records that go together.
    pub chunk: usize,
    /// The statements of a chunk.
    pub a_chunk: usize,
    /// The statements for the refused records of a chunk: one for all of them if the records go together, otherwise one
    /// for each.
    pub refused: usize,
    /// The statements that are kept prepared, for any size of the batches.
    pub prepared: usize,
    /// Whether full hundreds take a statement each instead of one for all.
    pub hundreds: bool,
    /// The statements that ask for the table, before a batch that writes.
    pub asks: usize,
}

impl Bulk {
    /// For records with a key that is not one integer.
    fn saves_of_other_keys(&self, records: usize) -> usize {
        self.asks + records.div_ceil(self.chunk) * self.a_chunk
    }

    fn saves(&self, records: usize) -> usize {
        let chunks = self.saves_of_other_keys(records);
        if !self.hundreds || records < 100 {
            return chunks;
        }
        let (full, last) = (records / self.chunk, records % self.chunk);
        // The last statement of a chunk is replaced.
        let instead = full * self.chunk.div_ceil(100) + last.div_ceil(100);
        chunks - records.div_ceil(self.chunk) + instead
    }

    fn refused(&self, records: usize, refused: usize) -> usize {
        self.saves(records) + self.refused * refused.div_ceil(self.chunk)
    }
}

/// A database with articles 1 to `count`, at version 1.
pub fn with_articles(count: i64) -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    let rows: Vec<_> = (1..=count).map(first).collect();
    for rows in rows.chunks(1_000) {
        diesel::insert_into(articles::table).values(rows).execute(&mut connection).unwrap();
    }
    (database, connection)
}

/// An article for the insert. Some have a NULL body.
fn first(id: i64) -> Article {
    let body = (id % 3 != 0).then(|| format!("text {id}"));
    Article { id, title: format!("article {id}"), body, views: 0, version: 1 }
}

/// Every row, in the order of the key.
pub fn rows(connection: &mut TestConnection) -> Vec<Article> {
    articles::table.order(articles::id).select(Article::as_select()).load(connection).unwrap()
}

/// Changes every column of every record, so that each differs from every other.
pub fn edit(records: &mut [Article]) {
    for record in records {
        record.views += 1;
        record.title = format!("title {} of {}", record.views, record.id);
        record.body = (record.id % 2 == 0).then(|| format!("body {} of {}", record.views, record.id));
    }
}

/// Edits and saves rows like another writer, each by itself.
fn save_elsewhere(ids: &[i64], connection: &mut TestConnection) {
    for id in ids {
        let theirs = (articles::version.eq(articles::version + 1), articles::title.eq("theirs"));
        assert_eq!(diesel::update(articles::table.find(id)).set(theirs).execute(connection), Ok(1));
    }
}

/// The conflicts, each with its index in the batch, its key, and the expected and found versions; the found version is
/// `None` if the row is gone.
#[track_caller]
fn assert_conflicts(conflicts: &[BulkConflict], expected: &[(usize, &str, i64, Option<i64>)]) {
    let seen: Vec<_> = conflicts
        .iter()
        .map(|conflict| match &conflict.error {
            ConcurrencyError::RecordModified(error) => {
                (conflict.index, error.key.as_str(), error.expected.clone(), error.found.clone())
            }
            ConcurrencyError::RecordDeleted(error) => {
                (conflict.index, error.key.as_str(), error.expected.clone(), VersionValue::Null)
            }
            error => panic!("no conflict: {error:?}"),
        })
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(index, key, expected, found)| (*index, *key, (*expected).into(), (*found).into()))
        .collect();
    assert_eq!(seen, expected);
}
