//! The rules for tracked records with every version field.

use crate::library::VersionField;
use crate::library::prelude::*;

use crate::engine;
use crate::suite::every_field::{Sample, assert_modified, with_sample};
use crate::suite::statements::Log;

pub fn a_tracked_record_is_saved_guarded_and_merged<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (Tracked::new(T::load(conn)), Tracked::new(T::load(conn)));
    let loaded = T::load(conn);
    let log = Log::attach(conn);
    a.save_concurrent(conn).unwrap();
    assert_eq!(log.take_sent(), [""; 0]);

    *a.value() = 1;
    a.save_concurrent(conn).unwrap();
    let expected = if T::IS_READ_BACK && !engine::HAS_RETURNING { 2 } else { 1 };
    assert_eq!(log.take_sent().len(), expected);
    assert_eq!(T::load(conn), *a, "the version in memory is the row's");
    assert_eq!(a.base(), &*a);

    *b.value() = 2;
    let before = b.clone();
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &loaded, &*a);
    let Err(MergeError::Fields { fields, base, mine, theirs }) = b.save_merging(conn) else {
        panic!("both changed the value");
    };
    assert_eq!((fields, base, mine, theirs), (vec!["value"], loaded, before.clone().into_inner(), T::load(conn)));
    assert_eq!(b, before);

    // The same edit is no conflict, and the version is the row's from there on.
    *b.value() = 1;
    b.save_merging(conn).unwrap();
    assert_eq!(b, a);
    *b.value() = 3;
    b.save_concurrent(conn).unwrap();
    assert_eq!(T::load(conn), *b);
    assert_ne!(T::VersionField::value(b.version()), T::VersionField::value(a.version()));
}
