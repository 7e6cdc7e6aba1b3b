//! The record that every contender saves: a number, two texts, a counter and the version.

use concurrency_diesel::prelude::*;
use diesel::prelude::*;
use diesel_versioning::Versioned;

diesel::table! {
    articles (id) {
        id -> BigInt,
        title -> Text,
        body -> Nullable<Text>,
        views -> Integer,
        version -> BigInt,
    }
}

/// Every way of saving writes title, body, views and version.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, AsChangeset, Concurrent, Versioned)]
#[diesel(table_name = articles)]
#[diesel(treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite))]
#[cfg_attr(feature = "postgres", diesel(check_for_backend(diesel::pg::Pg)))]
#[cfg_attr(feature = "mysql", diesel(check_for_backend(diesel::mysql::Mysql)))]
pub struct Article {
    pub id: i64,
    pub title: String,
    pub body: Option<String>,
    pub views: i32,
    #[concurrent(version)]
    #[version]
    pub version: i64,
}

impl Article {
    /// The article for the insert.
    #[must_use]
    pub fn new(id: i64) -> Self {
        let body = "Slow and steady wins the race, said the tortoise.".to_owned();
        Self { id, title: title(id, 0), body: Some(body), views: 0, version: 1 }
    }

    /// Changes what a save writes, but no length, so that every round does the same work.
    pub fn edit(&mut self) {
        self.views += 1;
        self.title = title(self.id, self.views);
    }
}

fn title(id: i64, edits: i32) -> String {
    format!("The hare and the tortoise, part {id:05}, edit {edits:05}")
}
