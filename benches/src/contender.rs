//! One contender: a way of saving, a table of its own, and the proof after each round that it saved everything.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::record::Article;
use crate::rows;
use crate::saver::Saver;

// The names of the contenders.
pub const OURS: &str = "save_concurrent";
/// All records at once.
pub const IN_BULK: &str = "save_all_concurrent";
pub const BY_HAND: &str = "hand-written";
pub const VERSIONED: &str = "diesel_versioning";
pub const FLOOR: &str = "prepared statement";
/// Only on SQLite: elsewhere the server is most of the time.
pub const FRAGMENT: &str = "Diesel fragment";
/// Only on SQLite: elsewhere the prepared statement is in hand anyway.
pub const IN_HAND: &str = "statement in hand";

/// The statements, beside those of the table, that an engine needs for a contender.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Before the table is created: a place that no other contender sees.
    pub open: Vec<String>,
    /// The type of the table's key.
    pub id_type: &'static str,
    /// Before each round, so that none pays for what an earlier one left to be cleaned up.
    pub settle: Option<&'static str>,
    /// At the end.
    pub close: Option<String>,
    /// Removed with the last contender that has its table there.
    pub folder: Option<Rc<TempDir>>,
}

/// A way of saving, with records and a table of its own.
pub struct Contender {
    pub name: &'static str,
    saver: Box<dyn Saver>,
    records: Vec<Article>,
    setting: Setting,
    rounds: i64,
}

impl Contender {
    /// Creates and fills the contender's table.
    pub fn new(name: &'static str, saver: impl Saver + 'static, rows: i64, setting: Setting) -> Self {
        let records = rows::records(rows);
        let mut contender = Self { name, saver: Box::new(saver), records, setting, rounds: 0 };
        for sql in &contender.setting.open {
            contender.saver.execute(sql);
        }
        for sql in rows::create_and_insert(contender.setting.id_type, &contender.records) {
            contender.saver.execute(&sql);
        }
        contender
    }

    /// How many rows the table has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.records.len()
    }

    /// What the records take in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.records
            .iter()
            .map(|record| size_of::<Article>() + record.title.len() + record.body.as_ref().map_or(0, String::len))
            .sum()
    }

    /// How long it takes to save every record once. Preparing and verifying the round is not part of it.
    pub fn round(&mut self, order: &[usize]) -> Duration {
        self.edit();
        let start = Instant::now();
        self.save_all(order);
        let elapsed = start.elapsed();
        self.verify();
        elapsed
    }

    /// Changes every record, and lets the engine finish what it put off.
    pub fn edit(&mut self) {
        self.records.iter_mut().for_each(Article::edit);
        if let Some(settle) = self.setting.settle {
            self.saver.execute(settle);
        }
    }

    /// Saves every record once, in this order, in one transaction.
    pub fn save_all(&mut self, order: &[usize]) {
        self.saver.save_all(&mut self.records, order);
        self.rounds += 1;
    }

    /// Stops the benchmark unless each row holds what its record holds, at the version that so many rounds lead to.
    pub fn verify(&mut self) {
        let expected = self.rounds + 1;
        assert!(self.records.iter().all(|record| record.version == expected), "{}: a record is stale", self.name);
        assert!(self.saver.rows() == self.records, "{}: a row does not hold what was saved", self.name);
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        if let Some(close) = &self.setting.close {
            self.saver.execute(close);
        }
    }
}
