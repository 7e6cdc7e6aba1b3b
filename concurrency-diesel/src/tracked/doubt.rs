//! `Tracked::settle`: for a caller who knows what became of a write in doubt.

use super::{Trackable, Tracked, fields};
use crate::concurrent::Concurrent;

/// What became of a write that was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The write was done; of several writes, the last one.
    Written,
    /// The write was not done, and neither was any other.
    NotWritten,
}

impl<T> Tracked<T> {
    /// Tells the record what became of its writes without an answer, as the answer to a
    /// [`MergeError::InDoubt`](crate::MergeError::InDoubt). It also takes over the row as it is, as
    /// [`rebase`](Self::rebase) does. Nothing is sent.
    ///
    /// If both sides changed a field that no policy merges, the row is not taken over: the next
    /// [`save_merging`](crate::TrackedDsl::save_merging) names the field.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("../doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # let (article, _) = two_copies(conn);
    /// use concurrency_diesel::{Doubt, MergeError};
    ///
    /// # let mut article = Tracked::new(article);
    /// article.views += 1;
    /// match article.save_merging(conn) {
    ///     // A log of the application may say whether it was done.
    ///     Err(MergeError::InDoubt { theirs, .. }) => {
    ///         article.settle(Doubt::Written, theirs);
    ///         article.save_merging(conn)?;
    ///     }
    ///     saved => saved?,
    /// }
    /// # assert_eq!((article.views, article.version), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn settle(&mut self, doubt: Doubt, theirs: T)
    where
        T: Trackable + Concurrent<Version: Clone> + Clone,
    {
        let attempts = std::mem::take(&mut self.in_doubt);
        let last = attempts.iter().rev().find_map(|attempt| Some((attempt, attempt.row.as_ref()?)));
        if let (Doubt::Written, Some((attempt, row))) = (doubt, last) {
            self.record = attempt.carried_on(row, &self.record).into_owned();
            self.record.__set_version(row.__version().clone());
            self.base = row.clone();
            self.origin = self.origin.renewed();
        }
        let mut record = theirs.clone();
        if fields::merge_into(&self.base, &self.record, &mut record).is_empty() {
            *self = self.continued(record, theirs);
        }
    }
}
