//! Who has a lock, according to the database.

use std::time::Duration;

/// A lock's columns, and the database's time.
pub(crate) type LockRow = (String, i64, i64, i64, i64);

/// Who has a lock after a holder asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Editing {
    /// The asking holder has it.
    Mine(Holder),
    /// Another holder has it.
    Theirs(Holder),
}

impl Editing {
    /// Who has the lock.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        match self {
            Self::Mine(holder) | Self::Theirs(holder) => holder,
        }
    }
}

/// Who has a lock. Both durations are measured by the database's clock, not by the program's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The holder's name.
    pub holder: String,
    /// How long the holder has had the lock, without a gap.
    pub since: Duration,
    /// How long the lock still lasts if it is not renewed.
    pub left: Duration,
    /// The number of this holder's turn. It changes each time the lock changes hands.
    pub turn: i64,
}

impl Holder {
    pub(super) fn of((holder, since_ms, until_ms, turn, now_ms): LockRow) -> Self {
        Self { holder, since: between(since_ms, now_ms), left: between(now_ms, until_ms), turn }
    }
}

/// Zero if the second time is not after the first, as after a correction of the clock.
fn between(from_ms: i64, to_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(to_ms.saturating_sub(from_ms)).unwrap_or(0))
}
