//! Writes in doubt: how a tracked record knows its own write when it reads the row again. When a write is in doubt stands in
//! `crate::doubt`.

use super::{Trackable, Tracked, fields};

/// A write of which nobody knows whether it was done.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Attempt<T> {
    /// The record as it was then.
    pub(super) record: T,
    /// What the row holds if it was: what others had written before is in it, too.
    pub(super) row: T,
}

impl<T> Tracked<T> {
    /// The write in doubt that made this row what it is.
    pub(super) fn attempt_at(&self, row: &T) -> Option<&Attempt<T>>
    where
        T: Trackable,
    {
        self.in_doubt
            .iter()
            .find(|attempt| T::__same_key(&attempt.row, row) && fields::changed_columns(&attempt.row, row).is_empty())
    }

    /// What the record and this row are both descended from: the record as a write in doubt wrote it, or the base.
    pub(super) fn ancestor(&self, row: &T) -> &T
    where
        T: Trackable,
    {
        self.attempt_at(row).map_or(&self.base, |attempt| &attempt.record)
    }
}
