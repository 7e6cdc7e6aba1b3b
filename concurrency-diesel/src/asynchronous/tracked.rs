//! `TrackedDsl` on diesel-async's connections. `crate::tracked` joins the edits.

use futures_core::future::BoxFuture;

use super::concurrent::ConcurrentOn;
use super::connection::{Connection, under_way};
use super::load::LoadableOn;
use crate::concurrent::Concurrent;
use crate::tracked::{MergeError, Trackable, Tracked, merging};

/// The method that a [`Tracked`] record has in addition to those of [`ConcurrentDsl`](super::ConcurrentDsl): that of
/// [`crate::TrackedDsl`], awaited.
///
/// `T` is the type of the record.
pub trait TrackedDsl<T> {
    /// [Saves, and joins both edits](crate::TrackedDsl::save_merging) if another writer has saved other fields
    /// meanwhile.
    ///
    /// If a save is dropped before it is answered, it may have been written. The record remembers that, and its next
    /// save finds out what became of it.
    ///
    /// # Errors
    ///
    /// As [there](crate::TrackedDsl::save_merging).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// # let (article, theirs) = two_copies(conn).await;
    /// let mut mine = Tracked::new(article);
    /// mine.title = "mine".to_owned();
    /// mine.save_concurrent(conn).await?; // UPDATE articles SET version = 2, title = ? WHERE id = ? AND version = 1
    ///
    /// let mut theirs = Tracked::new(theirs);
    /// theirs.views = 7;
    /// assert!(theirs.save_concurrent(conn).await.unwrap_err().is_conflict());
    /// theirs.save_merging(conn).await?;
    /// assert_eq!((theirs.title.as_str(), theirs.views, theirs.version), ("mine", 7, 3));
    /// # Ok(())
    /// # }
    /// ```
    fn save_merging<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), MergeError<T>>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Database> + Concurrent<Version: Clone> + LoadableOn<C> + Clone;
}

impl<T> TrackedDsl<T> for Tracked<T> {
    fn save_merging<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), MergeError<T>>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Database> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
    {
        under_way!(conn, |session| merging::save_merging(self, session))
    }
}
