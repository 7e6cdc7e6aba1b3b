//! `None` writes NULL, unless `treat_none_as_null = false` says that it skips the column.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::profiles;
use super::super::statements::Log;
use super::{Profile, assert_modified, first_profile, profile, some, with_profile, written};

/// The option is on the container, and one field overrides it.
#[derive(Debug, Clone, PartialEq, Concurrent)]
#[diesel(table_name = profiles)]
#[diesel(treat_none_as_null = false)]
struct Patch {
    id: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    #[diesel(treat_none_as_null = true)]
    city: Option<String>,
    #[concurrent(version)]
    version: i64,
}

fn patch(version: i64) -> Patch {
    Patch { id: 1, name: "Ada".to_owned(), email: None, phone: None, city: some("London"), version }
}

#[test]
fn a_column_goes_from_null_to_a_value_and_back() {
    let (_database, conn) = &mut with_profile();
    let mut record = profile(conn);
    let steps = [None, None, some("a@b.c"), some(""), None, some("a@b.c")];
    for (saves, email) in (1..).zip(steps) {
        record.email = email.clone();
        record.save_concurrent(conn).unwrap();
        assert_eq!(record.version, 1 + saves);
        assert_eq!(profile(conn), Profile { email, version: 1 + saves, ..first_profile() });
    }
}

#[test]
fn none_skips_the_column_where_the_struct_says_so() {
    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut record = Patch { city: None, ..patch(1) };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "city"]);
    assert_eq!(profile(conn), Profile { city: None, version: 2, ..first_profile() });

    record.email = some("a@b.c");
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "email", "city"]);
    assert_eq!(profile(conn), Profile { email: some("a@b.c"), city: None, version: 3, ..first_profile() });

    assert_modified(&patch(2).save_concurrent(conn).unwrap_err(), 2, 3);
}

#[test]
fn none_skips_the_column_where_the_field_says_so() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct OneSkipped {
        id: i64,
        #[diesel(treat_none_as_null = false)]
        email: Option<String>,
        phone: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    OneSkipped { id: 1, email: None, phone: None, version: 1 }.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "phone"]);
    assert_eq!(profile(conn), Profile { phone: None, version: 2, ..first_profile() });
}

#[test]
fn a_record_of_nothing_but_skipped_columns_is_a_touch() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles, treat_none_as_null = false)]
    struct Nothing {
        id: i64,
        email: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut record = Nothing { id: 1, email: None, version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version"]);
    assert_eq!(record.version, 2);
    assert_eq!(profile(conn), Profile { version: 2, ..first_profile() });
}

#[test]
fn an_option_in_an_option_skips_writes_null_or_writes() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    #[diesel(treat_none_as_null = false)]
    struct Three {
        id: i64,
        email: Option<Option<String>>,
        phone: Option<Option<&'static str>>,
        city: Option<Option<String>>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut record = Three { id: 1, email: None, phone: Some(None), city: Some(some("Marylebone")), version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "phone", "city"]);
    let row = Profile { phone: None, city: some("Marylebone"), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);

    record.email = Some(None);
    record.phone = Some(Some("1852"));
    record.city = None;
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "email", "phone"]);
    assert_eq!(profile(conn), Profile { email: None, phone: some("1852"), version: 3, ..row });
}

/// Only a type that is written as `Option<…>` can be skipped: the derive sees tokens, and an alias is not such a type.
#[test]
fn an_alias_of_an_option_writes_null() {
    type Maybe = Option<String>;

    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    #[diesel(treat_none_as_null = false)]
    struct Aliased {
        id: i64,
        email: Maybe,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    Aliased { id: 1, email: None, version: 1 }.save_concurrent(conn).unwrap();
    assert_eq!(profile(conn), Profile { email: None, version: 2, ..first_profile() });
}

#[test]
fn each_subset_of_the_columns_is_prepared_once() {
    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let subsets = [(None, None), (some("e"), None), (None, some("p")), (some("e"), some("p"))];
    let mut expected = Profile { version: 1, ..first_profile() };
    for _ in 0..3 {
        for (email, phone) in &subsets {
            let mut record = Patch { email: email.clone(), phone: phone.clone(), ..patch(expected.version) };
            record.save_concurrent(conn).unwrap();
            expected.version += 1;
            expected.email = email.clone().or(expected.email);
            expected.phone = phone.clone().or(expected.phone);
            assert_eq!(profile(conn), expected);
            // Another value, which the next round restores, so that a wrong statement shows.
            expected.email = some("between");
            diesel::update(profiles::table).set(profiles::email.eq("between")).execute(conn).unwrap();
        }
    }
    let prepared: Vec<_> = log.take_prepared().into_iter().filter(|text| text.starts_with("UPDATE ")).collect();
    assert_eq!(prepared.len(), subsets.len(), "{prepared:#?}");
}

/// Each column that may be left out doubles the number of texts, so the number of prepared statements has a limit.
#[test]
fn a_statement_with_many_columns_to_skip_is_not_kept_prepared() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles, treat_none_as_null = false)]
    struct Four {
        id: i64,
        note: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        city: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    #[derive(Concurrent)]
    #[diesel(table_name = profiles, treat_none_as_null = false)]
    struct Five {
        id: i64,
        note: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        city: Option<String>,
        country: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut four = Four { id: 1, note: some("n"), email: None, phone: some("p"), city: None, version: 1 };
    four.save_concurrent(conn).unwrap();
    four.save_concurrent(conn).unwrap();
    let prepared = log.take_prepared();
    assert_eq!(prepared.len(), 1, "{prepared:#?}");

    let mut five =
        Five { id: 1, note: None, email: some("e"), phone: None, city: None, country: some("c"), version: 3 };
    five.save_concurrent(conn).unwrap();
    five.save_concurrent(conn).unwrap();
    assert_eq!(log.take_prepared(), [""; 0]);
    let row = Profile {
        note: some("n"),
        phone: some("p"),
        email: some("e"),
        country: some("c"),
        version: 5,
        ..first_profile()
    };
    assert_eq!(profile(conn), row);
}
