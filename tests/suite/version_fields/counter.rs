//! `AutoIncVersionField` over the integers that every engine has, and over a newtype. The unsigned ones are with their
//! engine.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;

use super::super::fixtures::{article, author, insert_article, insert_author, with_article};
use super::super::models::{Article, articles, small_counters};
use super::{Revision, assert_guarded, empty};
use crate::engine::TestConnection;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Concurrent)]
#[diesel(table_name = small_counters)]
struct SmallCounter {
    id: i64,
    value: i32,
    #[concurrent(version)]
    version: i16,
}

fn small_counter(conn: &mut TestConnection) -> SmallCounter {
    small_counters::table.select(SmallCounter::as_select()).first(conn).unwrap()
}

#[test]
fn a_version_of_16_bits_is_guarded() {
    let (_database, conn) = &mut empty();
    let insert = SmallCounter { id: 1, value: 0, version: SmallCounter::initial_version() };
    diesel::insert_into(small_counters::table).values(insert).execute(conn).unwrap();
    assert_guarded(conn, small_counter, |counter| VersionValue::from(counter.version));
}

#[test]
fn a_version_of_32_bits_is_guarded() {
    let (_database, conn) = &mut empty();
    insert_author(1, "Ada", conn);
    assert_guarded(conn, |conn| author(1, conn), |author| VersionValue::from(author.version));
}

#[test]
fn a_version_of_64_bits_is_guarded() {
    let (_database, conn) = &mut with_article();
    assert_guarded(conn, |conn| article(1, conn), |article| VersionValue::from(article.version));
}

#[test]
fn a_version_of_16_bits_counts_through_zero_and_up_to_its_maximum() {
    let (_database, conn) = &mut empty();
    let mut counter = SmallCounter { id: 1, value: 0, version: i16::MIN };
    diesel::insert_into(small_counters::table).values(counter.clone()).execute(conn).unwrap();
    for start in [i16::MIN, -3, i16::MAX - 4] {
        diesel::update(small_counters::table).set(small_counters::version.eq(start)).execute(conn).unwrap();
        counter.version = start;
        for step in 1..=4 {
            counter.value += 1;
            // Checked and unchecked in turn: one counts in the program, the other in the database.
            if step % 2 == 0 {
                counter.save_concurrent(conn).unwrap();
            } else {
                counter.save_unchecked(conn).unwrap();
            }
            assert_eq!(counter.version, start + step);
            assert_eq!(small_counter(conn), counter);
        }
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
#[diesel(table_name = articles)]
struct Revised {
    id: i64,
    title: String,
    #[concurrent(version)]
    version: Revision,
}

fn revised(conn: &mut TestConnection) -> Revised {
    articles::table.find(1).select(Revised::as_select()).first(conn).unwrap()
}

#[test]
fn a_newtype_that_counts_is_guarded() {
    let (_database, conn) = &mut with_article();
    assert_guarded(conn, revised, |record| VersionValue::from(record.version.0));
}

#[test]
fn a_newtype_counts_like_the_integer_in_it() {
    let (_database, conn) = &mut with_article();
    assert_eq!(Revised::initial_version(), Revision(1));
    let mut record = revised(conn);
    record.title = "revised".to_owned();
    record.save_concurrent(conn).unwrap();
    assert_eq!(record.version, Revision(2));
    assert_eq!(record.update_concurrent(articles::views.eq(5), conn).unwrap(), Revision(3));
    assert_eq!(record.at_version(Revision(3), conn).unwrap().map(|row| row.title).as_deref(), Some("revised"));
    record.save_unchecked(conn).unwrap();
    assert_eq!(record.version, Revision(4));
    let row = Article { id: 1, title: "revised".to_owned(), body: Some("text".to_owned()), views: 5, version: 4 };
    assert_eq!(article(1, conn), row);
}

/// Why there is `IntegerVersionField`: a counter starts at 1 again, and the old copy cannot know.
#[test]
fn a_counter_takes_a_row_inserted_again_for_the_one_deleted() {
    let (_database, conn) = &mut with_article();
    let mut before = article(1, conn);
    before.clone().delete_concurrent(conn).unwrap();
    insert_article(1, Article::initial_version(), conn);
    before.title = "of another life".to_owned();
    before.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), before);
}
