//! Who wants to edit what, and for how long. Both kinds of `EditLock` hold it.

use std::time::Duration;

use concurrency_core::RecordId;

/// How long a lock is held by default: five heartbeats of 30 seconds.
const LASTING_MS: i64 = 150_000;

/// Who wants to edit what, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(super) id: &'a RecordId,
    pub(super) holder: &'a str,
    pub(super) lasting_ms: i64,
}

impl<'a> Claim<'a> {
    pub(crate) const fn new(id: &'a RecordId, holder: &'a str) -> Self {
        Self { id, holder, lasting_ms: LASTING_MS }
    }

    /// The database adds this to its time, so it is at most half of the type's maximum.
    pub(crate) fn lasting(self, duration: Duration) -> Self {
        let lasting_ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(i64::MAX / 2);
        Self { lasting_ms, ..self }
    }
}
