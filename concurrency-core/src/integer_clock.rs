//! `IntegerVersionField`: the version is the time of the save, as an integer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{InitialVersion, UncheckedBump, VersionField, VersionValue};

/// 2000-01-01T00:00Z as a distance from the Unix epoch: 30 years, 7 of them leap years.
const EPOCH: Duration = Duration::from_secs(10_957 * 24 * 60 * 60);

/// Versions that are times: the microseconds since 2000-01-01T00:00Z, but always greater than the version before.
///
/// The column is an `i64`, or an `Option<i64>` over a nullable column. If the clock stands still or goes back, the
/// version advances by one. A row that is deleted and inserted again gets a version that it never had, so a copy from
/// before the deletion conflicts. (With [`AutoIncVersionField`](crate::AutoIncVersionField) it may match.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegerVersionField;

impl VersionField<i64> for IntegerVersionField {
    fn next(current: &i64) -> Option<i64> {
        current.checked_add(1).map(|next| next.max(now()))
    }

    fn value(version: &i64) -> VersionValue {
        (*version).into()
    }

    fn from_value(value: &VersionValue) -> Option<i64> {
        value.integer()
    }

    fn __unchecked() -> UncheckedBump<i64> {
        UncheckedBump::Clock { now: now() }
    }
}

impl InitialVersion<i64> for IntegerVersionField {
    fn initial() -> i64 {
        now()
    }
}

/// The clock's reading. A clock before the epoch gives 0, and versions then count from there.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since_unix_epoch| since_unix_epoch.checked_sub(EPOCH))
        .and_then(|since_epoch| i64::try_from(since_epoch.as_micros()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_time() {
        let before = now();
        let version = IntegerVersionField::next(&1).unwrap();
        assert!((before..=now()).contains(&version));
        // 2024-01-01 and 2200-01-01: a wrong epoch or unit falls outside.
        assert!((757_382_400_000_000..6_311_433_600_000_000).contains(&version));
    }

    #[test]
    fn a_clock_that_went_back_still_advances_the_version() {
        let ahead = now() + 3_600_000_000;
        assert_eq!(IntegerVersionField::next(&ahead), Some(ahead + 1));
        assert_eq!(IntegerVersionField::next(&(i64::MAX - 1)), Some(i64::MAX));
        assert_eq!(IntegerVersionField::next(&i64::MAX), None);
    }

    #[test]
    fn a_value_is_read_back() {
        let version: i64 = IntegerVersionField::initial();
        assert_eq!(IntegerVersionField::from_value(&version.into()), Some(version));
        assert_eq!(IntegerVersionField::from_value(&VersionValue::Null), Some(None::<i64>));
        assert_eq!(IntegerVersionField::from_value(&VersionValue::from("1")), None::<i64>);
    }

    #[test]
    fn a_null_version_becomes_the_time() {
        let before = now();
        let version = IntegerVersionField::next(&None::<i64>).flatten().unwrap();
        assert!((before..=now()).contains(&version));
        assert_eq!(IntegerVersionField::next(&Some(i64::MAX)), None);
    }
}
