//! One contender: a way of saving, its own table, and the check after each round that it saved everything.

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
/// Only on SQLite, because elsewhere the server takes most of the time.
pub const FRAGMENT: &str = "Diesel fragment";
/// Only on SQLite, because elsewhere the code holds the prepared statement anyway.
pub const IN_HAND: &str = "statement in hand";

/// The statements that an engine needs for a contender, besides those of the table.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Before the table is created: a database or schema that no other contender sees.
    pub open: Vec<String>,
    /// The type of the table's key.
    pub id_type: &'static str,
    /// Before each round, so that no round pays for the cleaning up of an earlier one.
    pub settle: Option<&'static str>,
    /// At the end.
    pub close: Option<String>,
    /// Removed with the last contender that has its table there.
    pub folder: Option<Rc<TempDir>>,
}

/// A way of saving, with its own records and table.
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

    /// The memory that the records take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.records
            .iter()
            .map(|record| size_of::<Article>() + record.title.len() + record.body.as_ref().map_or(0, String::len))
            .sum()
    }

    /// The time to save every record once, without preparing and verifying the round.
    pub fn round(&mut self, order: &[usize]) -> Duration {
        self.edit();
        let start = Instant::now();
        self.save_all(order);
        let elapsed = start.elapsed();
        self.verify();
        elapsed
    }

    /// Changes every record, and lets the engine finish its postponed work.
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

    /// Stops the benchmark unless each row equals its record, at the version for this many rounds.
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
