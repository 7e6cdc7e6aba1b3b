//! Where a base comes from: whether it is still the one that the record had before, renewed only by saves of the record
//! itself, and whether the record is still the same.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where a base comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Origin {
    /// A row that was read. Each read has its own number, which means nothing to another program.
    #[cfg_attr(feature = "serde", serde(skip))]
    Row {
        /// The first read of the record: a merge or a reload takes over another row, but is the same record.
        first: u64,
        /// The read that the base comes from.
        last: u64,
    },
    /// The base's row is unknown, so the record has no base.
    Lost,
}

impl Origin {
    /// A row that was just read.
    pub(super) fn of_row() -> Self {
        let read = next();
        Self::Row { first: read, last: read }
    }

    /// A row that the same record just took over.
    pub(super) fn renewed(self) -> Self {
        match self {
            Self::Row { first, last: _ } => Self::Row { first, last: next() },
            Self::Lost => Self::of_row(),
        }
    }

    /// The number of the record's first read.
    pub(super) const fn first(self) -> Option<u64> {
        match self {
            Self::Row { first, last: _ } => Some(first),
            Self::Lost => None,
        }
    }

    pub(super) const fn is_known(&self) -> bool {
        matches!(self, Self::Row { .. })
    }
}

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
