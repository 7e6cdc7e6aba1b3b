//! `ConcurrentDsl` on the connections of diesel-async. The methods only box the futures of `save`, `unchecked`, `load`
//! and `resolve`.

use diesel::AsChangeset;
use diesel::query_builder::QueryFragment;
use futures_core::future::BoxFuture;

use super::concurrent::ConcurrentOn;
use super::connection::{Connection, under_way};
use super::load::LoadableOn;
use crate::concurrent::Concurrent;
use crate::error::ConcurrencyError;
use crate::resolve::{Conflict, Resolution};
use crate::statement::{Committed, ForUpdate};
use crate::{load, resolve, save, unchecked};

/// The methods of every record with `#[derive(Concurrent)]`, on any connection of diesel-async to SQLite, PostgreSQL,
/// MySQL or MariaDB, pooled ones included. They are those of [`crate::ConcurrentDsl`], with the same statements,
/// outcomes and errors.
///
/// The futures are boxed and `Send`, so you can await them in
/// [`transaction`](diesel_async::AsyncConnection::transaction) and in spawned tasks. Nothing is sent before a future is
/// polled.
pub trait ConcurrentDsl: Concurrent {
    /// [Writes the record](crate::ConcurrentDsl::save_concurrent) if its row still has the version that it was loaded
    /// with.
    ///
    /// If the future is dropped before it ends, the record stays as it was, although the row may have been written: see
    /// [what a dropped future leaves](super#a-future-that-is-dropped).
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::save_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, mut theirs) = two_copies(conn).await;
    /// theirs.title = "theirs".to_owned();
    /// theirs.save_concurrent(conn).await?;
    /// assert_eq!(theirs.version, 2);
    ///
    /// mine.title = "mine".to_owned();
    /// let error = mine.save_concurrent(conn).await.unwrap_err();
    /// assert!(matches!(error, ConcurrencyError::RecordModified(_)));
    /// assert_eq!(mine.version, 1);
    /// # Ok(())
    /// # }
    /// ```
    fn save_concurrent<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::save(self, session))
    }

    /// [Writes the record](crate::ConcurrentDsl::save_unchecked) whatever version its row has: the last writer wins,
    /// and all others notice.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::save_unchecked).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, mut theirs) = two_copies(conn).await;
    /// theirs.save_concurrent(conn).await?;
    ///
    /// mine.title = "mine, by force".to_owned();
    /// mine.save_unchecked(conn).await?;
    /// assert_eq!(mine.version, 3);
    /// assert!(theirs.save_concurrent(conn).await.unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn save_unchecked<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| unchecked::save_unchecked(self, session))
    }

    /// [Writes the record](crate::ConcurrentDsl::save_without_increment) under its version and leaves the version as it
    /// is.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::save_without_increment).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, mut theirs) = two_copies(conn).await;
    /// mine.views = 100;
    /// mine.save_without_increment(conn).await?;
    /// assert_eq!(mine.version, 1);
    ///
    /// theirs.save_concurrent(conn).await?; // does not notice; its own `views` is written
    /// assert!(mine.save_without_increment(conn).await.unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn save_without_increment<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::save_without_increment(self, session))
    }

    /// [Runs a Diesel changeset](crate::ConcurrentDsl::update_concurrent) on the record's row, under the record's
    /// version, and returns the row's new version. The record itself does not change, and is stale afterwards.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::update_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// let version = mine.update_concurrent(articles::views.eq(articles::views + 1), conn).await?;
    /// assert_eq!(version, 2);
    /// assert!(theirs.update_concurrent(articles::views.eq(0), conn).await.unwrap_err().is_conflict());
    ///
    /// mine.reload_concurrent(conn).await?;
    /// assert_eq!((mine.views, mine.version), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    fn update_concurrent<'a, U, C, Use>(
        &'a self,
        changes: U,
        conn: &'a mut C,
    ) -> BoxFuture<'a, Result<Self::Version, ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
        U: AsChangeset<Target = Self::Table, Changeset: QueryFragment<C::Database> + Send + Sync> + Send + 'a,
    {
        under_way!(conn, |session| save::update(self, changes, session))
    }

    /// [Advances the version](crate::ConcurrentDsl::touch_concurrent) and writes nothing else, so that every other copy
    /// conflicts.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::touch_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, mut theirs) = two_copies(conn).await;
    /// mine.touch_concurrent(conn).await?;
    /// assert_eq!(mine.version, 2);
    /// assert!(theirs.touch_concurrent(conn).await.unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn touch_concurrent<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::touch(self, session))
    }

    /// [Deletes the record's row](crate::ConcurrentDsl::delete_concurrent) if it still has the record's version.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::delete_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// mine.save_concurrent(conn).await?;
    /// assert!(theirs.delete_concurrent(conn).await.unwrap_err().is_conflict());
    ///
    /// mine.delete_concurrent(conn).await?;
    /// let error = mine.delete_concurrent(conn).await.unwrap_err();
    /// assert!(matches!(error, ConcurrencyError::RecordDeleted(_)));
    /// # Ok(())
    /// # }
    /// ```
    fn delete_concurrent<'a, C, Use>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::delete(self, session))
    }

    /// [Deletes the record's row](crate::ConcurrentDsl::delete_if_exists), and returns `Ok(false)` if the row is
    /// already gone.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::delete_if_exists).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// mine.save_concurrent(conn).await?;
    /// assert!(theirs.delete_if_exists(conn).await.unwrap_err().is_conflict());
    /// assert!(mine.delete_if_exists(conn).await?);
    /// assert!(!mine.delete_if_exists(conn).await?);
    /// # Ok(())
    /// # }
    /// ```
    fn delete_if_exists<'a, C, Use>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<bool, ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::delete_if_exists(self, session))
    }

    /// [Checks](crate::ConcurrentDsl::check_concurrent) that the row still has the record's version.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::check_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// theirs.check_concurrent(conn).await?;
    /// mine.save_concurrent(conn).await?;
    /// assert!(theirs.check_concurrent(conn).await.unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn check_concurrent<'a, C, Use>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::check::<_, _, Committed>(self, session))
    }

    /// [Checks the record](crate::ConcurrentDsl::lock_concurrent) and locks its row against other writers until the
    /// transaction ends.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::lock_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// conn.transaction(async |conn| {
    ///     mine.lock_concurrent(conn).await?;
    ///     mine.title = "nobody came between".to_owned();
    ///     mine.save_concurrent(conn).await
    /// })
    /// .await?;
    /// assert!(theirs.lock_concurrent(conn).await.unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn lock_concurrent<'a, C, Use>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::check::<_, _, ForUpdate>(self, session))
    }

    /// [Returns whether another writer](crate::ConcurrentDsl::is_changed) modified or deleted the record.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::is_changed).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// assert!(!theirs.is_changed(conn).await?);
    /// mine.save_concurrent(conn).await?;
    /// assert!(theirs.is_changed(conn).await?);
    /// # Ok(())
    /// # }
    /// ```
    fn is_changed<'a, C, Use>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<bool, ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database>,
    {
        under_way!(conn, |session| save::is_changed(self, session))
    }

    /// [Returns the row as it is now](crate::ConcurrentDsl::current), or `None` if it was deleted. The record itself
    /// does not change.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::current).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// mine.title = "mine".to_owned();
    /// mine.save_concurrent(conn).await?;
    /// assert_eq!(theirs.current(conn).await?, Some(mine.clone()));
    /// mine.delete_concurrent(conn).await?;
    /// assert_eq!(theirs.current(conn).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    fn current<'a, C, Use>(&'a self, conn: &'a mut C) -> BoxFuture<'a, Result<Option<Self>, ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database> + LoadableOn<C>,
    {
        under_way!(conn, |session| load::current(self, session))
    }

    /// [Returns the row if it is at this version now](crate::ConcurrentDsl::at_version). Older versions are not kept.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::at_version).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, theirs) = two_copies(conn).await;
    /// mine.save_concurrent(conn).await?;
    /// assert_eq!(theirs.at_version(2, conn).await?, Some(mine));
    /// assert_eq!(theirs.at_version(1, conn).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    fn at_version<'a, C, Use>(
        &'a self,
        version: Self::Version,
        conn: &'a mut C,
    ) -> BoxFuture<'a, Result<Option<Self>, ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database> + LoadableOn<C>,
    {
        under_way!(conn, |session| load::at_version(self, version, session))
    }

    /// [Overwrites the record](crate::ConcurrentDsl::reload_concurrent) with its row as it is now. Unsaved edits are
    /// lost.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::reload_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, mut theirs) = two_copies(conn).await;
    /// mine.title = "mine".to_owned();
    /// mine.save_concurrent(conn).await?;
    /// assert!(theirs.save_concurrent(conn).await.unwrap_err().is_conflict());
    ///
    /// theirs.reload_concurrent(conn).await?;
    /// assert_eq!(theirs.title, "mine");
    /// theirs.save_concurrent(conn).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn reload_concurrent<'a, C, Use>(&'a mut self, conn: &'a mut C) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database> + LoadableOn<C>,
    {
        under_way!(conn, |session| load::reload(self, session))
    }

    /// [Saves](crate::ConcurrentDsl::save_resolving) the record, and asks the resolver what to do if the save
    /// conflicts.
    ///
    /// # Errors
    ///
    /// As [there](crate::ConcurrentDsl::save_resolving).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// use concurrency_diesel::{Conflict, Resolution, store_wins};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection().await;
    /// let (mut mine, mut theirs) = two_copies(conn).await;
    /// theirs.views = 5;
    /// theirs.save_concurrent(conn).await?;
    ///
    /// // Their views, my title.
    /// mine.title = "mine".to_owned();
    /// let resolver = |Conflict { mine, theirs }: Conflict<Article>| match theirs {
    ///     Some(theirs) => Resolution::Save(Article { title: mine.title, ..theirs }),
    ///     None => Resolution::Fail,
    /// };
    /// mine.save_resolving(conn, resolver).await?;
    /// assert_eq!((mine.title.as_str(), mine.views, mine.version), ("mine", 5, 3));
    ///
    /// // Theirs is stale now.
    /// theirs.save_resolving(conn, store_wins).await?;
    /// assert_eq!(theirs, mine);
    /// # Ok(())
    /// # }
    /// ```
    fn save_resolving<'a, C, Use>(
        &'a mut self,
        conn: &'a mut C,
        resolver: impl FnMut(Conflict<Self>) -> Resolution<Self> + Send + 'a,
    ) -> BoxFuture<'a, Result<(), ConcurrencyError>>
    where
        C: Connection<Use>,
        Self: ConcurrentOn<C::Database> + LoadableOn<C> + Clone,
    {
        under_way!(conn, |session| resolve::save_resolving(self, resolver, session))
    }
}

/// Because of this bound a call through `&mut Article` or `Box<Article>` resolves to Article's method.
impl<T: Concurrent> ConcurrentDsl for T {}
