//! Keys of every type: the right row is found, and errors name it. `keys/` has the names of tables and columns.

mod names;
mod null;

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;

use super::models::{files, settings, stock};
use super::version_fields::assert_guarded;
use crate::engine::{Database, TestConnection};

fn empty() -> (Database, TestConnection) {
    let database = Database::new();
    let connection = database.connect();
    (database, connection)
}

/// The table and the key that the conflict of a stale copy names.
#[track_caller]
fn named(refusal: Result<(), ConcurrencyError>) -> (&'static str, String) {
    match refusal.unwrap_err() {
        ConcurrencyError::RecordModified(error) => (error.table, error.key),
        error => panic!("not RecordModified: {error:?}"),
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = settings, primary_key(name))]
struct Setting {
    name: String,
    value: String,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_text_key_finds_its_row() {
    let (_database, conn) = &mut empty();
    for name in ["", "it's", "\"a\"", "née?$1"] {
        let row = Setting { name: name.to_owned(), value: "first".to_owned(), version: 1 };
        diesel::insert_into(settings::table).values(row).execute(conn).unwrap();
    }
    for name in ["", "it's", "\"a\"", "née?$1"] {
        let load = |conn: &mut TestConnection| -> Setting {
            settings::table.find(name).select(Setting::as_select()).first(conn).unwrap()
        };
        let mut a = load(conn);
        let mut b = a.clone();
        a.value = "second".to_owned();
        a.save_concurrent(conn).unwrap();
        assert_eq!(load(conn), a);
        assert_eq!(named(b.save_concurrent(conn)), ("settings", format!("name {name:?}")));
        assert_guarded(conn, load, |setting| VersionValue::from(setting.version));
    }
}

#[test]
fn a_borrowed_key_finds_its_row() {
    #[derive(Concurrent)]
    #[diesel(table_name = settings, primary_key(name))]
    struct Edit<'a> {
        name: &'a str,
        value: &'a str,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut empty();
    let row = Setting { name: "n".to_owned(), value: "first".to_owned(), version: 1 };
    diesel::insert_into(settings::table).values(row).execute(conn).unwrap();
    Edit { name: "n", value: "second", version: 1 }.save_concurrent(conn).unwrap();
    let stale = Edit { name: "n", value: "third", version: 1 }.save_concurrent(conn);
    assert_eq!(named(stale), ("settings", "name \"n\"".to_owned()));
    assert_eq!(settings::table.first(conn), Ok(("n".to_owned(), "second".to_owned(), 2_i64)));
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = stock, primary_key(shop, item))]
struct Stock {
    item: i32,
    shop: String,
    amount: i32,
    #[concurrent(version)]
    version: i64,
}

fn stock_of(shop: &str, item: i32) -> Stock {
    Stock { item, shop: shop.to_owned(), amount: 10, version: 1 }
}

/// Rows that share one half of the key with `shop "s", item 1`, and the row itself.
fn with_stock() -> (Database, TestConnection) {
    let (database, mut conn) = empty();
    let rows = [stock_of("s", 1), stock_of("s", 2), stock_of("t", 1)];
    for row in rows {
        diesel::insert_into(stock::table).values(row).execute(&mut conn).unwrap();
    }
    (database, conn)
}

fn whole_stock(conn: &mut TestConnection) -> Vec<Stock> {
    stock::table.order((stock::shop, stock::item)).select(Stock::as_select()).load(conn).unwrap()
}

#[test]
fn a_composite_key_finds_one_row_and_the_error_names_all_of_it() {
    let (_database, conn) = &mut with_stock();
    let mut a = stock_of("s", 1);
    let mut b = a.clone();
    a.amount = 9;
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, 2);
    let rows = [a.clone(), stock_of("s", 2), stock_of("t", 1)];
    assert_eq!(whole_stock(conn), rows);

    let error = b.save_concurrent(conn).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"stock with shop "s", item 1 was modified by somebody else: expected version 1, found 2; reload it and try again"#
    );
    assert_eq!(named(b.save_concurrent(conn)), ("stock", r#"shop "s", item 1"#.to_owned()));
    assert_eq!(whole_stock(conn), rows);
    a.delete_concurrent(conn).unwrap();
    assert_eq!(
        b.save_concurrent(conn).unwrap_err().to_string(),
        r#"stock with shop "s", item 1 was deleted by somebody else: expected version 1, found no row"#
    );
    assert_eq!(whole_stock(conn), [stock_of("s", 2), stock_of("t", 1)]);
}

#[test]
fn a_composite_key_is_guarded() {
    let (_database, conn) = &mut with_stock();
    let load = |conn: &mut TestConnection| -> Stock {
        stock::table.find(("s", 1)).select(Stock::as_select()).first(conn).unwrap()
    };
    assert_guarded(conn, load, |stock| VersionValue::from(stock.version));
    assert_eq!(whole_stock(conn), [stock_of("s", 2), stock_of("t", 1)]);
}

/// WHERE gets the converted key. Errors show the key as the program knows it.
#[test]
fn a_key_is_looked_for_as_what_it_converts_to() {
    #[derive(Debug, Clone, PartialEq)]
    struct Shop(char);

    impl From<Shop> for String {
        fn from(shop: Shop) -> Self {
            shop.0.to_lowercase().collect()
        }
    }

    #[derive(Debug, Clone, PartialEq, Concurrent)]
    #[diesel(table_name = stock, primary_key(item, shop))]
    #[diesel(treat_none_as_null = false)]
    struct Converted {
        #[diesel(serialize_as = String)]
        shop: Shop,
        #[diesel(column_name = item)]
        number: i32,
        amount: Option<i32>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_stock();
    let mut a = Converted { shop: Shop('S'), number: 1, amount: Some(4), version: 1 };
    let mut b = a.clone();
    a.save_concurrent(conn).unwrap();
    assert_eq!(a, Converted { shop: Shop('S'), number: 1, amount: Some(4), version: 2 });
    let row = Stock { amount: 4, version: 2, ..stock_of("s", 1) };
    assert_eq!(whole_stock(conn), [row, stock_of("s", 2), stock_of("t", 1)]);
    assert_eq!(named(b.save_concurrent(conn)), ("stock", "item 1, shop Shop('S')".to_owned()));
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = files, primary_key(digest))]
struct File {
    digest: Vec<u8>,
    content: Option<Vec<u8>>,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_binary_key_finds_its_row() {
    let (_database, conn) = &mut empty();
    for digest in [vec![0, 255], vec![0], vec![]] {
        let row = File { digest: digest.clone(), content: Some(digest), version: 1 };
        diesel::insert_into(files::table).values(row).execute(conn).unwrap();
    }
    for (digest, key) in [(vec![0, 255], "digest [0, 255]"), (vec![0], "digest [0]"), (vec![], "digest []")] {
        let load = |conn: &mut TestConnection| -> File {
            files::table.find(&digest).select(File::as_select()).first(conn).unwrap()
        };
        let mut a = load(conn);
        let mut b = a.clone();
        a.content = None;
        a.save_concurrent(conn).unwrap();
        assert_eq!(load(conn), a);
        assert_eq!(named(b.save_concurrent(conn)), ("files", key.to_owned()));
        assert_guarded(conn, load, |file| VersionValue::from(file.version));
    }
}

#[test]
fn a_key_of_the_users_own_type_finds_its_row() {
    #[derive(Debug, Clone, Copy, PartialEq, AsExpression, FromSqlRow)]
    #[diesel(sql_type = Binary)]
    struct Digest([u8; 4]);

    impl<DB> ToSql<Binary, DB> for Digest
    where
        DB: Backend,
        [u8]: ToSql<Binary, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
            self.0.as_slice().to_sql(out)
        }
    }

    impl<DB> FromSql<Binary, DB> for Digest
    where
        DB: Backend,
        Vec<u8>: FromSql<Binary, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            Ok(Self(Vec::from_sql(bytes)?.as_slice().try_into()?))
        }
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
    #[diesel(table_name = files, primary_key(digest))]
    struct Hashed {
        digest: Digest,
        content: Option<Vec<u8>>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut empty();
    let mut a = Hashed { digest: Digest([1, 2, 3, 4]), content: None, version: 1 };
    let mut b = a.clone();
    diesel::insert_into(files::table).values(a.clone()).execute(conn).unwrap();
    a.content = Some(vec![7]);
    a.save_concurrent(conn).unwrap();
    assert_eq!(b.current(conn).unwrap(), Some(a));
    assert_eq!(named(b.save_concurrent(conn)), ("files", "digest Digest([1, 2, 3, 4])".to_owned()));
}
