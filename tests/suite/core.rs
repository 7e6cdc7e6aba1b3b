//! A save checks and advances the version, distinguishes a conflict from everything else, and does not change memory
//! when it fails.

use crate::library::VersionValue;
use crate::library::prelude::*;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::fixtures::{article, author, insert_article, insert_author, two_copies, with_article};
use super::models::{Article, Author, articles, authors};
use super::statements::Log;
use crate::engine::TestConnection;

/// The error of a stale save of article 1.
#[track_caller]
pub fn assert_modified(error: &ConcurrencyError, expected: i64, found: i64) {
    let ConcurrencyError::RecordModified(error) = error else {
        panic!("not RecordModified: {error:?}");
    };
    assert_eq!(error.table, "articles");
    assert_eq!(error.key, "id 1");
    assert_eq!(error.expected, VersionValue::from(expected));
    assert_eq!(error.found, VersionValue::from(found));
}

/// The error of a save of the deleted article 1.
#[track_caller]
pub fn assert_deleted(error: &ConcurrencyError, expected: i64) {
    let ConcurrencyError::RecordDeleted(error) = error else {
        panic!("not RecordDeleted: {error:?}");
    };
    assert_eq!(error.table, "articles");
    assert_eq!(error.key, "id 1");
    assert_eq!(error.expected, VersionValue::from(expected));
}

#[test]
fn the_first_save_wins_and_the_second_is_refused() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);

    a.title = "from a".to_owned();
    a.save_concurrent(conn).unwrap();
    assert_eq!(a.version, 2);
    assert_eq!(article(1, conn), a);

    b.title = "from b".to_owned();
    let before = b.clone();
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(b, before, "a refused save leaves the record as it was");
    assert_eq!(article(1, conn), a, "a refused save writes nothing");

    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
    assert_eq!(article(1, conn), a, "a blind second save conflicts again");
}

#[test]
fn a_record_is_saved_again_and_again_without_reloading() {
    let (_database, conn) = &mut with_article();
    let (mut a, _) = two_copies(conn);
    for version in 2..=6 {
        a.views += 1;
        a.save_concurrent(conn).unwrap();
        assert_eq!(a.version, version);
        assert_eq!(article(1, conn), a);
    }
}

#[test]
fn a_row_starts_at_the_initial_version_or_at_the_one_inserted() {
    let (_database, conn) = &mut with_article();
    assert_eq!(Article::initial_version(), 1);
    insert_article(2, Article::initial_version(), conn);
    insert_article(3, 42, conn);
    assert_eq!(article(2, conn).version, 1);

    let mut record = article(3, conn);
    assert_eq!(record.version, 42);
    record.save_concurrent(conn).unwrap();
    assert_eq!(record.version, 43);
    assert_eq!(article(3, conn), record);
}

#[test]
fn zero_and_negative_versions_are_ordinary_versions() {
    let (_database, conn) = &mut with_article();
    for (id, version) in [(2, 0), (3, -1), (4, -7), (5, i64::MIN)] {
        insert_article(id, version, conn);
        let mut record = article(id, conn);
        record.save_concurrent(conn).unwrap();
        assert_eq!(record.version, version + 1);
        assert_eq!(article(id, conn), record);
    }
}

#[test]
fn a_version_edited_by_hand_is_a_conflict() {
    let (_database, conn) = &mut with_article();
    let (mut a, _) = two_copies(conn);
    let row = a.clone();
    a.version = 7;
    a.title = "never".to_owned();
    let edited = a.clone();
    assert_modified(&a.save_concurrent(conn).unwrap_err(), 7, 1);
    assert_eq!(a, edited);
    assert_eq!(article(1, conn), row);
}

#[test]
fn a_row_whose_version_went_back_is_a_conflict() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.save_concurrent(conn).unwrap();
    diesel::update(articles::table.find(1)).set(articles::version.eq(0)).execute(conn).unwrap();
    assert_modified(&a.save_concurrent(conn).unwrap_err(), 2, 0);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 0);
    assert_eq!(article(1, conn).version, 0);
}

#[test]
fn two_models_in_one_transaction_advance_independently() {
    let (_database, conn) = &mut with_article();
    let (mut a, _) = two_copies(conn);
    let mut b = insert_author(1, "Ada", conn);
    conn.transaction(|conn| {
        a.save_concurrent(conn)?;
        a.save_concurrent(conn)?;
        b.save_concurrent(conn)
    })
    .unwrap();
    assert_eq!((a.version, b.version), (3, 2));
    assert_eq!(article(1, conn), a);
    assert_eq!(author(1, conn), b);
}

#[test]
fn the_error_says_which_record_and_which_versions_and_no_other_column() {
    fn is_shared_across_threads<E: std::error::Error + Send + Sync + 'static>(_: &E) {}

    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.title = "secret of a".to_owned();
    a.save_concurrent(conn).unwrap();
    b.title = "secret of b".to_owned();

    let error = b.save_concurrent(conn).unwrap_err();
    is_shared_across_threads(&error);
    assert!(error.is_conflict());
    assert!(error.is_retryable());
    assert_eq!(error.table(), Some("articles"));
    assert_eq!(
        error.to_string(),
        "articles with id 1 was modified by somebody else: expected version 1, found 2; reload it and try again"
    );
    assert!(!format!("{error:?}").contains("secret"));
    assert!(size_of::<ConcurrencyError>() <= 32);
}

#[test]
fn a_unique_violation_is_no_conflict_and_changes_nothing() {
    let (_database, conn) = &mut with_article();
    insert_author(1, "Ada", conn);
    let mut b = insert_author(2, "Bob", conn);
    b.name = "Ada".to_owned();

    let error = b.save_concurrent(conn).unwrap_err();
    assert!(
        matches!(&error, ConcurrencyError::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))),
        "{error:?}"
    );
    assert!(!error.is_conflict() && !error.is_retryable());
    assert_eq!(error.table(), None);
    assert_eq!((b.version, b.name.as_str()), (1, "Ada"));
    assert_eq!(author(2, conn), Author { id: 2, name: "Bob".to_owned(), version: 1 });
}

#[test]
fn a_save_is_one_statement_and_a_conflict_one_more() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let log = Log::attach(conn);

    a.save_concurrent(conn).unwrap();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert!(sent[0].starts_with("UPDATE "), "{sent:#?}");

    b.save_concurrent(conn).unwrap_err();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent[0].starts_with("UPDATE "), "{sent:#?}");
    assert!(sent[1].starts_with("SELECT "), "{sent:#?}");
    let is_locking_read = sent[1].contains(" LOCK IN SHARE MODE");
    assert_eq!(is_locking_read, crate::engine::CONFLICT_READ_LOCKS, "{sent:#?}");

    a.delete_concurrent(conn).unwrap();
    assert_eq!(log.take_sent().len(), 1);
    a.delete_concurrent(conn).unwrap_err();
    assert_eq!(log.take_sent().len(), 2);
}

#[test]
fn a_statement_is_prepared_once_per_connection() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let log = Log::attach(conn);
    for _ in 0..100 {
        a.save_concurrent(conn).unwrap();
    }
    assert_eq!(log.take_sent().len(), 100);
    let prepared = log.take_prepared();
    assert_eq!(prepared.len(), 1, "{prepared:#?}");

    for _ in 0..100 {
        assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 101);
    }
    let prepared = log.take_prepared();
    // A read that locks its row is not kept: see `tests/engines/mysql/locking_reads.rs`.
    let kept = usize::from(!crate::engine::CONFLICT_READ_LOCKS);
    assert_eq!(prepared.len(), kept, "the conflict read: {prepared:#?}");
    assert!(prepared.iter().all(|sql| sql.starts_with("SELECT ")), "{prepared:#?}");
}

#[test]
fn every_kind_of_statement_keeps_a_text_of_its_own() {
    let (_database, conn) = &mut with_article();
    // Twice, so that the second round meets what the first left in the statement cache.
    for round in 0..2 {
        let mut a = article(1, conn);
        let version = a.version;
        a.title = format!("round {round}");
        a.save_concurrent(conn).unwrap();
        a.body = None;
        a.save_without_increment(conn).unwrap();
        assert_eq!(article(1, conn), Article { version: version + 1, body: None, ..a.clone() });
        a.title = "not touched".to_owned();
        a.touch_concurrent(conn).unwrap();
        assert_eq!(article(1, conn), Article { title: format!("round {round}"), version: version + 2, ..a.clone() });
        a.check_concurrent(conn).unwrap();
        a.lock_concurrent(conn).unwrap();
        a.save_unchecked(conn).unwrap();
        assert_eq!(article(1, conn), Article { version: version + 3, ..a.clone() });
        a.delete_concurrent(conn).unwrap();
        assert_deleted(&a.save_concurrent(conn).unwrap_err(), version + 3);
        insert_article(1, 1, conn);
    }
}

#[test]
fn a_save_works_in_a_transaction_and_in_a_savepoint() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    conn.transaction(|conn| {
        a.title = "outer".to_owned();
        a.save_concurrent(conn)?;
        conn.transaction(|conn| {
            a.title = "inner".to_owned();
            a.save_concurrent(conn)
        })
    })
    .unwrap();
    assert_eq!(a.version, 3);
    assert_eq!(article(1, conn), a);

    let refused = conn.transaction(|conn| b.save_concurrent(conn)).unwrap_err();
    assert_modified(&refused, 1, 3);
}

#[test]
fn a_conflict_in_a_transaction_leaves_it_usable() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.save_concurrent(conn).unwrap();
    insert_author(1, "Ada", conn);
    conn.transaction(|conn| {
        assert_modified(&b.save_concurrent(conn).unwrap_err(), 1, 2);
        assert_eq!(b.version, 1);
        diesel::update(authors::table.find(1)).set(authors::name.eq("Augusta")).execute(conn)
    })
    .unwrap();
    assert_eq!(author(1, conn).name, "Augusta");
}

#[test]
fn a_pooled_connection_saves_like_any_other() {
    let (database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    let pool = Pool::builder().max_size(2).build(ConnectionManager::<TestConnection>::new(database.url())).unwrap();
    let pooled = &mut pool.get().unwrap();
    a.title = "pooled".to_owned();
    a.save_concurrent(pooled).unwrap();
    assert_eq!(article(1, conn), a);
    assert_modified(&b.save_concurrent(&mut pool.get().unwrap()).unwrap_err(), 1, 2);
    assert_eq!(b.current(pooled).unwrap(), Some(a));
}

#[test]
fn references_and_boxes_of_records_are_saved_like_records() {
    let (_database, conn) = &mut with_article();
    let (mut a, b) = two_copies(conn);
    let reference = &mut a;
    reference.save_concurrent(conn).unwrap();
    assert_eq!(a.version, 2);
    let mut boxed = Box::new(b);
    assert_modified(&boxed.save_concurrent(conn).unwrap_err(), 1, 2);
    boxed.reload_concurrent(conn).unwrap();
    boxed.save_concurrent(conn).unwrap();
    assert_eq!(boxed.version, 3);
}

#[test]
fn a_changed_key_reaches_the_row_it_names() {
    let (_database, conn) = &mut with_article();
    insert_article(2, 5, conn);
    let (mut a, _) = two_copies(conn);
    a.id = 2;
    let ConcurrencyError::RecordModified(error) = a.save_concurrent(conn).unwrap_err() else {
        panic!("row 2 has another version");
    };
    assert_eq!((error.key.as_str(), &error.found), ("id 2", &VersionValue::from(5_i64)));
    a.id = 3;
    let ConcurrencyError::RecordDeleted(error) = a.save_concurrent(conn).unwrap_err() else {
        panic!("there is no row 3");
    };
    assert_eq!(error.key, "id 3");
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 2);
}

#[test]
fn an_unchecked_save_advances_from_the_rows_version() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.save_concurrent(conn).unwrap();
    let mut holder_of_2 = a.clone();

    b.title = "by force".to_owned();
    b.save_unchecked(conn).unwrap();
    assert_eq!(b.version, 3);
    assert_eq!(article(1, conn), b);
    assert_modified(&holder_of_2.save_concurrent(conn).unwrap_err(), 2, 3);

    b.delete_concurrent(conn).unwrap();
    assert_deleted(&b.save_unchecked(conn).unwrap_err(), 3);
    assert_eq!(b.version, 3);
    assert_eq!(articles::table.count().get_result::<i64>(conn).unwrap(), 0);
}

#[test]
fn an_unchecked_save_advances_versions_below_zero() {
    let (_database, conn) = &mut with_article();
    insert_article(2, -5, conn);
    let mut record = article(2, conn);
    for version in [-4, -3, -2, -1, 0, 1] {
        record.version = 99;
        record.save_unchecked(conn).unwrap();
        assert_eq!(record.version, version);
        assert_eq!(article(2, conn), record);
    }
}

#[test]
fn a_save_without_increment_is_checked_all_the_same() {
    let (_database, conn) = &mut with_article();
    let (mut a, mut b) = two_copies(conn);
    a.title = "shadow".to_owned();
    a.save_without_increment(conn).unwrap();
    assert_eq!(a.version, 1);
    assert_eq!(article(1, conn), a);

    a.save_concurrent(conn).unwrap();
    b.title = "stale".to_owned();
    assert_modified(&b.save_without_increment(conn).unwrap_err(), 1, 2);
    assert_eq!(article(1, conn), a);
}
