//! The time that a child process took: its processor time on Linux, elapsed time elsewhere.

use std::time::{Duration, Instant};

/// A reading, which is useful only compared with a later one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    /// The processor time of this process's children, and theirs, until they ended.
    Children(Duration),
    /// The time of day.
    Wall(Instant),
}

impl Clock {
    pub(crate) fn read() -> Self {
        children().map_or_else(|| Self::Wall(Instant::now()), Self::Children)
    }

    pub(crate) fn since(self, earlier: Self) -> Duration {
        match (self, earlier) {
            (Self::Children(now), Self::Children(then)) => now.saturating_sub(then),
            (Self::Wall(now), Self::Wall(then)) => now.saturating_duration_since(then),
            (Self::Children(_), Self::Wall(_)) | (Self::Wall(_), Self::Children(_)) => Duration::ZERO,
        }
    }
}

/// `cutime` and `cstime` of proc(5), in hundredths of a second.
fn children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in parentheses and may hold spaces; `state` follows as the third.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(13);
    let mut hundredths = || fields.next()?.parse::<u64>().ok();
    let user = hundredths()?;
    let system = hundredths()?;
    Some(Duration::from_millis(user.checked_add(system)?.checked_mul(10)?))
}
