//! `Tracked` on diesel-async's connections. What changed, and how it is merged, stands in `crate::tracked`.

use futures_core::future::BoxFuture;

use super::concurrent::ConcurrentOn;
use super::connection::{Connection, under_way};
use super::load::LoadableOn;
use crate::concurrent::Concurrent;
use crate::error::ConcurrencyError;
use crate::resolve::{Conflict, Resolution};
use crate::tracked::{MergeError, Trackable, TrackedRecord, merging, resolving, save_changed};

/// A record that remembers what it was when it was loaded: [`Tracked`](crate::Tracked) whose saves are awaited.
///
/// A save that was dropped before its answer came may have been written all the same; the record knows that, and the next
/// [`save_merging`](TrackedRecord::save_merging) or [`save_resolving`](TrackedRecord::save_resolving) takes a row that is what it would
/// have written for saved.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection().await;
/// # let (article, theirs) = two_copies(conn).await;
/// use concurrency_diesel::asynchronous::Tracked;
///
/// let mut mine = Tracked::new(article);
/// mine.title = "mine".to_owned();
/// assert_eq!(mine.changed_fields(), ["title"]);
/// mine.save_concurrent(conn).await?; // UPDATE articles SET version = 2, title = ? WHERE id = ? AND version = 1
/// mine.save_concurrent(conn).await?; // sends nothing
/// assert_eq!(mine.version, 2);
///
/// let mut theirs = Tracked::new(theirs);
/// theirs.views = 7;
/// assert!(theirs.save_concurrent(conn).await.unwrap_err().is_conflict());
/// theirs.save_merging(conn).await?;
/// assert_eq!((theirs.title.as_str(), theirs.views, theirs.version), ("mine", 7, 3));
/// # Ok(())
/// # }
/// ```
pub type Tracked<T> = TrackedRecord<T, Awaits>;

/// Stands for methods that are awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaits;

/// The saves of records that are tracked where they are awaited.
impl<T> Tracked<T> {
    /// [Writes the fields that changed](crate::Tracked::save_concurrent), if the row still has the version that the record was
    /// loaded with.
    ///
    /// # Errors
    ///
    /// As [`ConcurrentDsl::save_concurrent`](crate::ConcurrentDsl::save_concurrent). Whichever it is, record and base are as they
    /// were before the call.
    pub fn save_concurrent<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + Clone,
    {
        under_way!(conn, |session| save_changed(self, session))
    }

    /// [Saves, and joins both edits](crate::Tracked::save_merging) where somebody else has saved other fields meanwhile.
    ///
    /// # Errors
    ///
    /// As [there](crate::Tracked::save_merging).
    pub fn save_merging<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), MergeError<T>>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
    {
        under_way!(conn, |session| merging::save_merging(self, session))
    }

    /// [Saves, and asks](crate::Tracked::save_resolving) at a conflict, unless it is the record's own save that was not answered.
    ///
    /// # Errors
    ///
    /// As [`ConcurrentDsl::save_resolving`](crate::ConcurrentDsl::save_resolving).
    pub fn save_resolving<'a, C, Use>(
        &'a mut self,
        conn: &'a mut C,
        resolver: impl FnMut(Conflict<Self>) -> Resolution<Self> + Send + 'a,
    ) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        under_way!(conn, |session| resolving::save_resolving(self, resolver, session))
    }
}
