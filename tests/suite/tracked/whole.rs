//! The methods of every record, on a tracked one: they do what they do elsewhere, and the base keeps up.

use crate::library::prelude::*;
use crate::library::{ConcurrentOn, Tracked};
use diesel::prelude::*;

use super::{assert_modified, with_two, written};
use crate::engine::TestConnection;
use crate::suite::fixtures::article;
use crate::suite::models::articles;
use crate::suite::statements::Log;

#[test]
fn what_writes_the_whole_record_renews_the_base() {
    let ((_database, conn), mut a, mut b) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    a.views = 1;
    a.save_without_increment(conn).unwrap();
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
    assert_eq!((a.changed_fields(), a.version), (vec![], 1));
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

/// Generic code that knows nothing of tracking writes the whole record, and tracking goes on from there.
#[test]
fn generic_code_saves_a_tracked_record() {
    fn save<T: ConcurrentOn<<TestConnection as Connection>::Backend>>(record: &mut T, conn: &mut TestConnection) {
        record.save_concurrent(conn).unwrap();
    }

    let ((_database, conn), mut a, _) = with_two();
    let conn = &mut { conn };
    let log = Log::attach(conn);
    a.views = 1;
    save(&mut a, conn);
    assert_eq!(written(&log), ["version", "title", "body", "views"]);
    assert_eq!((a.changed_fields(), a.version), (vec![], 2));
    a.views = 2;
    a.save_concurrent(conn).unwrap();
    assert_eq!(written(&log), ["version", "views"]);
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
