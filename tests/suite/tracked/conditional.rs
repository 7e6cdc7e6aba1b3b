//! A tracked record whose version moves only where certain columns change.

use crate::library::Tracked;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::assert_modified;
use crate::suite::fixtures::with_article;
use crate::suite::models::articles;
use crate::suite::statements::Log;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
#[concurrent(ignore_fields(views))]
struct Article {
    id: i64,
    title: String,
    views: i32,
    body: Option<String>,
    #[concurrent(version = ConditionalVersionField)]
    version: i64,
}

#[test]
fn only_changed_columns_are_compared_and_written() {
    let (_database, conn) = &mut with_article();
    let mut a: Tracked<Article> = articles::table.find(1).select(Tracked::<Article>::as_select()).first(conn).unwrap();
    let mut b = a.clone();
    let log = Log::attach(conn);

    a.views = 10;
    a.save_concurrent(conn).unwrap();
    let sent = log.take_sent();
    assert!(!sent[0].contains("title") && !sent[0].contains("body"), "{sent:#?}");
    assert_eq!((a.version, a.changed_fields()), (1, vec![]));

    // Under the same version: what b did not change is not written back.
    b.body = None;
    b.save_concurrent(conn).unwrap();
    let sent = log.take_sent();
    assert!(sent[0].contains("body") && !sent[0].contains("title") && !sent[0].contains("views"), "{sent:#?}");
    assert_eq!(b.version, 2);
    let row: Article = articles::table.find(1).select(Article::as_select()).first(conn).unwrap();
    assert_eq!(row, Article { id: 1, title: "first".to_owned(), views: 10, body: None, version: 2 });

    a.title = "second".to_owned();
    assert_modified(&a.save_concurrent(conn).unwrap_err(), 1, 2);
    a.save_merging(conn).unwrap();
    assert_eq!(*a, Article { id: 1, title: "second".to_owned(), views: 10, body: None, version: 3 });
}

/// The rule compares with the row, not with the loaded record.
#[test]
fn a_change_to_what_the_row_holds_moves_nothing() {
    let (_database, conn) = &mut with_article();
    diesel::update(articles::table.find(1)).set(articles::title.eq("second")).execute(conn).unwrap();
    let mut a = Tracked::new(Article { id: 1, title: "first".to_owned(), views: 0, body: None, version: 1 });
    a.title = "second".to_owned();
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, 1);
}
