//! `remote`: your own struct describes the columns of a foreign one, which does not know versions.
//! `examples/foreign-model` shows that the foreign struct may be in another crate.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{profiles, stock};
use super::super::statements::Log;
use super::{Profile, assert_modified, first_profile, profile, some, with_profile, written};
use crate::engine::{Database, TestConnection};

/// A struct of another crate. It derives Diesel's traits and none of ours.
mod foreign {
    use diesel::prelude::*;

    use crate::suite::models::{profiles, stock};

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
    #[diesel(table_name = profiles)]
    pub struct Person {
        pub id: i64,
        pub name: String,
        pub created_by: String,
        #[diesel(embed)]
        pub reach: Reach,
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
    #[diesel(table_name = profiles)]
    pub struct Reach {
        pub email: Option<String>,
        #[diesel(column_name = phone)]
        pub telephone: Option<String>,
        pub city: Option<String>,
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
    #[diesel(table_name = stock)]
    pub struct Position {
        pub shop: String,
        pub item: i32,
        pub amount: i32,
    }

    /// A struct with a lifetime and its own type, which another crate might well have.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Place<'a, T> {
        pub street: Option<&'a str>,
        pub city: T,
    }
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = profiles)]
#[concurrent(remote = foreign::Person)]
struct PersonColumns {
    id: i64,
    name: String,
    #[diesel(skip_update)]
    created_by: String,
    #[diesel(embed)]
    #[concurrent(remote = ReachColumns)]
    reach: foreign::Reach,
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = profiles, treat_none_as_null = false)]
#[concurrent(remote = foreign::Reach)]
struct ReachColumns {
    #[diesel(treat_none_as_null = true)]
    email: Option<String>,
    #[diesel(column_name = phone)]
    #[diesel(serialize_as = String)]
    telephone: Option<String>,
    city: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = profiles)]
struct VersionedPerson {
    #[diesel(embed)]
    #[concurrent(remote = PersonColumns, key)]
    person: foreign::Person,
    country: Option<String>,
    #[concurrent(version)]
    version: i64,
}

fn person(connection: &mut TestConnection) -> VersionedPerson {
    profiles::table.find(1).select(VersionedPerson::as_select()).first(connection).unwrap()
}

#[test]
fn the_columns_of_a_foreign_struct_are_written_and_guarded() {
    let (_database, conn) = &mut with_profile();
    let (mut a, mut b) = (person(conn), person(conn));
    let log = Log::attach(conn);
    a.person.name = "Augusta".to_owned();
    a.person.created_by = "never written".to_owned();
    a.person.reach = foreign::Reach { email: None, telephone: some("1852"), city: None };
    a.country = None;
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "email", "phone", "country"]);
    assert_eq!(a.version, 2);
    let row = Profile {
        name: "Augusta".to_owned(),
        email: None,
        phone: some("1852"),
        country: None,
        version: 2,
        ..first_profile()
    };
    assert_eq!(profile(conn), row);

    let before = b.clone();
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(b, before);
    b.reload_concurrent(conn).unwrap();
    assert_eq!(b.person.reach, foreign::Reach { email: None, telephone: some("1852"), city: some("London") });
    b.delete_concurrent(conn).unwrap();
    assert!(!a.delete_if_exists(conn).unwrap());
}

#[derive(ConcurrentColumns)]
#[diesel(table_name = stock, primary_key(shop, item))]
#[concurrent(remote = foreign::Position)]
struct PositionColumns {
    shop: String,
    item: i32,
    amount: i32,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = stock)]
struct VersionedPosition {
    #[diesel(embed)]
    #[concurrent(key, remote = PositionColumns)]
    position: foreign::Position,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_composite_key_in_a_foreign_struct_finds_one_row() {
    let database = Database::new();
    let conn = &mut database.connect();
    for (shop, item) in [("a", 1), ("a", 2), ("b", 1)] {
        let row = (stock::shop.eq(shop), stock::item.eq(item), stock::amount.eq(10), stock::version.eq(1_i64));
        diesel::insert_into(stock::table).values(row).execute(conn).unwrap();
    }
    let load = |conn: &mut TestConnection| {
        stock::table.find(("a", 2)).select(VersionedPosition::as_select()).first::<VersionedPosition>(conn).unwrap()
    };
    let (mut a, mut b) = (load(conn), load(conn));
    a.position.amount = 9;
    a.save_concurrent(conn).unwrap();
    assert_eq!(load(conn), a);
    let others = stock::table.filter(stock::version.eq(1_i64)).count().get_result::<i64>(conn).unwrap();
    assert_eq!(others, 2);

    let error = b.save_concurrent(conn).unwrap_err();
    let ConcurrencyError::RecordModified(error) = error else {
        panic!("not RecordModified: {error:?}");
    };
    assert_eq!((error.table, error.key.as_str()), ("stock", "shop \"a\", item 2"));
}

/// The struct with the key need not be foreign.
#[test]
fn a_key_may_lie_in_any_embedded_struct() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, ConcurrentColumns)]
    #[diesel(table_name = stock, primary_key(shop, item))]
    struct Place {
        shop: String,
        item: i32,
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = stock)]
    struct Amount<P> {
        #[diesel(embed)]
        #[concurrent(key)]
        id: P,
        amount: i32,
        #[concurrent(version)]
        version: i64,
    }

    let database = Database::new();
    let conn = &mut database.connect();
    let row = (stock::shop.eq("a"), stock::item.eq(1), stock::amount.eq(10), stock::version.eq(1_i64));
    diesel::insert_into(stock::table).values(row).execute(conn).unwrap();
    let log = Log::attach(conn);
    let mut record = Amount { id: Place { shop: "a".to_owned(), item: 1 }, amount: 11, version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "amount"]);
    record.id.item = 2;
    let error = record.save_concurrent(conn).unwrap_err();
    assert_eq!(
        error.to_string(),
        "stock with shop \"a\", item 2 was deleted by somebody else: expected version 2, found no row"
    );
    record.id.item = 1;
    assert_eq!(record.current(conn).unwrap(), Some(record));
}

#[test]
fn a_foreign_struct_may_be_generic() {
    #[derive(ConcurrentColumns)]
    #[diesel(table_name = profiles)]
    #[concurrent(remote = foreign::Place<'a, T>)]
    struct PlaceColumns<'a, T: Clone + Into<Option<String>>> {
        street: Option<&'a str>,
        #[diesel(serialize_as = Option<String>)]
        city: T,
    }

    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Dweller<'a> {
        id: i64,
        #[diesel(embed)]
        #[concurrent(remote = PlaceColumns<'a, String>)]
        place: foreign::Place<'a, String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let place = foreign::Place { street: None, city: "Marylebone".to_owned() };
    let mut record = Dweller { id: 1, place, version: 1 };
    record.save_concurrent(conn).unwrap();
    let row = Profile { street: None, city: some("Marylebone"), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);
}
