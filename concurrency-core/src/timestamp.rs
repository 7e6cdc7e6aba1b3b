//! `TimestampVersionField`: the version is the time of the save, as a timestamp of chrono or time.

use crate::{InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions that are timestamps: the time of the save in microseconds, but always later than the version before.
///
/// The column must keep microseconds (`DATETIME(6)` on MySQL and MariaDB; without the `(6)` every second save
/// conflicts). The field is a `chrono::NaiveDateTime` or `DateTime<Utc>` (feature `chrono`), or a
/// `time::PrimitiveDateTime` or `OffsetDateTime` (feature `time`), each in UTC, or an `Option` of one over a nullable
/// column.
///
/// If the clock stands still or goes back, the version advances by one microsecond. As with
/// [`IntegerVersionField`](crate::IntegerVersionField), a row that is deleted and inserted again gets a version that it
/// never had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampVersionField;

/// A point in time that a database stores in microseconds. The types that [`TimestampVersionField`] takes implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no timestamp that `TimestampVersionField` knows",
    note = "use `chrono::NaiveDateTime` or `DateTime<Utc>` (feature `chrono`), or `time::PrimitiveDateTime` or `OffsetDateTime` (feature `time`)"
)]
pub trait Moment: Ord + sealed::Moment {}

mod sealed {
    /// The operations that the field needs of a timestamp. Sealed, because the microsecond steps must be right.
    pub trait Moment: Sized {
        /// The clock's reading, truncated to microseconds, as the database stores it.
        fn now() -> Self;
        /// One microsecond later.
        fn successor(&self) -> Option<Self>;
        /// The whole timestamp, as errors show it.
        fn text(&self) -> String;
        /// The moment of such a text.
        fn from_text(text: &str) -> Option<Self>;
    }
}

impl<V: Moment> VersionField<V> for TimestampVersionField {
    fn next(current: &V) -> Option<V> {
        current.successor().map(|next| next.max(V::now()))
    }

    fn value(version: &V) -> VersionValue {
        version.text().into()
    }

    fn from_value(value: &VersionValue) -> Option<V> {
        let text = value.text()?;
        // A value that is read may have more digits than one that is written.
        V::from_text(text).filter(|moment| moment.text() == text)
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

    /// Reads both forms.
    const FORMAT: &str = "%Y-%m-%d %H:%M:%S%.f";

    /// Shows a time in microseconds, or in more digits if another program wrote parts of a microsecond, so that
    /// different versions look different.
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

        fn from_text(text: &str) -> Option<Self> {
            Self::parse_from_str(text, FORMAT).ok()
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

        fn from_text(text: &str) -> Option<Self> {
            NaiveDateTime::from_text(text.strip_suffix("+00:00")?).map(|moment| moment.and_utc())
        }
    }
}

#[cfg(feature = "time")]
pub(crate) use time::in_utc;

#[cfg(feature = "time")]
mod time {
    use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time};

    /// `nanosecond`, truncated to whole microseconds.
    const fn whole_microseconds(nanosecond: u32) -> u32 {
        nanosecond.saturating_sub(nanosecond % 1_000)
    }

    /// The same moment in UTC, as the database stores it. So two offsets are one version.
    pub(crate) fn in_utc(moment: OffsetDateTime) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(moment.unix_timestamp_nanos()).unwrap_or(moment)
    }

    /// The date of `2023-11-14`. The year may have a sign.
    fn date(text: &str) -> Option<Date> {
        let (year, day) = text.rsplit_once('-')?;
        let (year, month) = year.rsplit_once('-')?;
        let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
        Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
    }

    /// The time of `22:13:20.5`.
    fn time(text: &str) -> Option<Time> {
        let (seconds, part) = text.split_once('.')?;
        let mut numbers = seconds.split(':').map(|number| number.parse::<u8>().ok());
        let (hour, minute, second) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let nanosecond = format!("{part:0<9}").parse().ok()?;
        Time::from_hms_nano(hour, minute, second, nanosecond).ok()
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

        fn from_text(text: &str) -> Option<Self> {
            let (day, hour) = text.split_once(' ')?;
            Some(Self::new(date(day)?, time(hour)?))
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
            in_utc(*self).to_string()
        }

        fn from_text(text: &str) -> Option<Self> {
            PrimitiveDateTime::from_text(text.strip_suffix(" +00:00:00")?).map(PrimitiveDateTime::assume_utc)
        }
    }
}

#[cfg(all(test, feature = "chrono", feature = "time"))]
mod tests {
    use std::fmt::Debug;

    use super::*;

    /// The same rules hold for every type: strictly later, whole microseconds, also if the clock went back.
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

    /// Two timestamps that differ by less than a microsecond are two versions.
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

    fn comes_back<V: Moment + Debug>(moment: V) {
        let value = TimestampVersionField::value(&moment);
        assert_eq!(TimestampVersionField::from_value(&value), Some(moment), "{value}");
    }

    #[test]
    fn a_value_is_read_back_to_the_nanosecond() {
        let parts = [0, 1, 10, 123_456_000, 123_456_789, 120_000_000, 999_999_999];
        // The year 0, before it, 1970 and around it, 2023, and the last second of 9999.
        for second in [-62_135_596_801, -62_200_000_000, -1, 0, 1_700_000_000, 253_402_300_799] {
            for nanosecond in parts {
                let moment = ::chrono::DateTime::from_timestamp(second, nanosecond).unwrap();
                comes_back(moment);
                comes_back(moment.naive_utc());
                let nanoseconds = i128::from(second) * 1_000_000_000 + i128::from(nanosecond);
                let moment = ::time::OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap();
                comes_back(moment);
                comes_back(::time::PrimitiveDateTime::new(moment.date(), moment.time()));
            }
        }
        comes_back(::chrono::NaiveDateTime::MAX);
        comes_back(::chrono::NaiveDateTime::MIN);
        comes_back(::time::PrimitiveDateTime::MAX);
        comes_back(::time::PrimitiveDateTime::MIN);
        // A leap second.
        comes_back(::chrono::DateTime::from_timestamp(59, 1_500_000_000).unwrap());
    }

    #[test]
    fn a_moment_has_one_spelling() {
        let moment = ::time::OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let elsewhere = moment.to_offset(::time::UtcOffset::from_hms(2, 0, 0).unwrap());
        assert_eq!(TimestampVersionField::value(&moment), TimestampVersionField::value(&elsewhere));
        for text in [
            "2023-11-14 22:13:20.0",
            "2023-11-14 22:13:20.50",
            "2023-11-14 22:13:20.500000 +02:00:00",
            "2023-11-14T22:13:20.500000",
            "2023-11-14 22:13:20.500000Z",
            "2023-11-14  22:13:20.500000",
            "2023-02-30 22:13:20.500000",
            "+2023-11-14 22:13:20.500000",
            "",
        ] {
            let value = VersionValue::from(text);
            assert_eq!(TimestampVersionField::from_value(&value), None::<::chrono::NaiveDateTime>, "{text}");
            assert_eq!(TimestampVersionField::from_value(&value), None::<::chrono::DateTime<::chrono::Utc>>);
            assert_eq!(TimestampVersionField::from_value(&value), None::<::time::OffsetDateTime>, "{text}");
            if text != "2023-11-14 22:13:20.0" {
                assert_eq!(TimestampVersionField::from_value(&value), None::<::time::PrimitiveDateTime>, "{text}");
            }
        }
    }

    #[test]
    fn versions_are_whole_microseconds() {
        use ::chrono::Timelike as _;
        assert_eq!(<::chrono::NaiveDateTime as sealed::Moment>::now().nanosecond() % 1_000, 0);
        assert_eq!(<::time::OffsetDateTime as sealed::Moment>::now().nanosecond() % 1_000, 0);
    }
}
