//! Sets of columns, by their positions among those that a save writes, and which sets keep a prepared statement.

use std::sync::OnceLock;

/// As many columns as Diesel's widest table has.
pub(crate) const MOST_COLUMNS: usize = 128;

/// A set of a record's columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnSet(u128);

impl ColumnSet {
    pub(crate) const NONE: Self = Self(0);

    /// All columns, however many there are.
    pub(crate) const EVERY: Self = Self(u128::MAX);

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The columns that only one of the two has.
    pub(crate) const fn symmetric_difference(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    pub(crate) fn insert(&mut self, position: u32) {
        self.0 |= Self::bit(position);
    }

    pub(crate) fn contains(self, position: u32) -> bool {
        self.0 & Self::bit(position) != 0
    }

    fn bit(position: u32) -> u128 {
        1_u128.checked_shl(position).unwrap_or(0)
    }
}

/// This many sets of one struct's columns keep a prepared statement. Twenty columns have a million sets, and a
/// connection must not keep as many statements.
const KEPT: usize = 32;

/// The sets of one struct's columns that were written first. The statements of other sets are prepared each time.
#[doc(hidden)]
#[derive(Debug)]
pub struct ColumnSets([OnceLock<u128>; KEPT]);

impl ColumnSets {
    #[must_use]
    pub const fn new() -> Self {
        Self([const { OnceLock::new() }; KEPT])
    }

    /// Whether the set, which is about to be written, is one of those kept. Adds it if there is room.
    pub(crate) fn keeps(&self, set: ColumnSet) -> bool {
        self.0.iter().any(|kept| *kept.get_or_init(|| set.0) == set.0)
    }
}

impl Default for ColumnSets {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_of(positions: &[u32]) -> ColumnSet {
        let mut set = ColumnSet::default();
        for position in positions {
            set.insert(*position);
        }
        set
    }

    #[test]
    fn a_set_holds_what_was_inserted() {
        let set = set_of(&[0, 127]);
        assert!(set.contains(0) && set.contains(127) && !set.contains(1));
        assert!(!set.is_empty() && ColumnSet::default().is_empty());
    }

    #[test]
    fn the_first_sets_are_kept_and_no_more() {
        let sets = ColumnSets::new();
        for position in 0..100 {
            assert_eq!(sets.keeps(set_of(&[position])), position < 32);
        }
        assert!(sets.keeps(set_of(&[31])) && !sets.keeps(set_of(&[32])));
    }
}
