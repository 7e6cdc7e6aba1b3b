//! What every version field guarantees, for every type of version that it takes. `version_fields/` tests how each of
//! them advances.

mod clock;
mod counter;
mod nullable;
mod own;

use std::fmt::Debug;

use crate::library::prelude::*;
use crate::library::{Counter, VersionValue};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;

use super::models::{Article, articles};
use super::transactions::assert_restored;
use crate::engine::{Database, TestConnection};
use crate::library::{ConcurrentOn, LoadableOn};

fn empty() -> (Database, TestConnection) {
    let database = Database::new();
    let connection = database.connect();
    (database, connection)
}

/// Two copies of the row that `load` reads, and every method on them.
///
/// Its bounds are those of any generic code. Nothing here knows the record, its table or its version.
#[track_caller]
pub fn assert_guarded<T, C>(conn: &mut C, load: impl Fn(&mut C) -> T + Crosses, version: impl Fn(&T) -> VersionValue)
where
    C: AnyConnection,
    T: ConcurrentOn<C::Backend> + LoadableOn<C> + Clone + PartialEq + Debug,
{
    let mut a = load(conn);
    let mut b = a.clone();
    let loaded = version(&a);
    a.check_concurrent(conn).unwrap();
    a.save_without_increment(conn).unwrap();
    assert_eq!(version(&a), loaded);
    a.save_concurrent(conn).unwrap();
    let saved = version(&a);
    assert_ne!(saved, loaded);
    assert_eq!(load(conn), a);
    assert!(!a.is_changed(conn).unwrap());

    let stale = b.clone();
    let refusals = [
        b.save_concurrent(conn),
        b.save_without_increment(conn),
        b.touch_concurrent(conn),
        b.delete_concurrent(conn),
        b.delete_if_exists(conn).map(drop),
        b.check_concurrent(conn),
        b.lock_concurrent(conn),
    ];
    for refusal in refusals {
        assert_modified(&refusal.unwrap_err(), &loaded, &saved);
    }
    assert!(b.is_changed(conn).unwrap());
    assert_eq!(b, stale);
    assert_eq!(load(conn), a);

    b.save_unchecked(conn).unwrap();
    let forced = version(&b);
    assert!(![&loaded, &saved].contains(&&forced), "{forced} is not new: {loaded}, {saved}");
    assert_eq!(load(conn), b);
    assert_modified(&a.save_concurrent(conn).unwrap_err(), &saved, &forced);

    assert_restored(conn, &load);

    b.touch_concurrent(conn).unwrap();
    a.reload_concurrent(conn).unwrap();
    assert_eq!(a, b);
    assert!(![loaded, saved, forced].contains(&version(&a)));
    a.delete_concurrent(conn).unwrap();
    assert!(!b.delete_if_exists(conn).unwrap());
    assert_eq!(b.current(conn).unwrap(), None);
    for refusal in [b.save_concurrent(conn), b.save_unchecked(conn), b.touch_concurrent(conn)] {
        assert!(matches!(refusal, Err(ConcurrencyError::RecordDeleted(_))), "{refusal:?}");
    }
    assert_eq!(b, a);
}

#[track_caller]
fn assert_modified(error: &ConcurrencyError, expected: &VersionValue, found: &VersionValue) {
    let ConcurrencyError::RecordModified(error) = error else {
        panic!("not RecordModified: {error:?}");
    };
    assert_eq!((&error.expected, &error.found), (expected, found));
}

/// A version of the user's own type.
#[derive(Debug, Clone, Copy, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
struct Revision(i64);

impl Counter for Revision {
    type Integer = i64;

    fn from_integer(integer: i64) -> Self {
        Self(integer)
    }

    fn to_integer(&self) -> i64 {
        self.0
    }
}

impl<DB> ToSql<BigInt, DB> for Revision
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<BigInt, DB> for Revision
where
    DB: Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

/// Retrying with what the other one wrote, for a record and a connection of any kind.
#[test]
fn generic_code_saves_records_of_any_model() {
    fn save_anew<T, C>(record: &mut T, edit: impl Fn(&mut T), conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: AnyConnection,
        T: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        edit(record);
        match record.save_concurrent(conn) {
            Err(error) if error.is_retryable() => {
                record.reload_concurrent(conn)?;
                edit(record);
                record.save_concurrent(conn)
            }
            outcome => outcome,
        }
    }

    let (_database, conn) = &mut super::fixtures::with_article();
    let (mut a, mut b) = super::fixtures::two_copies(conn);
    save_anew(&mut a, |article| article.views += 1, conn).unwrap();
    save_anew(&mut b, |article| article.views += 1, conn).unwrap();
    assert_eq!((b.views, b.version), (2, 3));
    assert_eq!(super::fixtures::article(1, conn), b);
    diesel::delete(articles::table).execute(conn).unwrap();
    let error = save_anew(&mut b, |article: &mut Article| article.views += 1, conn).unwrap_err();
    assert!(matches!(error, ConcurrencyError::RecordDeleted(_)), "{error:?}");

    let mut author = super::fixtures::insert_author(1, "Ada", conn);
    let mut stale = author.clone();
    save_anew(&mut author, |author| author.name.push('!'), conn).unwrap();
    save_anew(&mut stale, |author| author.name.push('?'), conn).unwrap();
    assert_eq!((stale.name.as_str(), stale.version), ("Ada!?", 3));
    assert_eq!(super::fixtures::author(1, conn), stale);
}
