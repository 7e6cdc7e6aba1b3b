//! A delete is guarded like a save, and a deleted row stays deleted.

use crate::library::prelude::*;
use diesel::prelude::*;

use super::core::{assert_deleted, assert_modified};
use super::fixtures::{article, two_copies, with_article};
use super::models::articles;

#[test]
fn a_stale_delete_is_refused_and_a_fresh_one_deletes() {
    let (_database, conn) = &mut with_article();
    let (mut a, b) = two_copies(conn);
    a.save_concurrent(conn).unwrap();
    assert_modified(&b.delete_concurrent(conn).unwrap_err(), 1, 2);
    assert_modified(&b.delete_if_exists(conn).unwrap_err(), 1, 2);
    assert_eq!(article(1, conn), a);
    a.delete_concurrent(conn).unwrap();
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 0);
}

#[test]
fn a_second_delete_finds_the_row_deleted() {
    let (_database, conn) = &mut with_article();
    let (a, b) = two_copies(conn);
    assert!(a.delete_if_exists(conn).unwrap());
    let error = b.delete_concurrent(conn).unwrap_err();
    assert_deleted(&error, 1);
    assert!(error.is_conflict() && !error.is_retryable());
    assert_eq!(error.to_string(), "articles with id 1 was deleted by somebody else: expected version 1, found no row");
    assert!(!b.delete_if_exists(conn).unwrap());
}

#[test]
fn no_save_brings_a_deleted_row_back() {
    let (_database, conn) = &mut with_article();
    let (a, mut b) = two_copies(conn);
    a.delete_concurrent(conn).unwrap();
    let before = b.clone();
    assert_deleted(&b.save_concurrent(conn).unwrap_err(), 1);
    assert_deleted(&b.save_unchecked(conn).unwrap_err(), 1);
    assert_deleted(&b.save_without_increment(conn).unwrap_err(), 1);
    assert_deleted(&b.touch_concurrent(conn).unwrap_err(), 1);
    assert_deleted(&b.update_concurrent(articles::views.eq(1), conn).unwrap_err(), 1);
    assert_deleted(&b.check_concurrent(conn).unwrap_err(), 1);
    assert_deleted(&b.lock_concurrent(conn).unwrap_err(), 1);
    assert_deleted(&b.reload_concurrent(conn).unwrap_err(), 1);
    assert!(b.is_changed(conn).unwrap());
    assert_eq!(b.current(conn).unwrap(), None);
    assert_eq!(b.at_version(1, conn).unwrap(), None);
    assert_eq!(b, before);
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 0);
}
