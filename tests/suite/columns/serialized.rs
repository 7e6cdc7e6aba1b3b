//! `serialize_as`: a column gets the converted value, and the field keeps its own.

use crate::library::prelude::*;
use diesel::backend::Backend;
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Nullable, Text};

use super::super::models::profiles;
use super::super::statements::Log;
use super::{Profile, first_profile, profile, some, with_profile, written};

/// The written form of a text: upper case.
#[derive(Debug, AsExpression)]
#[diesel(sql_type = Text)]
struct Loud(String);

impl From<String> for Loud {
    fn from(text: String) -> Self {
        Self(text.to_uppercase())
    }
}

impl<DB> ToSql<Text, DB> for Loud
where
    DB: Backend,
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

/// The written form of an empty text: NULL.
#[derive(Debug, AsExpression)]
#[diesel(sql_type = Nullable<Text>)]
struct NonEmpty(Option<String>);

impl From<Option<String>> for NonEmpty {
    fn from(text: Option<String>) -> Self {
        Self(text.filter(|text| !text.is_empty()))
    }
}

impl<DB> ToSql<Nullable<Text>, DB> for NonEmpty
where
    DB: Backend,
    Option<String>: ToSql<Nullable<Text>, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

#[test]
fn the_column_gets_what_the_field_converts_to() {
    #[derive(Debug, PartialEq, Concurrent)]
    #[diesel(table_name = profiles)]
    struct Shout {
        id: i64,
        #[diesel(serialize_as = Loud)]
        name: String,
        city: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut record = Shout { id: 1, name: "Augusta".to_owned(), city: some("Marylebone"), version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "city"]);
    assert_eq!(record, Shout { id: 1, name: "Augusta".to_owned(), city: some("Marylebone"), version: 2 });
    let row = Profile { name: "AUGUSTA".to_owned(), city: some("Marylebone"), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);

    record.name = "Lovelace".to_owned();
    record.save_unchecked(conn).unwrap();
    assert_eq!(profile(conn), Profile { name: "LOVELACE".to_owned(), version: 3, ..row.clone() });
    record.name = "Byron".to_owned();
    record.save_without_increment(conn).unwrap();
    assert_eq!(record.name, "Byron");
    assert_eq!(profile(conn), Profile { name: "BYRON".to_owned(), version: 3, ..row });
}

/// Without `treat_none_as_null = false` it is the whole option that is converted, as in Diesel.
#[test]
fn an_option_is_converted_whole_where_none_is_written() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Emptied {
        id: i64,
        #[diesel(serialize_as = NonEmpty)]
        email: Option<String>,
        #[diesel(serialize_as = NonEmpty)]
        phone: Option<String>,
        #[diesel(serialize_as = NonEmpty)]
        city: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let mut record = Emptied { id: 1, email: some(""), phone: None, city: some("Marylebone"), version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(record.email.as_deref(), Some(""));
    let row = Profile { email: None, phone: None, city: some("Marylebone"), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);
}

/// With it, only a value that is there is converted, as in Diesel.
#[test]
fn the_inside_of_an_option_is_converted_where_none_is_skipped() {
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct ShoutSome {
        id: i64,
        #[diesel(serialize_as = Loud, treat_none_as_null = false)]
        email: Option<String>,
        #[diesel(serialize_as = Loud, treat_none_as_null = false)]
        city: Option<String>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut record = ShoutSome { id: 1, email: None, city: some("Marylebone"), version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "city"]);
    assert_eq!(record.city.as_deref(), Some("Marylebone"));
    assert_eq!(profile(conn), Profile { city: some("MARYLEBONE"), version: 2, ..first_profile() });

    record.email = some("a@b.c");
    record.city = None;
    record.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "email"]);
    let row = Profile { email: some("A@B.C"), city: some("MARYLEBONE"), version: 3, ..first_profile() };
    assert_eq!(profile(conn), row);
}
