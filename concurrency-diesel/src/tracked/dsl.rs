//! `TrackedDsl`: what only tracked records can do. How edits are joined stands in `merging`.

use super::{MergeError, Trackable, Tracked, merging};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::connection::Connection;
use crate::executor::{Blocking, now};
use crate::load::LoadableOn;

/// The method of a [`Tracked`] record that those of [`ConcurrentDsl`](crate::ConcurrentDsl) are joined by.
///
/// `T` is what is tracked.
pub trait TrackedDsl<T> {
    /// Writes the fields that changed; where somebody else changed others meanwhile, both edits end in the row.
    ///
    /// On a conflict the row is read, the fields that only they changed are taken over, and the record is saved at their version;
    /// again, up to a hundred times, while they go on. Where both changed a field, its `#[concurrent(merge = …)]` decides:
    ///
    /// - `"mine"` or `"theirs"`: that side's value.
    /// - `"max"` or `"min"`: the greater or the smaller one.
    /// - `"sum"`: both changes are added up, as for a counter.
    /// - `"set"`: what both added to a collection is in it, and what one removed is not. See [`MergeSet`](crate::MergeSet).
    /// - `"text"`, with the feature `text-merge`: both edits of a long text are joined by lines, as version control does it; edits of the same or of
    ///   adjacent lines are a conflict. See `merge_text`, and `MergeError::text_conflict` for what there is to show then.
    /// - `path::to::function`, a `fn(base: &U, mine: &U, theirs: &U) -> Option<U>`: what it returns; `None` is a conflict.
    /// - without it: the value, if both wrote the same one; else a conflict.
    ///
    /// Afterwards the record holds what the row holds. Fields that a save never writes are then as they were read.
    ///
    /// Where no answer came to an earlier write of the record, the row is read first. If it still has the version of the base, the write
    /// was not done, and comes too late after this one. If its version proves that it was done, only what was changed since is sent.
    /// Otherwise what comes to the same either way is merged, and what does not, as a sum, is [`MergeError::InDoubt`].
    ///
    /// # Errors
    ///
    /// [`MergeError::Fields`] names the fields that both changed, with the three records; [`MergeError::InDoubt`] those that depend on a
    /// write without an answer; everything else is [`MergeError::Concurrency`]: a deleted row, or [`RecordModified`](crate::ConcurrencyError::RecordModified) where they changed the row a hundred
    /// times meanwhile, or key or version were changed here. Whichever it is, record and base are as they were before the call.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("../doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # let (article, copy) = two_copies(conn);
    /// use concurrency_diesel::{MergeError, Tracked};
    ///
    /// let (mut mine, mut theirs) = (Tracked::new(article), Tracked::new(copy));
    /// theirs.title = "theirs".to_owned();
    /// theirs.save_concurrent(conn)?;
    ///
    /// mine.title = "mine".to_owned();
    /// mine.views = 100;
    /// let Err(MergeError::Fields { fields, theirs, .. }) = mine.save_merging(conn) else {
    ///     panic!("both changed the title");
    /// };
    /// assert_eq!(fields, ["title"]);
    ///
    /// mine.title = format!("{} and {}", theirs.title, mine.title);
    /// mine.rebase(theirs);
    /// mine.save_merging(conn)?;
    /// assert_eq!((mine.title.as_str(), mine.views, mine.version), ("theirs and mine", 100, 3));
    /// # Ok(())
    /// # }
    /// ```
    fn save_merging<C>(&mut self, conn: &mut C) -> Result<(), MergeError<T>>
    where
        C: Connection,
        T: Trackable + ConcurrentOn<C::Database> + Concurrent<Version: Clone> + LoadableOn<C> + Clone;
}

impl<T> TrackedDsl<T> for Tracked<T> {
    fn save_merging<C>(&mut self, conn: &mut C) -> Result<(), MergeError<T>>
    where
        C: Connection,
        T: Trackable + ConcurrentOn<C::Database> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
    {
        now(merging::save_merging(self, &mut Blocking::session(conn)))
    }
}
