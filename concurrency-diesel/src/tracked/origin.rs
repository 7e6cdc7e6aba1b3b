//! Where a base comes from: whether it is still the one that the record had before, renewed only by saves of the record
//! itself.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where a base comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Origin {
    /// A row that was read. Each read has its own number, which means nothing to another program.
    #[cfg_attr(feature = "serde", serde(skip))]
    Row(u64),
    /// The base's row is unknown, so the record has no base.
    Lost,
}

impl Origin {
    /// A row that was just read.
    pub(super) fn of_row() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::Row(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The number of the read.
    pub(super) const fn number(&self) -> Option<u64> {
        match self {
            Self::Row(number) => Some(*number),
            Self::Lost => None,
        }
    }

    pub(super) const fn is_known(&self) -> bool {
        matches!(self, Self::Row(_))
    }
}
