//! Names of tables and columns that must be quoted, and how errors spell them.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{items, orders, quotes};
use super::super::statements::Log;
use super::super::version_fields::assert_guarded;
use super::{empty, named};
use crate::engine::{self, TestConnection};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = orders)]
struct Order {
    id: i64,
    kind: String,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn names_that_sql_reserves_are_quoted() {
    let (_database, conn) = &mut empty();
    let mut a = Order { id: 1, kind: "first".to_owned(), version: 1 };
    let mut b = a.clone();
    diesel::insert_into(orders::table).values(a.clone()).execute(conn).unwrap();
    let load =
        |conn: &mut TestConnection| -> Order { orders::table.find(1).select(Order::as_select()).first(conn).unwrap() };
    a.kind = "second".to_owned();
    a.save_concurrent(conn).unwrap();
    assert_eq!(load(conn), a);
    assert_eq!(named(b.save_concurrent(conn)), ("order", "select 1".to_owned()));
    assert_eq!(a.update_concurrent(orders::kind.eq("third"), conn).unwrap(), 3);
    assert_eq!(load(conn), Order { id: 1, kind: "third".to_owned(), version: 3 });
    assert_guarded(conn, load, |order| VersionValue::from(order.version));
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = quotes, primary_key(key))]
struct Quoted {
    key: i64,
    value: String,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn names_with_quotes_in_them_are_quoted_and_named_without() {
    let (_database, conn) = &mut empty();
    let mut a = Quoted { key: 1, value: "first".to_owned(), version: 1 };
    let mut b = a.clone();
    diesel::insert_into(quotes::table).values(a.clone()).execute(conn).unwrap();
    let load = |conn: &mut TestConnection| -> Quoted {
        quotes::table.find(1).select(Quoted::as_select()).first(conn).unwrap()
    };
    a.value = "second".to_owned();
    a.save_concurrent(conn).unwrap();
    assert_eq!(load(conn), a);
    assert_eq!(named(b.save_concurrent(conn)), ("a\"b`c", "k\"e`y 1".to_owned()));
    assert_guarded(conn, load, |quoted| VersionValue::from(quoted.version));
}

/// The schema is the same for all tests, which run at once and may share their server with others. Each has its own
/// rows.
#[test]
fn a_table_of_another_schema_is_named_with_it() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = items)]
    struct Item {
        id: String,
        amount: i32,
        #[concurrent(version)]
        version: i64,
    }

    let (database, conn) = &mut empty();
    engine::create_shop(database, conn);
    let id = format!("of process {}", std::process::id());
    diesel::delete(items::table.find(&id)).execute(conn).unwrap();
    let mut a = Item { id: id.clone(), amount: 1, version: 1 };
    let mut b = a.clone();
    diesel::insert_into(items::table).values(a.clone()).execute(conn).unwrap();
    let load =
        |conn: &mut TestConnection| -> Item { items::table.find(&id).select(Item::as_select()).first(conn).unwrap() };

    let log = Log::attach(conn);
    a.amount = 2;
    a.save_concurrent(conn).unwrap();
    let sent = log.take_sent().join("").replace(['"', '`'], "");
    assert!(sent.starts_with("UPDATE concurrency_shop.items SET version = "), "{sent}");
    assert_eq!(load(conn), a);
    let error = b.save_concurrent(conn).unwrap_err();
    assert_eq!(error.table(), Some("concurrency_shop.items"));
    assert_eq!(named(Err(error)), ("concurrency_shop.items", format!("id {id:?}")));
    // At the end the row is deleted.
    assert_guarded(conn, load, |item| VersionValue::from(item.version));
}
