//! The merge of a field that both changed, by its policy.

use crate::library::prelude::*;
use crate::library::{MergeError, MergeSum, Tracked};
use diesel::prelude::*;

use crate::engine::{Database, TestConnection};
use crate::suite::models::{articles, profiles, stock};

/// The lines of both, in order.
#[allow(clippy::ref_option, clippy::unnecessary_wraps, reason = "a merge function looks like this")]
fn all_lines(_base: &Option<String>, mine: &Option<String>, theirs: &Option<String>) -> Option<Option<String>> {
    let lines = theirs.iter().chain(mine);
    Some(Some(lines.map(String::as_str).collect::<Vec<_>>().join("\n")))
}

fn never<U>(_base: &U, _mine: &U, _theirs: &U) -> Option<U> {
    None
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = profiles)]
struct Profile {
    id: i64,
    #[concurrent(merge = "mine")]
    name: String,
    #[concurrent(merge = "theirs")]
    created_by: String,
    #[concurrent(merge = "max")]
    r#type: String,
    #[concurrent(merge = all_lines)]
    note: Option<String>,
    #[concurrent(merge = "min")]
    email: Option<String>,
    #[concurrent(merge = never)]
    phone: Option<String>,
    #[concurrent(version)]
    version: i64,
}

fn with_profile() -> (Database, TestConnection, Tracked<Profile>, Tracked<Profile>) {
    let database = Database::new();
    let mut conn = database.connect();
    let row = (
        profiles::id.eq(1),
        profiles::name.eq("0"),
        profiles::created_by.eq("0"),
        profiles::r#type.eq("0"),
        profiles::version.eq(1_i64),
    );
    diesel::insert_into(profiles::table).values(row).execute(&mut conn).unwrap();
    let a: Tracked<Profile> = profiles::table.find(1).select(Tracked::<Profile>::as_select()).first(&mut conn).unwrap();
    let b = a.clone();
    (database, conn, a, b)
}

#[test]
fn each_policy_decides_its_field() {
    let (_database, conn, mut a, mut b) = with_profile();
    let conn = &mut { conn };
    for (record, digit) in [(&mut a, "2"), (&mut b, "1")] {
        record.name = digit.to_owned();
        record.created_by = digit.to_owned();
        record.r#type = digit.to_owned();
        record.note = Some(digit.to_owned());
        record.email = Some(digit.to_owned());
    }
    a.save_concurrent(conn).unwrap();
    b.save_merging(conn).unwrap();
    let merged = Profile {
        id: 1,
        name: "1".to_owned(),
        created_by: "2".to_owned(),
        r#type: "2".to_owned(),
        note: Some("2\n1".to_owned()),
        email: Some("1".to_owned()),
        phone: None,
        version: 3,
    };
    assert_eq!(*b, merged);
    assert_eq!(b.base(), &merged);
    assert_eq!(b.current(conn).unwrap().map(Tracked::into_inner), Some(merged));
}

#[test]
fn a_function_without_an_answer_is_a_conflict() {
    let (_database, conn, mut a, mut b) = with_profile();
    let conn = &mut { conn };
    a.phone = Some("1".to_owned());
    a.save_concurrent(conn).unwrap();
    b.phone = Some("1".to_owned());
    b.name = "b".to_owned();
    let Err(MergeError::Fields { fields, .. }) = b.save_merging(conn) else {
        panic!("the function has no answer");
    };
    assert_eq!(fields, ["phone"]);
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = stock, primary_key(shop, item))]
struct Stock {
    shop: String,
    item: i32,
    #[concurrent(merge = "sum")]
    amount: i32,
    #[concurrent(version)]
    version: i64,
}

#[test]
fn a_sum_counts_both_changes() {
    let database = Database::new();
    let conn = &mut database.connect();
    let row = (stock::shop.eq("a"), stock::item.eq(1), stock::amount.eq(10), stock::version.eq(1_i64));
    diesel::insert_into(stock::table).values(row).execute(conn).unwrap();
    let mut a = Tracked::new(Stock { shop: "a".to_owned(), item: 1, amount: 10, version: 1 });
    let (mut b, mut c) = (a.clone(), a.clone());
    a.amount -= 3;
    a.save_merging(conn).unwrap();
    b.amount -= 3;
    b.save_merging(conn).unwrap();
    assert_eq!((b.amount, b.version), (4, 3), "the same change twice is two changes");
    c.amount = i32::MAX;
    c.save_merging(conn).unwrap();
    assert_eq!(c.amount, i32::MAX - 6);
    let mut d = c.clone();
    d.amount = i32::MAX;
    d.save_concurrent(conn).unwrap();
    c.amount += 1;
    let Err(MergeError::Fields { fields, mine, theirs, .. }) = c.save_merging(conn) else {
        panic!("the sum does not fit");
    };
    assert_eq!((fields, mine.amount, theirs.amount), (vec!["amount"], i32::MAX - 5, i32::MAX));
}

/// A type of the user's, in a struct that is generic over it.
#[test]
fn a_generic_field_is_merged_by_its_own_sum() {
    #[derive(Debug, Clone, PartialEq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
    #[diesel(sql_type = diesel::sql_types::Integer)]
    struct Clicks(i32);

    impl MergeSum for Clicks {
        fn merge_sum(base: &Self, mine: &Self, theirs: &Self) -> Option<Self> {
            i32::merge_sum(&base.0, &mine.0, &theirs.0).map(Self)
        }
    }

    impl<DB> diesel::serialize::ToSql<diesel::sql_types::Integer, DB> for Clicks
    where
        DB: diesel::backend::Backend,
        i32: diesel::serialize::ToSql<diesel::sql_types::Integer, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
            self.0.to_sql(out)
        }
    }

    impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Integer, DB> for Clicks
    where
        DB: diesel::backend::Backend,
        i32: diesel::deserialize::FromSql<diesel::sql_types::Integer, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
            i32::from_sql(bytes).map(Self)
        }
    }

    #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
    #[diesel(table_name = articles)]
    struct Counted<V> {
        id: i64,
        #[concurrent(merge = "sum")]
        views: V,
        #[concurrent(version)]
        version: i64,
    }

    let (_database, conn) = &mut crate::suite::fixtures::with_article();
    let mut a = Tracked::new(Counted { id: 1, views: Clicks(0), version: 1 });
    let mut b = a.clone();
    for record in [&mut a, &mut b] {
        record.views = Clicks(5);
        record.save_merging(conn).unwrap();
    }
    assert_eq!((b.views.0, b.version), (10, 3));
}
