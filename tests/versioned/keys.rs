//! The key's part of a `RecordId`, in every place where a key can lie.

use std::borrow::Cow;
use std::fmt;

use concurrency_diesel::KeyText;
use concurrency_diesel::prelude::*;
use diesel::expression::AsExpression;
use diesel::serialize;
use diesel::sql_types::Text;

diesel::table! { stock (shop, item) { shop -> Text, item -> BigInt, count -> Integer, version -> BigInt, } }
diesel::table! { notes (id) { id -> Text, version -> BigInt, } }
diesel::table! { blobs (id) { id -> Binary, version -> BigInt, } }
diesel::table! { marks (id) { id -> Nullable<Text>, version -> BigInt, } }

#[derive(Concurrent)]
#[diesel(table_name = stock, primary_key(shop, item))]
struct Stock<'a> {
    // In another order than the key.
    item: i64,
    shop: Cow<'a, str>,
    count: i32,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_composite_key_is_written_in_the_order_of_the_key() {
    let stock = Stock { item: 3, shop: Cow::Borrowed("a,b"), count: 1, version: 1 };
    assert_eq!(stock.record_id().to_string(), "stock/a%2Cb,3");
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = stock, primary_key(shop, item))]
struct Place {
    shop: String,
    item: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = stock)]
struct Placed {
    #[diesel(embed)]
    #[concurrent(key)]
    place: Place,
    count: i32,
    #[concurrent(version)]
    version: i64,
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = stock)]
struct Around {
    #[diesel(embed)]
    #[concurrent(key)]
    place: Place,
    count: i32,
}

#[derive(Concurrent)]
#[diesel(table_name = stock)]
struct PlacedDeeply {
    #[diesel(embed)]
    #[concurrent(key)]
    around: Around,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn an_embedded_key_is_written_like_any_other() {
    let place = || Place { shop: "%".to_owned(), item: 3 };
    assert_eq!(Placed { place: place(), count: 1, version: 1 }.record_id().to_string(), "stock/%25,3");
    let around = Around { place: place(), count: 1 };
    assert_eq!(PlacedDeeply { around, version: 1 }.record_id().to_string(), "stock/%25,3");
}

/// A struct of another crate.
mod other {
    pub(super) struct Item {
        pub(super) shop: String,
        pub(super) item: i64,
        pub(super) count: i32,
    }
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = stock, primary_key(shop, item))]
#[concurrent(remote = other::Item)]
struct ItemColumns {
    shop: String,
    item: i64,
    count: i32,
}

#[derive(Concurrent)]
#[diesel(table_name = stock)]
#[concurrent(record_name = "items")]
struct VersionedItem {
    #[diesel(embed)]
    #[concurrent(remote = ItemColumns, key)]
    item: other::Item,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_key_in_a_foreign_struct_is_written_like_any_other() {
    let item = other::Item { shop: "s".to_owned(), item: 3, count: 0 };
    assert_eq!(VersionedItem { item, version: 2 }.record_id().to_string(), "items/s,3");
}

#[derive(Debug, Clone, AsExpression)]
#[diesel(sql_type = Text)]
struct Slug(String);

impl<DB> serialize::ToSql<Text, DB> for Slug
where
    DB: diesel::backend::Backend,
    str: serialize::ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl KeyText for Slug {
    fn write_key_text(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.0.write_key_text(out)
    }
}

#[derive(Concurrent)]
#[diesel(table_name = notes)]
struct Note {
    id: Slug,
    #[concurrent(version)]
    version: i64,
}

/// The written type differs; the text is that of the field.
#[derive(Concurrent)]
#[diesel(table_name = notes)]
struct Converted {
    #[diesel(serialize_as = String)]
    id: char,
    #[concurrent(version)]
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = blobs)]
struct Blob {
    id: Vec<u8>,
    #[concurrent(version)]
    version: i64,
}

#[derive(Concurrent)]
#[diesel(table_name = marks)]
struct Mark {
    id: Option<String>,
    #[concurrent(version)]
    version: i64,
}

/// In generic code, the key has a text if its type has one.
#[derive(Concurrent)]
#[diesel(table_name = notes)]
struct Generic<K> {
    id: K,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn every_type_of_key_has_its_text() {
    assert_eq!(Note { id: Slug("a,b".to_owned()), version: 1 }.record_id().key(), "a,b");
    assert_eq!(Converted { id: 'x', version: 1 }.record_id().key(), "x");
    assert_eq!(Blob { id: vec![1, 255], version: 1 }.record_id().key(), "01ff");
    assert_eq!(Mark { id: None, version: 1 }.record_id().key(), "~");
    assert_eq!(Mark { id: Some("~".to_owned()), version: 1 }.record_id().key(), "~~");
    assert_eq!(Generic { id: "g".to_owned(), version: 1 }.record_id().key(), "g");
}

/// A key without a text is not a mistake if the record is never named.
#[derive(Debug, Clone, AsExpression)]
#[diesel(sql_type = Text)]
struct Mute(String);

impl<DB> serialize::ToSql<Text, DB> for Mute
where
    DB: diesel::backend::Backend,
    str: serialize::ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

#[derive(Concurrent)]
#[diesel(table_name = notes)]
struct Unnamed {
    id: Mute,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_key_without_a_text_can_be_saved_all_the_same() {
    fn is_saved<T: concurrency_diesel::ConcurrentOn<diesel::sqlite::Sqlite>>(_: &T) {}
    is_saved(&Unnamed { id: Mute("m".to_owned()), version: 1 });
}
