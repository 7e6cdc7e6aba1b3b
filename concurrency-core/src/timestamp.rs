//! `TimestampVersionField`: the version is the time of the save, as a timestamp of chrono or time.

use crate::{InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions that are timestamps: the time of the save in microseconds, but always later than the version before.
///
/// The column must keep microseconds (`DATETIME(6)` on MySQL and MariaDB: without the `(6)` every second save conflicts). The
/// field is a `chrono::NaiveDateTime` or `DateTime<Utc>` (feature `chrono`), or a `time::PrimitiveDateTime` or `OffsetDateTime`
/// (feature `time`), each in UTC, or an `Option` of one over a nullable column. The clock may stand still or go back: the version
/// then advances by one microsecond. As with [`IntegerVersionField`](crate::IntegerVersionField), a row that is deleted and inserted
/// again gets a version that it never had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampVersionField;

/// A point in time that a database keeps in microseconds. Implemented for the types that [`TimestampVersionField`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no timestamp that `TimestampVersionField` knows",
    note = "use `chrono::NaiveDateTime` or `DateTime<Utc>` (feature `chrono`), or `time::PrimitiveDateTime` or `OffsetDateTime` (feature `time`)"
)]
pub trait Moment: Ord + sealed::Moment {}

mod sealed {
    /// What the field needs of a timestamp. Sealed, because the microsecond steps must be right.
    pub trait Moment: Sized {
        /// The clock's reading, cut to microseconds: what is left of it in the database.
        fn now() -> Self;
        /// One microsecond later.
        fn successor(&self) -> Option<Self>;
        /// As errors show it.
        fn text(&self) -> String;
    }
}

impl<V: Moment> VersionField<V> for TimestampVersionField {
    fn next(current: &V) -> Option<V> {
        current.successor().map(|next| next.max(V::now()))
    }

    fn value(version: &V) -> VersionValue {
        version.text().into()
    }

    fn __unchecked() -> UncheckedBump<V> {
        UncheckedBump::Clock { now: V::now() }
    }
}

impl<V: Moment> InitialVersion<V> for TimestampVersionField {
    fn initial() -> V {
        V::now()
    }
}

#[cfg(feature = "chrono")]
mod chrono {
    use chrono::{DateTime, NaiveDateTime, SubsecRound as _, TimeDelta, Timelike, Utc};

    /// How a time is shown: in microseconds, unless another program wrote parts of one, which then tell two versions apart.
    fn format_of(time: &impl Timelike) -> &'static str {
        if time.nanosecond() % 1_000 == 0 { "%Y-%m-%d %H:%M:%S%.6f" } else { "%Y-%m-%d %H:%M:%S%.9f" }
    }

    impl super::Moment for NaiveDateTime {}

    impl super::sealed::Moment for NaiveDateTime {
        fn now() -> Self {
            Utc::now().naive_utc().trunc_subsecs(6)
        }

        fn successor(&self) -> Option<Self> {
            self.trunc_subsecs(6).checked_add_signed(TimeDelta::microseconds(1))
        }

        fn text(&self) -> String {
            self.format(format_of(self)).to_string()
        }
    }

    impl super::Moment for DateTime<Utc> {}

    impl super::sealed::Moment for DateTime<Utc> {
        fn now() -> Self {
            Utc::now().trunc_subsecs(6)
        }

        fn successor(&self) -> Option<Self> {
            self.trunc_subsecs(6).checked_add_signed(TimeDelta::microseconds(1))
        }

        fn text(&self) -> String {
            format!("{}+00:00", self.naive_utc().format(format_of(self)))
        }
    }
}

#[cfg(feature = "time")]
mod time {
    use time::{Duration, OffsetDateTime, PrimitiveDateTime};

    /// `nanosecond` cut to whole microseconds.
    const fn whole_microseconds(nanosecond: u32) -> u32 {
        nanosecond.saturating_sub(nanosecond % 1_000)
    }

    impl super::Moment for PrimitiveDateTime {}

    impl super::sealed::Moment for PrimitiveDateTime {
        fn now() -> Self {
            let now = <OffsetDateTime as super::sealed::Moment>::now();
            Self::new(now.date(), now.time())
        }

        fn successor(&self) -> Option<Self> {
            let whole = self.replace_nanosecond(whole_microseconds(self.nanosecond())).ok()?;
            whole.checked_add(Duration::MICROSECOND)
        }

        fn text(&self) -> String {
            self.to_string()
        }
    }

    impl super::Moment for OffsetDateTime {}

    impl super::sealed::Moment for OffsetDateTime {
        fn now() -> Self {
            let now = Self::now_utc();
            now.replace_nanosecond(whole_microseconds(now.nanosecond())).unwrap_or(now)
        }

        fn successor(&self) -> Option<Self> {
            let whole = self.replace_nanosecond(whole_microseconds(self.nanosecond())).ok()?;
            whole.checked_add(Duration::MICROSECOND)
        }

        fn text(&self) -> String {
            self.to_string()
        }
    }
}

#[cfg(all(test, feature = "chrono", feature = "time"))]
mod tests {
    use std::fmt::Debug;

    use super::*;

    /// The same rules for every type: strictly later, whole microseconds, also where the clock went back.
    fn advances<V: Moment + Clone + Debug>(ahead: V) {
        let now = V::now();
        assert!(TimestampVersionField::next(&now).is_some_and(|next| next > now));
        assert_eq!(TimestampVersionField::next(&ahead), ahead.successor());
        let initial: Option<V> = TimestampVersionField::initial();
        assert!(initial.is_some_and(|initial| initial >= now));
        assert!(TimestampVersionField::next(&None::<V>).flatten().is_some_and(|next| next >= now));
        assert_eq!(<TimestampVersionField as VersionField<Option<V>>>::value(&None), VersionValue::Null);
    }

    #[test]
    fn every_timestamp_advances_even_when_the_clock_went_back() {
        let hour = ::chrono::TimeDelta::hours(1);
        advances(<::chrono::NaiveDateTime as sealed::Moment>::now() + hour);
        advances(<::chrono::DateTime<::chrono::Utc> as sealed::Moment>::now() + hour);
        advances(<::time::PrimitiveDateTime as sealed::Moment>::now() + ::time::Duration::HOUR);
        advances(<::time::OffsetDateTime as sealed::Moment>::now() + ::time::Duration::HOUR);
    }

    #[test]
    fn the_last_moment_has_no_next() {
        assert_eq!(TimestampVersionField::next(&::chrono::NaiveDateTime::MAX), None);
        assert_eq!(TimestampVersionField::next(&::time::PrimitiveDateTime::MAX), None);
    }

    /// Two that differ by less than a microsecond are two versions.
    #[test]
    fn no_part_of_a_time_is_left_out() {
        use ::chrono::{DateTime, TimeDelta};
        let whole = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
        let parts = whole + TimeDelta::nanoseconds(700);
        let value = |moment: &DateTime<::chrono::Utc>| TimestampVersionField::value(moment).to_string();
        assert_eq!(value(&whole), "\"2023-11-14 22:13:20.123456+00:00\"");
        assert_eq!(value(&parts), "\"2023-11-14 22:13:20.123456700+00:00\"");
        let value = |moment: &::chrono::NaiveDateTime| TimestampVersionField::value(moment).to_string();
        assert_eq!(value(&whole.naive_utc()), "\"2023-11-14 22:13:20.123456\"");
        assert_eq!(value(&parts.naive_utc()), "\"2023-11-14 22:13:20.123456700\"");
    }

    #[test]
    fn versions_are_whole_microseconds() {
        use ::chrono::Timelike as _;
        assert_eq!(<::chrono::NaiveDateTime as sealed::Moment>::now().nanosecond() % 1_000, 0);
        assert_eq!(<::time::OffsetDateTime as sealed::Moment>::now().nanosecond() % 1_000, 0);
    }
}
