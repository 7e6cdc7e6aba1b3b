//! The rows of a benchmark's table: their number, their first content, and the order of the saves.

use std::fmt::Write as _;

use crate::record::Article;

/// Enough rows that neither the statement cache nor one page of the database holds the whole work.
pub const ROWS: i64 = 10_000;

/// The records for the insert.
#[must_use]
pub fn records(rows: i64) -> Vec<Article> {
    (1..=rows).map(Article::new).collect()
}

/// Statements that create the table and insert the records, in SQL that every engine knows.
#[must_use]
pub fn create_and_insert(id_type: &str, records: &[Article]) -> Vec<String> {
    let create = format!(
        "CREATE TABLE articles (id {id_type} PRIMARY KEY, title TEXT NOT NULL, body TEXT, \
         views INTEGER NOT NULL, version BIGINT NOT NULL)"
    );
    std::iter::once(create).chain(records.chunks(500).map(insert)).collect()
}

fn insert(records: &[Article]) -> String {
    let mut sql = "INSERT INTO articles (id, title, body, views, version) VALUES ".to_owned();
    for (index, Article { id, title, body, views, version }) in records.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let body = body.as_deref().expect("a new article has a body");
        write!(sql, "{comma}({id}, '{title}', '{body}', {views}, {version})").expect("a string takes every text");
    }
    sql
}

/// A random order, a different one at each call, and the same in each run.
pub struct Order {
    random: fastrand::Rng,
    order: Vec<usize>,
}

impl Order {
    #[must_use]
    pub fn of(records: usize) -> Self {
        Self { random: fastrand::Rng::with_seed(20_260), order: (0..records).collect() }
    }

    pub fn shuffled(&mut self) -> &[usize] {
        self.random.shuffle(&mut self.order);
        &self.order
    }
}
