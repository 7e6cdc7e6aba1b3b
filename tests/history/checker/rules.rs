//! What each version field guarantees about the versions of a row. For all of them, a version means only one state.

use super::super::log::{State, Table};

impl Table {
    /// Whether the version says nothing about the right side.
    pub fn ignores_right(self) -> bool {
        self == Self::Conditional
    }

    /// Whether the database moves the version with every write, so that none can leave it.
    #[allow(dead_code, reason = "the checker reads in the log which writes leave it")]
    pub fn counts_every_write(self) -> bool {
        self == Self::Xmin
    }

    /// Whether versions have an order.
    pub(super) fn is_ordered(self) -> bool {
        self != Self::Xmin
    }

    /// Whether a record that was loaded in one state may overwrite the other: both have the same meaning of the
    /// version.
    pub(super) fn is_same(self, loaded: State, found: State) -> bool {
        (loaded.version, loaded.left) == (found.version, found.left)
            && (self.ignores_right() || loaded.right == found.right)
    }

    /// Whether a write that advances the version may move it so.
    pub(super) fn may_step(self, from: i64, to: i64) -> bool {
        match self {
            Self::Counter | Self::Conditional => to == from + 1,
            Self::Clock => to > from,
            Self::Xmin => to != from,
        }
    }
}
