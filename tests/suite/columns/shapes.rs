//! Forms and places of a struct: other derives beside ours, other modules, generics, lints.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::models::{articles, authors, old_notes, profiles};
use super::super::statements::Log;
use super::{Profile, assert_modified, first_profile, profile, some, with_profile, written};
use crate::engine::TestConnection;

#[test]
fn the_attributes_of_other_derives_are_theirs() {
    #[derive(Debug, PartialEq, Identifiable)]
    #[diesel(table_name = authors)]
    struct Owner {
        id: i64,
    }

    #[derive(Debug, Clone, PartialEq, HasQuery, Identifiable, Insertable, AsChangeset, Associations, Concurrent)]
    #[diesel(table_name = articles, treat_none_as_null = true, treat_none_as_default_value = false)]
    #[diesel(belongs_to(Owner, foreign_key = id))]
    #[diesel(base_query = articles::table.order_by((articles::id, articles::title)), base_query_type = Ordered)]
    #[diesel(check_for_backend(<TestConnection as diesel::Connection>::Backend))]
    struct Everything {
        #[diesel(skip_update)]
        id: i64,
        #[diesel(serialize_as = i32, deserialize_as = i32)]
        views: Views,
        #[diesel(select_expression = articles::title, select_expression_type = articles::title)]
        title: String,
        #[diesel(skip_insertion, skip_update)]
        #[diesel(select_expression = articles::id.lt(10).and(articles::views.lt(20)), select_expression_type = IsSmall)]
        is_small: bool,
        #[concurrent(version)]
        version: i64,
    }

    type Ordered = diesel::dsl::OrderBy<articles::table, (articles::id, articles::title)>;
    type IsSmall = diesel::dsl::And<diesel::dsl::Lt<articles::id, i64>, diesel::dsl::Lt<articles::views, i32>>;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    struct Views(i32);

    impl From<i32> for Views {
        fn from(views: i32) -> Self {
            Self(views)
        }
    }

    impl From<Views> for i32 {
        fn from(views: Views) -> Self {
            views.0
        }
    }

    let (_database, conn) = &mut super::super::fixtures::with_article();
    let mut record = Everything::query().first(conn).unwrap();
    record.title = "saved".to_owned();
    record.views = Views(3);
    record.save_concurrent(conn).unwrap();
    assert_eq!(record.current(conn).unwrap(), Some(record.clone()));
    let row = super::super::fixtures::article(1, conn);
    assert_eq!((row.title.as_str(), row.views, row.version), ("saved", 3, 2));
}

/// A re-export, as a crate makes it that wants to be the only one its users name.
mod facade {
    pub mod hidden {
        pub use concurrency_diesel as saving;
    }
}

/// Nothing is imported here, and the names that code generators lean on mean something else.
mod elsewhere {
    #![allow(dead_code, non_camel_case_types, reason = "the names are only in the way")]

    struct Option;
    struct String;
    struct Ok;
    struct Vec;
    struct Box;
    trait Into {}
    trait Clone {}
    trait Column {}
    trait Concurrent {}
    mod core {}
    mod std {}
    mod diesel {}

    #[derive(concurrency_diesel::Concurrent)]
    #[diesel(table_name = crate::suite::models::profiles)]
    #[concurrent(crate = "crate::suite::columns::shapes::facade::hidden::saving")]
    pub(super) struct Elsewhere<'b> {
        pub(super) id: i64,
        #[diesel(serialize_as = Name)]
        pub(super) name: &'b str,
        #[diesel(treat_none_as_null = false)]
        pub(super) email: ::std::option::Option<&'b str>,
        #[diesel(embed)]
        pub(super) part: Part,
        #[concurrent(version = ::concurrency_diesel::AutoIncVersionField)]
        pub(super) version: i64,
    }

    type Name = ::std::string::String;

    #[derive(concurrency_diesel::ConcurrentColumns)]
    #[diesel(table_name = super::profiles)]
    #[concurrent(crate = "super::facade::hidden::saving")]
    pub(super) struct Part {
        pub(super) city: ::std::option::Option<&'static str>,
    }
}

#[test]
fn a_struct_needs_no_import_where_it_is_written() {
    let (_database, conn) = &mut with_profile();
    let part = elsewhere::Part { city: None };
    let mut record = elsewhere::Elsewhere { id: 1, name: "Augusta", email: None, part, version: 1 };
    record.save_concurrent(conn).unwrap();
    let row = Profile { name: "Augusta".to_owned(), city: None, version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);
}

#[test]
fn a_struct_is_generic_over_lifetimes_and_types_under_bounds() {
    /// `DB` and `T` are names that an expansion might have taken for itself, and `'b` is another.
    #[derive(Concurrent)]
    #[diesel(table_name = profiles)]
    struct Generic<'b, T: Clone, DB, const N: usize = 1>
    where
        T: Into<String>,
        DB: std::fmt::Debug + ?Sized + 'b,
    {
        id: i64,
        #[diesel(serialize_as = String)]
        name: T,
        email: Option<&'b str>,
        #[diesel(skip_update)]
        _shown: Option<&'b [&'b DB; N]>,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut with_profile();
    let email = "a@b.c".to_owned();
    let mut record = Generic { id: 1, name: "Augusta", email: Some(&email), _shown: Some(&["shown"]), version: 1 };
    record.save_concurrent(conn).unwrap();
    assert_eq!(record.version, 2);
    let row = Profile { name: "Augusta".to_owned(), email: some("a@b.c"), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);
    let mut record = Generic::<_, str, 0> { id: 1, name: 'B', email: None, _shown: None, version: 1 };
    assert_modified(&record.save_concurrent(conn).unwrap_err(), 1, 2);
}

#[test]
fn the_table_is_diesels_guess_where_none_is_named() {
    #[derive(Debug, PartialEq, Queryable, Selectable, Concurrent)]
    struct OldNote {
        id: i64,
        text: String,
        #[concurrent(version)]
        version: Option<i64>,
    }

    let (_database, conn) = &mut with_profile();
    diesel::insert_into(old_notes::table)
        .values((old_notes::id.eq(1), old_notes::text.eq("old"), old_notes::version.eq(7)))
        .execute(conn)
        .unwrap();
    let mut note: OldNote = old_notes::table.select(OldNote::as_select()).first(conn).unwrap();
    note.text = "new".to_owned();
    note.save_concurrent(conn).unwrap();
    assert_eq!(old_notes::table.first(conn), Ok((1_i64, "new".to_owned(), Some(8_i64))));
}

#[test]
fn a_struct_may_come_out_of_a_macro() {
    macro_rules! record {
        ($strukt:ident over $table:path { $($field:ident: $ty:ty,)* } $version:ident) => {
            #[derive(Concurrent)]
            #[diesel(table_name = $table)]
            #[diesel(treat_none_as_null = false)]
            struct $strukt {
                id: i64,
                $($field: $ty,)*
                #[concurrent(version)]
                $version: i64,
            }
        };
    }
    record!(Made over profiles { name: &'static str, r#type: String, email: Option<String>, } version);

    let (_database, conn) = &mut with_profile();
    let log = Log::attach(conn);
    let mut made = Made { id: 1, name: "Augusta", r#type: "made".to_owned(), email: None, version: 1 };
    made.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "name", "type"]);
    let row = Profile { name: "Augusta".to_owned(), r#type: "made".to_owned(), version: 2, ..first_profile() };
    assert_eq!(profile(conn), row);
}
