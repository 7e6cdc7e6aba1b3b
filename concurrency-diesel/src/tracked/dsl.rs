//! `TrackedDsl`: what only tracked records can do. `merging` joins the edits.

use super::{MergeError, Trackable, Tracked, merging};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::connection::Connection;
use crate::executor::{Blocking, now};
use crate::load::LoadableOn;

/// The method that a [`Tracked`] record has in addition to those of [`ConcurrentDsl`](crate::ConcurrentDsl).
///
/// `T` is the type of the record.
pub trait TrackedDsl<T> {
    /// Writes the fields that changed. If another writer has changed other fields meanwhile, the row gets both edits.
    ///
    /// On a conflict this reads the row, takes over the fields that only the other writer changed, and saves the record
    /// at their version. It tries up to a hundred times while others keep writing. If both changed a field, its
    /// `#[concurrent(merge = …)]` decides:
    ///
    /// - `"mine"` or `"theirs"`: that side's value.
    /// - `"max"` or `"min"`: the greater or the smaller value.
    /// - `"sum"`: the sum of both changes, as for a counter.
    /// - `"set"`: a collection that holds what either side added, and not what either side removed. See
    ///   [`MergeSet`](crate::MergeSet).
    /// - `"text"`, with the feature `text-merge`: both edits of a long text, merged by lines as version control does
    ///   it. Edits of the same or of adjacent lines are a conflict. See `merge_text`, and `MergeError::text_conflict`
    ///   for what to show then.
    /// - `path::to::function`, a `fn(base: &U, mine: &U, theirs: &U) -> Option<U>`: the value that it returns; `None`
    ///   is a conflict.
    /// - without it: the value, if both wrote the same one; otherwise a conflict.
    ///
    /// Afterwards the record holds what the row holds. Fields that a save never writes are as they were read.
    ///
    /// If an earlier write of the record was not answered, the row is read first. If the row still has the base's
    /// version, the earlier write was not done, and can no longer succeed after this one. If the row's version proves
    /// that the write was done, only later changes are sent. Otherwise, fields that come out the same either way are
    /// merged. A field that does not, such as a sum, is [`MergeError::InDoubt`].
    ///
    /// # Errors
    ///
    /// [`MergeError::Fields`] names the fields that both changed, with the three records. [`MergeError::InDoubt`] names
    /// those that depend on a write without an answer. Everything else is [`MergeError::Concurrency`]: a deleted row,
    /// or [`RecordModified`](crate::ConcurrencyError::RecordModified) if other writers changed the row a hundred times
    /// meanwhile, or if the key or the version was changed here. On any error record and base are as they were before
    /// the call.
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
