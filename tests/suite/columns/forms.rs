//! Structs with some columns of a table. A save checks and advances the version and leaves the rest of the row.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{files, profiles};
use super::super::statements::Log;
use super::{Profile, assert_modified, first_profile, profile, some, with_profile, written};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = profiles)]
struct Contact {
    id: i64,
    name: String,
    email: Option<String>,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_form_writes_its_columns_and_leaves_the_others() {
    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut a = Contact { id: 1, name: "Augusta".to_owned(), email: None, version: 1 };
    let mut b = Contact { name: "Byron".to_owned(), ..a.clone() };

    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "email"]);
    assert_eq!(a.version, 2);
    let row = Profile { name: "Augusta".to_owned(), email: None, version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);

    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!((b.version, b.name.as_str()), (1, "Byron"));
    assert_eq!(profile(conn), row);
}

#[test]
fn a_form_and_the_whole_record_check_the_same_version() {
    let (_database, conn) = &mut with_profile();
    let mut whole = profile(conn);
    let mut form: Contact = profiles::table.find(1).select(Contact::as_select()).first(conn).unwrap();

    whole.city = some("Marylebone");
    whole.save_concurrent(conn).unwrap();
    assert_modified(&form.save_concurrent(conn).unwrap_err(), 1, 2);

    form.reload_concurrent(conn).unwrap();
    assert_eq!(form, Contact { id: 1, name: "Ada".to_owned(), email: some("ada@example.org"), version: 2 });
    form.name = "Augusta".to_owned();
    form.save_concurrent(conn).unwrap();
    assert_modified(&whole.save_concurrent(conn).unwrap_err(), 2, 3);
    assert_eq!(profile(conn), Profile { name: "Augusta".to_owned(), version: 3, ..whole });
}

#[test]
fn a_form_of_key_and_version_is_a_touch() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Stamp {
        id: i64,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut stamp = Stamp { id: 1, version: 1 };
    stamp.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version"]);
    assert_eq!(stamp.version, 2);
    assert_eq!(profile(conn), Profile { version: 2, ..first_profile() });
    assert_modified(&Stamp { id: 1, version: 1 }.save_concurrent(conn).unwrap_err(), 1, 2);

    stamp.save_unchecked(conn).unwrap();
    stamp.save_without_increment(conn).unwrap();
    assert_eq!(stamp.version, 3);
    assert_eq!(profile(conn), Profile { version: 3, ..first_profile() });
}

#[test]
fn a_form_borrows_what_it_writes() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Borrowed<'a> {
        id: i64,
        name: &'a str,
        email: Option<&'a str>,
        city: Option<Cow<'a, str>>,
        r#type: Cow<'a, str>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    // Shorter lived than the connection, whose statement cache must not mind.
    let name = "Augusta".to_owned();
    let mut form = Borrowed {
        id: 1,
        name: &name,
        email: Some("a@b.c"),
        city: Some(Cow::Owned("Marylebone".to_owned())),
        r#type: Cow::Borrowed("countess"),
        version: 1,
    };
    form.save_concurrent(conn).unwrap();
    let row = Profile {
        name: "Augusta".to_owned(),
        email: some("a@b.c"),
        city: some("Marylebone"),
        r#type: "countess".to_owned(),
        version: 2,
        ..first_profile()
    };
    assert_eq!(profile(conn), row);

    form.email = None;
    form.save_concurrent(conn).unwrap();
    assert_eq!(profile(conn), Profile { email: None, version: 3, ..row });
}

#[test]
fn a_generic_form_is_one_statement_whatever_it_holds() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Named<T> {
        id: i64,
        name: T,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    Named { id: 1, name: "borrowed", version: 1 }.save_concurrent(conn).unwrap();
    assert_eq!(profile(conn).name, "borrowed");
    log.take_prepared();
    Named { id: 1, name: "owned".to_owned(), version: 2 }.save_concurrent(conn).unwrap();
    assert_eq!(log.take_prepared(), [""; 0], "the columns are the same, and so is the text");
    assert_eq!(profile(conn), Profile { name: "owned".to_owned(), version: 3, ..first_profile() });
}

#[test]
fn a_form_over_an_array_takes_arrays_of_every_length() {
    #[derive(Debug, PartialEq, Queryable, Concurrent)]
    #[diesel(table_name = files)]
    #[diesel(primary_key(digest))]
    struct Fixed<const N: usize> {
        digest: Vec<u8>,
        content: Option<[u8; N]>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let insert = diesel::insert_into(files::table).values((files::digest.eq(vec![7]), files::content.eq(vec![0])));
    insert.execute(conn).unwrap();
    Fixed { digest: vec![7], content: Some([1, 2]), version: 1 }.save_concurrent(conn).unwrap();
    assert_eq!(files::table.first(conn), Ok((vec![7_u8], Some(vec![1_u8, 2]), 2_i64)));
    Fixed { digest: vec![7], content: Some([1, 2, 3]), version: 2 }.save_concurrent(conn).unwrap();
    assert_eq!(files::table.first(conn), Ok((vec![7_u8], Some(vec![1_u8, 2, 3]), 3_i64)));
}

#[test]
fn two_structs_over_one_table_never_share_a_statement() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Place {
        id: i64,
        street: Option<String>,
        city: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    // Twice, so that the second round meets what the first left in the statement cache.
    for round in 0..2_i64 {
        let text = Some(format!("round {round}"));
        let version = 1 + 2 * round;
        // The types are the same in the same places, so a wrong statement would run without an error.
        Contact { id: 1, name: "Ada".to_owned(), email: text.clone(), version }.save_concurrent(conn).unwrap();
        Place { id: 1, street: None, city: text.clone(), version: version + 1 }.save_concurrent(conn).unwrap();
        let row = Profile { email: text.clone(), street: None, city: text, version: version + 2, ..first_profile() };
        assert_eq!(profile(conn), row);
    }
    assert_eq!(log.take_prepared().iter().filter(|text| text.starts_with("UPDATE ")).count(), 2);
}

#[test]
fn a_column_under_skip_update_is_never_written() {
    /// Not a type that a column could have. A field that is not written needs none.
    struct Shown;

    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Audited {
        id: i64,
        name: String,
        #[diesel(skip_update)]
        created_by: String,
        #[diesel(skip_update)]
        _shown: PhantomData<Shown>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut form = Audited {
        id: 1,
        name: "Augusta".to_owned(),
        created_by: "somebody else".to_owned(),
        _shown: PhantomData,
        version: 1,
    };
    form.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name"]);
    form.save_unchecked(conn).unwrap();
    form.save_without_increment(conn).unwrap();
    assert_eq!((form.version, form.created_by.as_str()), (3, "somebody else"));
    assert_eq!(profile(conn), Profile { name: "Augusta".to_owned(), version: 3, ..first_profile() });
}

#[test]
fn a_field_has_another_name_than_its_column() {
    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = profiles)]
    struct Renamed {
        #[diesel(column_name = id)]
        number: i64,
        #[diesel(column_name = name)]
        called: String,
        // Both ways to write a keyword.
        #[diesel(column_name = "type")]
        kind: String,
        // The column's name in `table!`; in the database it is "the note".
        #[diesel(column_name = note)]
        remark: Option<String>,
        #[diesel(column_name = version)]
        #[concurrent(version)]
        revision: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut a = Renamed {
        number: 1,
        called: "Augusta".to_owned(),
        kind: "countess".to_owned(),
        remark: some("renamed"),
        revision: 1,
    };
    let mut b = a.clone();
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "type", "the note"]);
    assert_eq!(a.revision, 2);
    let row = Profile {
        name: "Augusta".to_owned(),
        r#type: "countess".to_owned(),
        note: some("renamed"),
        version: 2,
        ..first_profile()
    };
    assert_eq!(profile(conn), row);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(b.current(conn).unwrap(), Some(a));
}

#[test]
fn a_raw_identifier_is_the_column_of_that_name() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Kind {
        id: i64,
        r#type: &'static str,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    Kind { id: 1, r#type: "machine", version: 1 }.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "type"]);
    assert_eq!(profile(conn), Profile { r#type: "machine".to_owned(), version: 2, ..first_profile() });
}
