//! The moment as Diesel names migrations after it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now, in UTC: `2026-11-24-064403`.
pub(crate) fn now() -> String {
    format(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn format(since_1970: Duration) -> String {
    const SECONDS_PER_DAY: u64 = 86_400;
    let seconds = since_1970.as_secs();
    let (days, second) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}-{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The date of a day, counted from 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let (mut year, mut left) = (1970_u64, days);
    while let Some(rest) = left.checked_sub(if is_leap(year) { 366 } else { 365 }) {
        left = rest;
        year = year.saturating_add(1);
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1_u64;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        let Some(rest) = left.checked_sub(length) else { break };
        left = rest;
        month = month.saturating_add(1);
    }
    (year, month, left.saturating_add(1))
}

const fn is_leap(year: u64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected ones are those of `date -u`.
    #[test]
    fn moments_are_written_as_diesel_writes_them() {
        let cases = [
            (0, "1970-01-01-000000"),
            (951_782_399, "2000-02-28-235959"),
            (951_782_400, "2000-02-29-000000"),
            (1_709_251_199, "2024-02-29-235959"),
            (1_735_689_599, "2024-12-31-235959"),
            (1_795_502_643, "2026-11-24-064403"),
            (4_107_542_400, "2100-03-01-000000"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(format(Duration::from_secs(seconds)), expected);
        }
    }
}
