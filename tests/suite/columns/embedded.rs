//! `embed`: the columns of a struct in a struct are columns of the record.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::profiles;
use super::super::statements::Log;
use super::{Profile, assert_modified, first_profile, profile, some, with_profile, written};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, ConcurrentColumns)]
#[diesel(table_name = profiles)]
struct Address {
    street: Option<String>,
    #[diesel(embed)]
    town: Town,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, ConcurrentColumns)]
#[diesel(table_name = profiles)]
struct Town {
    city: Option<String>,
    #[diesel(skip_update)]
    country: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = profiles)]
struct Resident {
    id: i64,
    #[diesel(embed)]
    address: Address,
    name: String,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn the_columns_of_embedded_structs_are_written_in_their_place() {
    let (_database, conn) = &mut with_profile();
    let mut a: Resident = profiles::table.find(1).select(Resident::as_select()).first(conn).unwrap();
    let mut b = a.clone();
    let log = Log::attach(conn);
    a.name = "Augusta".to_owned();
    a.address.street = None;
    a.address.town = Town { city: some("Marylebone"), country: some("skipped") };
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "street", "city", "name"]);
    assert_eq!(a.version, 2);
    let row =
        Profile { name: "Augusta".to_owned(), street: None, city: some("Marylebone"), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);

    let before = b.clone();
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(b, before);
    b.reload_concurrent(conn).unwrap();
    assert_eq!(b.address, Address { street: None, town: Town { city: some("Marylebone"), country: some("England") } });
}

/// One field of any kind of columns; generic code needs no more than these bounds.
#[derive(Debug, Concurrent)]
#[diesel(table_name = profiles)]
struct Holder<E> {
    id: i64,
    #[diesel(embed)]
    part: E,
    #[concurrent(version)]
    version: i64,
}

#[derive(Debug, ConcurrentColumns)]
#[diesel(table_name = profiles)]
struct Email {
    email: Option<String>,
}

#[derive(Debug, ConcurrentColumns)]
#[diesel(table_name = profiles)]
struct Phone {
    phone: Option<String>,
}

/// The two texts differ in a name alone: one taken for the other would write the wrong column, without an error.
#[test]
fn a_generic_struct_has_a_statement_for_each_struct_embedded_in_it() {
    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut expected = first_profile();
    for round in 0..2 {
        let email = Some(format!("email {round}"));
        let mut holder = Holder { id: 1, part: Email { email: email.clone() }, version: expected.version };
        holder.save_concurrent(conn).unwrap();
        let phone = Some(format!("phone {round}"));
        let mut holder = Holder { id: 1, part: Phone { phone: phone.clone() }, version: holder.version };
        holder.save_concurrent(conn).unwrap();
        holder.touch_concurrent(conn).unwrap();
        expected = Profile { email, phone, version: expected.version + 3, ..expected };
        assert_eq!(profile(conn), expected);
    }
    let updates = log.take_prepared().into_iter().filter(|text| text.starts_with("UPDATE ")).count();
    assert_eq!(updates, 3, "two saves and a touch");
}

/// A save of any holder, by the bounds alone.
#[test]
fn generic_code_saves_a_generic_record() {
    fn save_part<E>(part: E, version: i64, conn: &mut crate::engine::TestConnection) -> i64
    where
        E: EmbeddedOn<<crate::engine::TestConnection as Connection>::Backend>,
    {
        let mut holder = Holder { id: 1, part, version };
        holder.save_concurrent(conn).unwrap();
        holder.version
    }

    let (_database, conn) = &mut with_profile();
    assert_eq!(save_part(Email { email: None }, 1, conn), 2);
    assert_eq!(save_part(Phone { phone: None }, 2, conn), 3);
    assert_eq!(profile(conn), Profile { email: None, phone: None, version: 3, ..first_profile() });
}

#[test]
fn embedded_columns_are_skipped_and_converted_like_any_others() {
    #[derive(ConcurrentColumns)]
    #[diesel(table_name = profiles, treat_none_as_null = false)]
    struct Reach<'a> {
        email: Option<&'a str>,
        #[diesel(column_name = phone)]
        #[diesel(serialize_as = String)]
        telephone: Option<&'a str>,
        #[diesel(treat_none_as_null = true)]
        city: Option<&'a str>,
    }

    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Reachable<'a> {
        id: i64,
        #[diesel(embed)]
        reach: Reach<'a>,
        #[diesel(serialize_as = String)]
        name: &'a str,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let reach = Reach { email: None, telephone: Some("1852"), city: None };
    let mut record = Reachable { id: 1, reach, name: "Augusta", version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "phone", "city", "name"]);
    let row = Profile { name: "Augusta".to_owned(), phone: some("1852"), city: None, version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);

    record.reach.email = Some("a@b.c");
    record.reach.telephone = None;
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "email", "city", "name"]);
    assert_eq!(profile(conn), Profile { email: some("a@b.c"), version: 3, ..row });
    let prepared = log.take_prepared();
    let updates = prepared.iter().filter(|text| text.starts_with("UPDATE ")).count();
    assert_eq!(updates, 2, "one for each subset: {prepared:#?}");
}

/// The limit of prepared statements counts the columns of the record and of its embedded structs together.
#[test]
fn embedded_columns_count_among_those_that_may_be_skipped() {
    #[derive(ConcurrentColumns)]
    #[diesel(table_name = profiles, treat_none_as_null = false)]
    struct Three {
        email: Option<String>,
        phone: Option<String>,
        note: Option<String>,
    }

    #[derive(Concurrent)]
    #[diesel(table_name = profiles, treat_none_as_null = false)]
    struct TwoMore {
        id: i64,
        #[diesel(embed)]
        three: Three,
        city: Option<String>,
        country: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let three = Three { email: None, phone: some("1852"), note: None };
    let mut record = TwoMore { id: 1, three, city: some("Marylebone"), country: None, version: 1 };
    record.save_concurrent(conn).unwrap();
    record.save_concurrent(conn).unwrap();
    assert_eq!(log.take_prepared(), [""; 0]);
    let row = Profile { phone: some("1852"), city: some("Marylebone"), version: 3, ..first_profile() };
    assert_eq!(profile(conn), row);
}

/// A struct that is loaded elsewhere, with its key, is embedded unchanged.
#[test]
fn a_key_in_an_embedded_struct_is_not_written() {
    #[derive(ConcurrentColumns)]
    #[diesel(table_name = profiles)]
    struct Named {
        id: i64,
        name: String,
    }

    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Record {
        id: i64,
        #[diesel(embed)]
        named: Named,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let named = Named { id: 99, name: "Augusta".to_owned() };
    Record { id: 1, named, version: 1 }.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name"]);
    assert_eq!(profile(conn), Profile { name: "Augusta".to_owned(), version: 2, ..first_profile() });
}

#[test]
fn a_struct_that_is_all_embedded_is_saved() {
    #[derive(ConcurrentColumns)]
    #[diesel(table_name = profiles)]
    struct Nothing {}

    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Record {
        id: i64,
        #[diesel(embed)]
        email: Email,
        #[diesel(embed)]
        _nothing: Nothing,
        #[diesel(embed)]
        phone: Phone,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut record = Record {
        id: 1,
        email: Email { email: None },
        _nothing: Nothing {},
        phone: Phone { phone: some("1") },
        version: 1,
    };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "email", "phone"]);
    assert_eq!(profile(conn), Profile { email: None, phone: some("1"), version: 2, ..first_profile() });
}
