//! A save of a tracked record: the columns that changed, under the version that was loaded.

use crate::library::Tracked;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::{assert_modified, with_two, written};
use crate::engine;
use crate::suite::fixtures::article;
use crate::suite::models::{Article, stock};
use crate::suite::statements::Log;

#[test]
fn a_save_writes_what_changed_and_nothing_else() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    a.views = 5;
    assert_eq!(a.changed_fields(), ["views"]);
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
    assert_eq!(a.version, 2);
    assert_eq!((a.base(), a.changed_fields()), (&*a, vec![]));

    a.title = "second".to_owned();
    a.body = None;
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body"]);
    let row = Article { id: 1, title: "second".to_owned(), body: None, views: 5, version: 3 };
    assert_eq!(article(1, conn), row);
    assert_eq!(*a, row);

    b.title = "stale".to_owned();
    let before = b.clone();
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 3);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 3);
    assert_eq!(b, before);
    assert_eq!(article(1, conn), row);
}

#[test]
fn nothing_changed_sends_nothing() {
    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    a.save_concurrent(conn).unwrap();
    a.title = "there and back".to_owned();
    a.title = "first".to_owned();
    a.save_concurrent(conn).unwrap();
    a.save_merging(conn).unwrap();
    assert_eq!(log.take_sent(), [""; 0]);
    assert_eq!(a.version, 1);
}

#[test]
fn a_revert_undoes_what_was_not_saved() {
    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    a.views = 1;
    a.save_concurrent(conn).unwrap();
    a.views = 2;
    a.title = "second".to_owned();
    assert_eq!(
        a.base(),
        &Article { id: 1, title: "first".to_owned(), body: Some("text".to_owned()), views: 1, version: 2 }
    );
    a.revert();
    assert_eq!(a.changed_fields(), [""; 0]);
    assert_eq!(a.into_inner(), article(1, conn));
}

#[test]
fn a_difference_is_named_by_its_fields() {
    let ((_database, _), mut a, b) = with_two();
    assert_eq!(a.diff(&b), [""; 0]);
    a.title = "other".to_owned();
    a.body = None;
    assert_eq!(a.diff(&b), ["title", "body"]);
    assert_eq!(b.diff(&a), ["title", "body"]);
}

#[test]
fn a_deleted_row_stays_deleted() {
    let ((_database, conn), mut a, b) = with_two();
    let conn = &mut { conn };
    b.delete_concurrent(conn).unwrap();
    a.views = 1;
    let before = a.clone();
    assert!(matches!(a.save_concurrent(conn), Err(ConcurrencyError::RecordDeleted(_))));
    assert_eq!(a, before);
}

#[test]
fn a_record_under_another_key_is_written_whole() {
    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    crate::suite::fixtures::insert_article(2, 1, conn);
    diesel::update(crate::suite::models::articles::table.find(2))
        .set(crate::suite::models::articles::body.eq("of another row"))
        .execute(conn)
        .unwrap();
    let log = Log::attach(conn);
    a.id = 2;
    a.views = 9;
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
    assert_eq!(article(2, conn), *a);
    a.views = 10;
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
}

#[test]
fn composite_keys_find_their_row() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = stock, primary_key(shop, item))]
    struct Stock {
        shop: String,
        item: i32,
        amount: i32,
        #[concurrent(version)]
        version: i64,
    }

    let database = engine::Database::new();
    let conn = &mut database.connect();
    for item in 1..=2 {
        let row = Stock { shop: "a".to_owned(), item, amount: 1, version: 1 };
        diesel::insert_into(stock::table).values(row).execute(conn).unwrap();
    }
    let load = |item: i32, conn: &mut engine::TestConnection| -> Tracked<Stock> {
        stock::table.find(("a", item)).select(Tracked::<Stock>::as_select()).first(conn).unwrap()
    };
    let mut a = load(2, conn);
    a.amount = 7;
    a.save_concurrent(conn).unwrap();
    assert_eq!((load(1, conn).amount, load(2, conn).amount), (1, 7));
    assert_eq!(load(2, conn), a);
}
