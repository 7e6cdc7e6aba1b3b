//! Rows to start from, and how a row is read past the library.

use crate::library::Tracked;
use diesel::prelude::*;

use super::models::{Article, Author, Counter, articles, authors};
use crate::engine::{Database, TestConnection};

/// A database of the test's own with article 1 at version 1, and a connection to it.
pub fn with_article() -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    insert_article(1, 1, &mut connection);
    (database, connection)
}

pub fn insert_article(id: i64, version: i64, connection: &mut TestConnection) {
    let article = Article { id, title: "first".to_owned(), body: Some("text".to_owned()), views: 0, version };
    diesel::insert_into(articles::table).values(article).execute(connection).unwrap();
}

/// The row as Diesel reads it, which is what every assertion about the database goes by.
pub fn article(id: i64, connection: &mut TestConnection) -> Article {
    articles::table.find(id).select(Article::as_select()).first(connection).unwrap()
}

/// Article 1, for counting.
pub fn counter(id: i64, connection: &mut TestConnection) -> Tracked<Counter> {
    articles::table.find(id).select(Tracked::<Counter>::as_select()).first(connection).unwrap()
}

/// Two copies of article 1, loaded at the same version.
pub fn two_copies(connection: &mut TestConnection) -> (Article, Article) {
    let article = article(1, connection);
    (article.clone(), article)
}

pub fn insert_author(id: i64, name: &str, connection: &mut TestConnection) -> Author {
    let author = Author { id, name: name.to_owned(), version: 1 };
    diesel::insert_into(authors::table).values(author.clone()).execute(connection).unwrap();
    author
}

pub fn author(id: i64, connection: &mut TestConnection) -> Author {
    authors::table.find(id).select(Author::as_select()).first(connection).unwrap()
}
