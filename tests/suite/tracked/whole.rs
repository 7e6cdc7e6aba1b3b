//! The methods of every record, on a tracked one: they do what they do elsewhere, and the base keeps up.

use crate::library::prelude::*;
use crate::library::{ConcurrentOn, LoadableOn, client_wins};
use diesel::prelude::*;

use super::{assert_modified, with_two, written};
use crate::engine::TestConnection;
use crate::suite::fixtures::article;
use crate::suite::models::articles;
use crate::suite::statements::Log;

#[test]
fn what_writes_without_increment_or_unchecked_renews_the_base() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    a.views = 1;
    a.save_without_increment(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
    assert_eq!((a.changed_fields(), a.version), (vec![], 1));
    a.save_without_increment(conn).unwrap();
    assert_eq!(log.take_sent(), [""; 0]);
    a.views = 2;
    a.save_unchecked(conn).unwrap();
    assert_eq!((a.changed_fields(), a.version), (vec![], 2));
    assert_eq!(article(1, conn), *a);
    assert_eq!(a.base(), &*a);

    assert_modified(&b.check_concurrent(conn).unwrap_err(), 1, 2);
    b.views = 77;
    b.reload_concurrent(conn).unwrap();
    assert_eq!(b, a);
    assert_eq!(b.base(), &*a);
    assert_eq!(b.current(conn).unwrap(), Some(a));
}

#[test]
fn a_touch_moves_both_versions_and_keeps_the_changes() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    a.views = 1;
    a.touch_concurrent(conn).unwrap();
    assert_eq!((a.version, a.base().version, a.changed_fields()), (2, 2, vec!["views"]));
    assert_eq!(article(1, conn).views, 0);
    assert_modified(&b.touch_concurrent(conn).unwrap_err(), 1, 2);
    a.save_concurrent(conn).unwrap();
    assert_eq!(article(1, conn), *a);
    assert_modified(&b.update_concurrent(articles::views.eq(5), conn).unwrap_err(), 1, 3);
}

/// A column that the database changes is not set back by a save that leaves the version. Without a base the record is written whole.
#[test]
fn a_save_without_increment_writes_what_changed() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    diesel::update(articles::table.find(1)).set(articles::views.eq(77)).execute(conn).unwrap();
    a.title = "mine".to_owned();
    a.save_without_increment(conn).unwrap();
    assert_eq!((article(1, conn).title.as_str(), article(1, conn).views, article(1, conn).version), ("mine", 77, 1));
    a.save_concurrent(conn).unwrap();
    assert_eq!((a.version, article(1, conn).views), (1, 77));

    *b = article(1, conn);
    b.version = 2;
    diesel::update(articles::table.find(1)).set(articles::version.eq(2)).execute(conn).unwrap();
    let log = Log::attach(conn);
    b.save_without_increment(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
}

/// A touch writes no column, so that a record without a base still has none, and is then saved whole.
#[test]
fn a_touch_gives_no_base_back() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    a.title = "theirs".to_owned();
    a.save_concurrent(conn).unwrap();
    *b = article(1, conn);
    b.title = "first".to_owned();
    b.touch_concurrent(conn).unwrap();
    assert_eq!((b.version, article(1, conn).title.as_str()), (3, "theirs"));
    b.save_concurrent(conn).unwrap();
    assert_eq!((article(1, conn).title.as_str(), article(1, conn)), ("first", b.into_inner()));
}

/// The record decides what a save writes, and not the calling code. Generic code that does not know tracking writes the
/// same.
#[test]
fn generic_code_writes_what_changed_and_no_more() {
    fn save<T: ConcurrentOn<<TestConnection as Connection>::Backend>>(record: &mut T, conn: &mut TestConnection) {
        record.save_concurrent(conn).unwrap();
    }

    fn resolve<T>(record: &mut T, conn: &mut TestConnection)
    where
        T: ConcurrentOn<<TestConnection as Connection>::Backend> + LoadableOn<TestConnection> + Clone + Send,
    {
        record.save_resolving(conn, |_| unreachable!()).unwrap();
    }

    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    save(&mut a, conn);
    assert_eq!(log.take_sent(), [""; 0]);
    a.views = 1;
    save(&mut a, conn);
    assert_eq!(written(&log), ["version", "views"]);
    assert_eq!((a.changed_fields(), a.version), (vec![], 2));
    a.title = "second".to_owned();
    resolve(&mut a, conn);
    assert_eq!(written(&log), ["version", "title"]);
    a.views = 2;
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
    assert_eq!(article(1, conn), *a);
}

/// A base with another version than the record's says nothing about the row. A comparison with it would leave out
/// columns that must be written.
#[test]
fn a_record_of_another_version_than_its_base_is_written_whole() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    b.title = "theirs".to_owned();
    b.save_concurrent(conn).unwrap();
    let log = Log::attach(conn);

    // The same as the base, so that nothing seems to be changed.
    a.version = 2;
    assert_eq!(a.changed_fields(), ["title", "body", "views"]);
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
    assert_eq!((article(1, conn).title.as_str(), a.version), ("first", 3));
    assert_eq!((a.base(), a.changed_fields()), (&*a, vec![]));

    // A record that was read elsewhere replaces it.
    let mut reloaded = article(1, conn);
    reloaded.views = 9;
    b.title = "first".to_owned();
    *b = reloaded;
    let log = Log::attach(conn);
    b.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
    assert_eq!(article(1, conn), *b);

    // And a version that the row does not have is refused, whether or not anything else changed.
    a.version = 7;
    assert_modified(&a.save_concurrent(conn).unwrap_err(), 7, 4);
    let MergeError::Concurrency(error) = a.save_merging(conn).unwrap_err() else {
        panic!("there is no base to merge by")
    };
    assert_modified(&error, 7, 4);
}

/// The row that the resolver was shown is what its answer is compared with: what both agree on need not be written, and what they do
/// not agree on is, though the record itself did not change it.
#[test]
fn a_resolved_record_is_compared_with_the_row_that_was_shown() {
    let ((_database, conn), mut mine, mut theirs) = with_two();
    let conn = &mut { conn };
    theirs.title = "theirs".to_owned();
    theirs.views = 7;
    theirs.save_concurrent(conn).unwrap();
    mine.views = 7;
    let log = Log::attach(conn);
    mine.save_resolving(conn, client_wins).unwrap();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 4, "{sent:#?}");
    assert!(sent[3].contains("title") && !sent[3].contains("views"), "{sent:#?}");
    assert_eq!(article(1, conn), *mine);
    assert_eq!((mine.title.as_str(), mine.version, mine.base()), ("first", 3, &*mine));
}

/// A reference to a tracked record is saved like the record: never by the method of every record.
#[test]
fn references_and_boxes_write_what_changed() {
    let ((_database, conn), mut a, b) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    let reference: &mut Tracked<_> = &mut a;
    reference.views = 1;
    reference.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
    let mut boxed = Box::new(b);
    boxed.reload_concurrent(conn).unwrap();
    boxed.views = 2;
    boxed.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
}
