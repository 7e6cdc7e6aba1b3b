//! The scopes around a write. `operation.rs` knows the effect of a scope on a write.

use crate::library::{disable_concurrency, disable_concurrency_for, disable_increment, disable_increment_for};

use super::operation::Random;
use super::table::Model;
use crate::suite::models::Author;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    None,
    /// `disable_concurrency`: for every record, for records of this type, and for those of another one.
    WithoutChecks,
    WithoutChecksFor,
    WithoutChecksForOthers,
    /// `disable_increment`, likewise.
    WithoutIncrement,
    WithoutIncrementFor,
    WithoutIncrementForOthers,
    /// Both, of which the first counts.
    WithoutBoth,
}

impl Scope {
    /// Mostly none, or one that leaves versions only where writes may do so.
    pub fn new(random: &mut Random, may_stay: bool) -> Self {
        match random.below(24) {
            0 => Self::WithoutChecks,
            1 => Self::WithoutChecksFor,
            2 => Self::WithoutChecksForOthers,
            3 => Self::WithoutIncrementForOthers,
            4 if may_stay => Self::WithoutIncrement,
            5 | 6 if may_stay => Self::WithoutIncrementFor,
            7 => Self::WithoutBoth,
            _ => Self::None,
        }
    }

    pub fn is_unchecked(self) -> bool {
        matches!(self, Self::WithoutChecks | Self::WithoutChecksFor | Self::WithoutBoth)
    }

    pub fn leaves_versions(self) -> bool {
        matches!(self, Self::WithoutIncrement | Self::WithoutIncrementFor)
    }

    /// Does the work in this scope.
    pub fn hold<T: Model, R>(self, work: impl FnOnce() -> R) -> R {
        match self {
            Self::None => work(),
            Self::WithoutChecks => disable_concurrency(work),
            Self::WithoutChecksFor => disable_concurrency_for::<T, R>(work),
            Self::WithoutChecksForOthers => disable_concurrency_for::<Author, R>(work),
            Self::WithoutIncrement => disable_increment(work),
            Self::WithoutIncrementFor => disable_increment_for::<T, R>(work),
            Self::WithoutIncrementForOthers => disable_increment_for::<Author, R>(work),
            Self::WithoutBoth => disable_increment(|| disable_concurrency(work)),
        }
    }
}
