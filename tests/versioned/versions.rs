//! The version in a name: every version field reads back its own text.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDateTime, Utc};
use concurrency_diesel::prelude::*;
use concurrency_diesel::{Counter, VersionField, VersionValue, Xid};
use time::{OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

diesel::table! { rows (id) { id -> BigInt, version -> Nullable<BigInt>, } }

#[derive(Concurrent)]
#[diesel(table_name = rows)]
struct Row {
    id: i64,
    #[concurrent(version = IntegerVersionField)]
    version: Option<i64>,
}

#[test]
fn the_version_is_that_of_the_field() {
    assert_eq!(Row { id: 1, version: Some(7) }.version_value(), VersionValue::Integer(7));
    assert_eq!(Row { id: 1, version: None }.version_value(), VersionValue::Null);
}

#[track_caller]
fn comes_back<F: VersionField<V>, V: Clone + Debug + PartialEq>(version: &V) {
    let value = F::value(version);
    assert_eq!(F::from_value(&value).as_ref(), Some(version), "{value}");
}

#[track_caller]
fn comes_back_or_null<F, V>(version: V)
where
    F: VersionField<V> + VersionField<Option<V>>,
    V: Clone + Debug + PartialEq,
{
    comes_back::<F, V>(&version);
    comes_back::<F, Option<V>>(&Some(version));
    comes_back::<F, Option<V>>(&None);
    assert_eq!(<F as VersionField<V>>::from_value(&VersionValue::Null), None);
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Revision(i32);

impl Counter for Revision {
    type Integer = i32;

    fn from_integer(integer: i32) -> Self {
        Self(integer)
    }

    fn to_integer(&self) -> i32 {
        self.0
    }
}

#[test]
fn every_version_field_reads_back_what_it_shows() {
    comes_back_or_null::<AutoIncVersionField, _>(i16::MIN);
    comes_back_or_null::<AutoIncVersionField, _>(i32::MAX);
    comes_back_or_null::<AutoIncVersionField, _>(i64::MAX);
    comes_back_or_null::<AutoIncVersionField, _>(u32::MAX);
    comes_back_or_null::<AutoIncVersionField, _>(u64::MAX);
    comes_back_or_null::<AutoIncVersionField, _>(Revision(-7));
    comes_back_or_null::<ConditionalVersionField, _>(7_i64);
    comes_back_or_null::<TriggerVersionField, _>(Revision(7));
    comes_back_or_null::<IntegerVersionField, _>(i64::MIN);

    let moment: DateTime<Utc> = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
    comes_back_or_null::<TimestampVersionField, _>(moment);
    comes_back_or_null::<TimestampVersionField, NaiveDateTime>(moment.naive_utc());
    let moment = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).unwrap();
    comes_back_or_null::<TimestampVersionField, _>(moment);
    comes_back_or_null::<TimestampVersionField, _>(PrimitiveDateTime::new(moment.date(), moment.time()));

    let uuid = Uuid::from_u128(0x0123_4567_89ab_cdef);
    comes_back_or_null::<RandomVersionField, _>(uuid);
    comes_back_or_null::<RandomVersionField, _>(uuid.as_bytes().to_vec());
    comes_back_or_null::<RandomVersionField, _>(vec![0_u8, 255]);
    comes_back_or_null::<RandomVersionField, _>(uuid.to_string());

    comes_back::<XminVersionField, _>(&Xid(u32::MAX));
    assert_eq!(XminVersionField::from_value(&VersionValue::Integer(1 << 32)), None::<Xid>);
}
