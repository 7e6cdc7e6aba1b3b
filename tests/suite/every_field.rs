//! The rules for every version field: the same behaviour, run with each of them on each engine that has it.

use std::collections::HashSet;
use std::fmt::Debug;

use crate::library::prelude::*;
use crate::library::testing::{check_model, stale_copy};
use crate::library::{
    Trackable, VersionField, VersionValue, disable_concurrency, disable_concurrency_for, disable_increment,
    transaction_concurrent,
};
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

pub use super::bulk::every_field::*;
use super::statements::Log;
use super::threads::{Running, spawn};
pub use super::tracked::every_field::a_tracked_record_is_saved_guarded_and_merged;
use crate::engine::{self, Database, TestConnection};
use crate::library::{ConcurrentOn, LoadableOn};

type Backend = <TestConnection as Connection>::Backend;

/// A model with a value to edit, with any version field.
pub trait Sample:
    ConcurrentOn<Backend>
    + Concurrent<Version: Clone>
    + LoadableOn<TestConnection>
    + Trackable
    + Clone
    + PartialEq
    + Debug
    + Send
    + 'static
{
    /// The version column in CREATE TABLE; empty if the engine brings its own.
    const COLUMN: &'static str;
    /// Whether the database computes the version, so that it must be read back.
    const IS_READ_BACK: bool;
    fn insert(id: i64, connection: &mut TestConnection);
    fn load(connection: &mut TestConnection) -> Self;
    fn load_all(connection: &mut TestConnection) -> Vec<Self>;
    fn value(&mut self) -> &mut i32;
    fn version(&self) -> &Self::Version;
    fn add_one(&self, connection: &mut TestConnection) -> Result<Self::Version, ConcurrencyError>;
}

pub fn shown<T: Sample>(version: &T::Version) -> VersionValue {
    T::VersionField::value(version)
}

/// A database with one row at its initial version.
pub fn with_sample<T: Sample>() -> (Database, TestConnection) {
    let database = Database::new();
    let mut connection = database.connect();
    let create = format!("CREATE TABLE samples (id BIGINT PRIMARY KEY, value INTEGER NOT NULL{})", T::COLUMN);
    connection.batch_execute(&create).unwrap();
    T::insert(1, &mut connection);
    (database, connection)
}

/// A stale record is refused with the versions expected and found.
#[track_caller]
pub fn assert_modified<T: Sample>(error: &ConcurrencyError, expected: &T, found: &T) {
    let ConcurrencyError::RecordModified(error) = error else {
        panic!("not RecordModified: {error:?}");
    };
    assert_eq!((error.table, error.key.as_str()), ("samples", "id 1"));
    assert_eq!(error.expected, shown::<T>(expected.version()));
    assert_eq!(error.found, shown::<T>(found.version()));
}

#[track_caller]
fn assert_deleted<T: Sample>(error: &ConcurrencyError, expected: &T) {
    let ConcurrencyError::RecordDeleted(error) = error else {
        panic!("not RecordDeleted: {error:?}");
    };
    assert_eq!(error.expected, shown::<T>(expected.version()));
}

pub fn the_second_save_is_refused<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    let loaded = a.clone();
    *a.value() = 1;
    a.save_concurrent(conn).unwrap();
    assert_ne!(shown::<T>(a.version()), shown::<T>(loaded.version()));
    assert_eq!(T::load(conn), a, "the version in memory is the row's");

    *b.value() = 2;
    let before = b.clone();
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &loaded, &a);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &loaded, &a);
    assert_eq!(b, before);
    assert_eq!(T::load(conn), a);
}

pub fn a_record_is_saved_again_and_again<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let mut a = T::load(conn);
    let mut versions = HashSet::from([shown::<T>(a.version())]);
    for value in 1..=20 {
        *a.value() = value;
        a.save_concurrent(conn).unwrap();
        assert_eq!(T::load(conn), a);
        assert!(versions.insert(shown::<T>(a.version())), "no version returns: {versions:?}");
    }
}

pub fn deletes_are_guarded<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    *a.value() = 1;
    a.save_concurrent(conn).unwrap();
    assert_modified(&b.delete_concurrent(conn).unwrap_err(), &b, &a);
    a.delete_concurrent(conn).unwrap();
    assert_deleted(&b.save_concurrent(conn).unwrap_err(), &b);
    assert_deleted(&b.save_unchecked(conn).unwrap_err(), &b);
    assert_deleted(&a.delete_concurrent(conn).unwrap_err(), &a);
    assert!(!a.delete_if_exists(conn).unwrap());
    assert_eq!(a.current(conn).unwrap(), None);
}

pub fn a_touch_advances_the_version_alone<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    *a.value() = 1;
    a.touch_concurrent(conn).unwrap();
    let row = T::load(conn);
    assert_eq!(*row.clone().value(), 0);
    assert_eq!(shown::<T>(row.version()), shown::<T>(a.version()));
    assert_modified(&b.clone().touch_concurrent(conn).unwrap_err(), &b, &a);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &b.clone(), &a);
}

pub fn a_record_is_checked_and_read_again<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    b.check_concurrent(conn).unwrap();
    assert!(!b.is_changed(conn).unwrap());
    *a.value() = 1;
    a.save_concurrent(conn).unwrap();
    assert_modified(&b.check_concurrent(conn).unwrap_err(), &b, &a);
    assert_modified(&b.lock_concurrent(conn).unwrap_err(), &b, &a);
    assert!(b.is_changed(conn).unwrap());
    assert_eq!(b.current(conn).unwrap(), Some(a.clone()));
    b.reload_concurrent(conn).unwrap();
    assert_eq!(b, a);
    a.lock_concurrent(conn).unwrap();
}

pub fn an_unchecked_save_is_noticed_by_the_others<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    *a.value() = 1;
    a.save_concurrent(conn).unwrap();
    *b.value() = 2;
    b.save_unchecked(conn).unwrap();
    assert_eq!(T::load(conn), b);
    assert_modified(&a.clone().save_concurrent(conn).unwrap_err(), &a, &b);
    *b.value() = 3;
    b.save_concurrent(conn).unwrap();
}

/// A fresh copy advances the version like a stale one, because the holder of another copy must notice.
pub fn an_unchecked_save_of_a_fresh_copy_moves_the_version<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    for value in 1..=3 {
        let before = a.clone();
        *a.value() = value;
        a.save_unchecked(conn).unwrap();
        assert_ne!(shown::<T>(a.version()), shown::<T>(before.version()));
        assert_eq!(T::load(conn), a);
        assert_modified(&b.save_concurrent(conn).unwrap_err(), &b.clone(), &a);
        let scoped = a.clone();
        *a.value() += 10;
        disable_concurrency_for::<T, _>(|| a.save_concurrent(conn)).unwrap();
        assert_ne!(shown::<T>(a.version()), shown::<T>(scoped.version()));
        b = scoped;
    }
    assert_modified(&b.delete_concurrent(conn).unwrap_err(), &b, &a);
}

/// In a transaction that restores versions, the questions about a stale copy are answered as outside of it.
pub fn a_stale_copy_is_refused_in_a_transaction_that_checks_it<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    *a.value() = 1;
    a.save_concurrent(conn).unwrap();
    let before = b.clone();
    for check in [T::check_concurrent, T::lock_concurrent] {
        let refused = transaction_concurrent(conn, &mut b, |conn, b| {
            check(b, conn)?;
            b.save_unchecked(conn)
        });
        assert_modified(&refused.unwrap_err(), &before, &a);
        assert_eq!((T::load(conn), &b), (a.clone(), &before));
        transaction_concurrent(conn, &mut a, |conn, a| check(a, conn)).unwrap();
    }
}

/// A record whose row is gone, and which another writer inserts again before the connection's next SELECT.
fn with_a_row_that_comes_back<T: Sample>() -> (Database, TestConnection, T) {
    let (database, mut conn) = with_sample::<T>();
    let record = T::load(&mut conn);
    record.delete_concurrent(&mut conn).unwrap();
    let mut other = Some(database.connect());
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { query, .. } if query.to_string().starts_with("SELECT") => {
            if let Some(mut other) = other.take() {
                T::insert(1, &mut other);
            }
        }
        _ => {}
    });
    (database, conn, record)
}

/// Before the read that explains why nothing was written.
pub fn an_unchecked_save_writes_a_row_that_comes_back<T: Sample>() {
    let (_database, conn, mut record) = with_a_row_that_comes_back::<T>();
    let conn = &mut { conn };
    *record.value() = 1;
    record.save_unchecked(conn).unwrap();
    assert_eq!(T::load(conn), record);
}

/// Nothing suppressed the write, because there was no row.
pub fn a_delete_without_checks_deletes_a_row_that_comes_back<T: Sample>() {
    let (_database, conn, record) = with_a_row_that_comes_back::<T>();
    let conn = &mut { conn };
    disable_concurrency(|| {
        record.delete_concurrent(conn).unwrap();
        assert!(record.is_changed(conn).unwrap());
        assert!(!record.delete_if_exists(conn).unwrap());
    });
}

pub fn an_update_by_changeset_advances_the_version<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, b) = (T::load(conn), T::load(conn));
    let version = a.add_one(conn).unwrap();
    let row = T::load(conn);
    assert_eq!(*row.clone().value(), 1);
    assert_eq!(shown::<T>(row.version()), shown::<T>(&version));
    assert_modified(&b.add_one(conn).err().unwrap(), &b, &row);
    assert_modified(&a.save_concurrent(conn).unwrap_err(), &b, &row);
}

pub fn a_save_without_increment_is_checked<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    *a.value() = 1;
    a.save_without_increment(conn).unwrap();
    assert_eq!(T::load(conn), a);
    *a.value() = 2;
    a.save_concurrent(conn).unwrap();
    assert_modified(&b.clone().save_without_increment(conn).unwrap_err(), &b, &a);
    assert_modified(&b.save_concurrent(conn).unwrap_err(), &b.clone(), &a);
}

pub fn scopes_disable_the_check_and_the_increment<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    *a.value() = 1;
    disable_increment(|| a.save_concurrent(conn)).unwrap();
    assert_eq!(T::load(conn), a);
    *a.value() = 2;
    a.touch_concurrent(conn).unwrap();
    disable_increment(|| assert_modified(&b.clone().save_concurrent(conn).unwrap_err(), &b, &a));
    *b.value() = 3;
    disable_concurrency_for::<T, _>(|| {
        let mut other = b.clone();
        for write in [T::save_concurrent, T::touch_concurrent] {
            write(&mut b, conn).unwrap();
            assert_eq!(T::load(conn), b);
            assert_ne!(shown::<T>(a.version()), shown::<T>(b.version()), "the holder of the row notices");
            a = b.clone();
            b = other.clone();
        }
        assert!(other.is_changed(conn).unwrap());
        let version = other.add_one(conn).unwrap();
        let mut row = T::load(conn);
        assert_eq!((*row.value(), shown::<T>(row.version())), (4, shown::<T>(&version)));
        assert_ne!(shown::<T>(a.version()), shown::<T>(&version));
        other.check_concurrent(conn).unwrap();
        *other.value() = 0;
        other.delete_concurrent(conn).unwrap();
        assert_deleted(&row.save_concurrent(conn).unwrap_err(), &row.clone());
    });
}

pub fn the_model_is_proven_and_stays_as_it_was<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let row = T::load(conn);
    let load = |conn: &mut TestConnection| Ok(T::load(conn));
    check_model::<T, _>(conn, load, |record| *record.value() += 1).unwrap();
    assert_eq!(T::load(conn), row);

    conn.transaction(|conn| {
        let mut record = T::load(conn);
        let mut stale = stale_copy(&mut record, conn)?;
        assert_modified(&stale.save_concurrent(conn).unwrap_err(), &row, &record);
        record.save_concurrent(conn)
    })
    .unwrap();
}

pub fn a_save_sends_few_statements_prepared_once<T: Sample>() {
    let (_database, conn) = &mut with_sample::<T>();
    let (mut a, mut b) = (T::load(conn), T::load(conn));
    let log = Log::attach(conn);
    let expected = if T::IS_READ_BACK && !engine::HAS_RETURNING { 2 } else { 1 };
    for value in 1..=10 {
        *a.value() = value;
        a.save_concurrent(conn).unwrap();
        let sent = log.take_sent();
        assert_eq!(sent.len(), expected, "{sent:#?}");
    }
    assert_eq!(log.take_prepared().len(), expected);
    b.save_concurrent(conn).unwrap_err();
    let sent = log.take_sent();
    assert_eq!(sent.len(), 2, "a conflict is the refused statement and the read that explains it: {sent:#?}");
}

/// Every success advanced the version, and none was overwritten.
pub fn racing_saves_lose_nothing<T: Sample>() {
    const THREADS: usize = 4;
    const SAVES: usize = 50;
    let (database, conn) = &mut with_sample::<T>();
    let writers: Vec<_> = (0..THREADS)
        .map(|_| {
            let mut conn = database.connect();
            spawn(move || save_often::<T>(SAVES, &mut conn))
        })
        .collect();
    let versions: Vec<VersionValue> = writers.into_iter().flat_map(Running::join).collect();
    let mut row = T::load(conn);
    assert_eq!(*row.value(), i32::try_from(THREADS * SAVES).unwrap());
    assert_eq!(versions.iter().collect::<HashSet<_>>().len(), THREADS * SAVES, "each success has a version of its own");
    assert!(versions.contains(&shown::<T>(row.version())));
}

/// Adds one to the value until it has succeeded this many times, and returns the version of each success.
fn save_often<T: Sample>(successes: usize, conn: &mut TestConnection) -> Vec<VersionValue> {
    let mut versions = Vec::new();
    let mut record = T::load(conn);
    while versions.len() < successes {
        *record.value() += 1;
        match record.save_concurrent(conn) {
            Ok(()) => versions.push(shown::<T>(record.version())),
            Err(error) if error.is_retryable() => record = T::load(conn),
            Err(error) => panic!("{error:?}"),
        }
    }
    versions
}

/// A model of the table `samples` with one version field, and every behaviour above as a test of it.
macro_rules! every_behaviour_of {
    (
        $name:ident, $field:ident,
        $version:ty as $sql_type:ty,
        column = $column:expr, sql_name = $sql_name:literal, read_back = $read_back:literal, insert = $insert:tt
    ) => {
        mod $name {
            use crate::library::prelude::*;
            use diesel::prelude::*;

            use crate::engine::TestConnection;

            diesel::table! {
                samples (id) {
                    id -> diesel::sql_types::BigInt,
                    value -> diesel::sql_types::Integer,
                    #[sql_name = $sql_name]
                    version -> $sql_type,
                }
            }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Concurrent)]
            #[diesel(table_name = samples)]
            pub struct Sample {
                id: i64,
                value: i32,
                #[concurrent(version = concurrency_diesel::$field)]
                version: $version,
            }

            impl crate::suite::every_field::Sample for Sample {
                const COLUMN: &'static str = $column;
                const IS_READ_BACK: bool = $read_back;

                fn insert(id: i64, connection: &mut TestConnection) {
                    crate::suite::every_field::every_behaviour_of!(@insert $insert id connection);
                }

                fn load(connection: &mut TestConnection) -> Self {
                    samples::table.find(1).select(Self::as_select()).first(connection).unwrap()
                }

                fn load_all(connection: &mut TestConnection) -> Vec<Self> {
                    samples::table.order(samples::id).select(Self::as_select()).load(connection).unwrap()
                }

                fn value(&mut self) -> &mut i32 {
                    &mut self.value
                }

                fn version(&self) -> &Self::Version {
                    &self.version
                }

                fn add_one(&self, connection: &mut TestConnection) -> Result<Self::Version, ConcurrencyError> {
                    self.update_concurrent(samples::value.eq(samples::value + 1), connection)
                }
            }

            crate::suite::every_field::every_behaviour_of!(@tests
                the_second_save_is_refused
                a_record_is_saved_again_and_again
                deletes_are_guarded
                a_touch_advances_the_version_alone
                a_record_is_checked_and_read_again
                an_unchecked_save_is_noticed_by_the_others
                an_unchecked_save_of_a_fresh_copy_moves_the_version
                a_stale_copy_is_refused_in_a_transaction_that_checks_it
                an_unchecked_save_writes_a_row_that_comes_back
                a_delete_without_checks_deletes_a_row_that_comes_back
                an_update_by_changeset_advances_the_version
                a_save_without_increment_is_checked
                scopes_disable_the_check_and_the_increment
                the_model_is_proven_and_stays_as_it_was
                a_save_sends_few_statements_prepared_once
                racing_saves_lose_nothing
                a_tracked_record_is_saved_guarded_and_merged
                a_batch_is_saved_again_and_again
                one_stale_record_keeps_a_batch_from_being_saved
                a_batch_is_saved_but_for_what_is_stale
                batches_are_deleted
            );
        }
    };
    (@insert initial $id:ident $connection:ident) => {
        diesel::insert_into(samples::table)
            .values((samples::id.eq($id), samples::value.eq(0), samples::version.eq(Sample::initial_version())))
            .execute($connection)
            .unwrap();
    };
    (@insert triggered $id:ident $connection:ident) => {
        crate::library::triggers::create::<Sample, _>($connection).unwrap();
        crate::suite::every_field::every_behaviour_of!(@insert initial $id $connection);
    };
    (@insert database $id:ident $connection:ident) => {
        let row = (samples::id.eq($id), samples::value.eq(0));
        diesel::insert_into(samples::table).values(row).execute($connection).unwrap();
    };
    (@tests $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                crate::suite::every_field::$behaviour::<Sample>();
            }
        )*
    };
}

every_behaviour_of!(
    auto_increment,
    AutoIncVersionField,
    i64 as diesel::sql_types::BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    nullable_auto_increment, AutoIncVersionField, Option<i32> as diesel::sql_types::Nullable<diesel::sql_types::Integer>,
    column = ", version INTEGER", sql_name = "version", read_back = false, insert = database
);
every_behaviour_of!(
    integer_clock,
    IntegerVersionField,
    i64 as diesel::sql_types::BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    conditional,
    ConditionalVersionField,
    i64 as diesel::sql_types::BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    read_back = true,
    insert = initial
);
every_behaviour_of!(
    small_conditional,
    ConditionalVersionField,
    i16 as diesel::sql_types::SmallInt,
    column = ", version SMALLINT NOT NULL",
    sql_name = "version",
    read_back = true,
    insert = initial
);
every_behaviour_of!(
    nullable_conditional, ConditionalVersionField, Option<i64> as diesel::sql_types::Nullable<diesel::sql_types::BigInt>,
    column = ", version BIGINT", sql_name = "version", read_back = true, insert = database
);
every_behaviour_of!(
    triggered,
    TriggerVersionField,
    i64 as diesel::sql_types::BigInt,
    column = ", version BIGINT NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = triggered
);
every_behaviour_of!(
    triggered_integer,
    TriggerVersionField,
    i32 as diesel::sql_types::Integer,
    column = ", version INTEGER NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = triggered
);
every_behaviour_of!(
    small_triggered,
    TriggerVersionField,
    i16 as diesel::sql_types::SmallInt,
    column = ", version SMALLINT NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = triggered
);
every_behaviour_of!(
    nullable_triggered, TriggerVersionField, Option<i64> as diesel::sql_types::Nullable<diesel::sql_types::BigInt>,
    column = ", version BIGINT", sql_name = "version", read_back = false, insert = triggered
);
every_behaviour_of!(
    chrono_timestamp,
    TimestampVersionField,
    chrono::NaiveDateTime as diesel::sql_types::Timestamp,
    column = crate::engine::TIMESTAMP_VERSION,
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    time_timestamp,
    TimestampVersionField,
    time::PrimitiveDateTime as diesel::sql_types::Timestamp,
    column = crate::engine::TIMESTAMP_VERSION,
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    text_uuid,
    RandomVersionField,
    String as diesel::sql_types::Text,
    column = ", version CHAR(36) NOT NULL",
    sql_name = "version",
    read_back = false,
    insert = initial
);
every_behaviour_of!(
    binary_uuid, RandomVersionField, Vec<u8> as diesel::sql_types::Binary,
    column = crate::engine::BINARY_VERSION, sql_name = "version", read_back = false, insert = initial
);
// The engines have their own fields.
pub(crate) use every_behaviour_of;
