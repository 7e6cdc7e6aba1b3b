//! What each version field promises of the versions of a row. That a version stands for nothing but one state holds for all of them.

use super::super::log::{State, Table};

impl Table {
    /// Whether the version tells nothing of the right side.
    pub fn ignores_right(self) -> bool {
        self == Self::Conditional
    }

    /// Whether versions have an order.
    pub(super) fn is_ordered(self) -> bool {
        self != Self::Xmin
    }

    /// Whether a record loaded in one state may write over the other: what the version stands for is the same.
    pub(super) fn is_same(self, loaded: State, found: State) -> bool {
        (loaded.version, loaded.left) == (found.version, found.left)
            && (self.ignores_right() || loaded.right == found.right)
    }

    /// Whether a write may move the version so.
    pub(super) fn may_step(self, from: i64, to: i64, must_advance: bool) -> bool {
        match self {
            Self::Conditional if !must_advance => to == from,
            Self::Counter | Self::Conditional => to == from + 1,
            Self::Clock => to > from,
            Self::Xmin => to != from,
        }
    }
}
