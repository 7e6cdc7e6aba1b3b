//! `ConcurrentDsl`: the methods users call. They do their work in `save`, `unchecked`, `load` and `resolve`.

use diesel::AsChangeset;
use diesel::query_builder::QueryFragment;

use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::connection::Connection;
use crate::error::ConcurrencyError;
use crate::executor::{Blocking, now};
use crate::load::LoadableOn;
use crate::resolve::{Conflict, Resolution};
use crate::statement::{Committed, ForUpdate};
use crate::{load, resolve, save, unchecked};

/// The methods of every record with `#[derive(Concurrent)]`, on any Diesel connection to SQLite, PostgreSQL, MySQL or
/// MariaDB, pooled ones included.
///
/// No method begins a transaction. No method changes the record until the database has accepted the write.
/// [`disable_concurrency`](crate::disable_concurrency) and [`disable_increment`](crate::disable_increment) describe
/// what the methods do in their scopes.
///
/// WHERE names the record's key as it is now. If you change the key of a record, a save addresses the row of the new
/// key: it writes that row if the row happens to have the record's version, and conflicts otherwise.
pub trait ConcurrentDsl: Concurrent {
    /// Writes the record if its row still has the version that it was loaded with.
    ///
    /// It sends one statement, prepared once per connection:
    /// `UPDATE articles SET version = 8, title = ?, views = ? WHERE id = ? AND version = 7`. On success the version in
    /// memory is the row's, so the record can be saved again without loading it. A save never inserts: a deleted row
    /// stays deleted.
    ///
    /// A conflict costs one more SELECT, which finds out what happened. On MySQL and MariaDB that SELECT locks, and is
    /// not kept prepared. On SQLite a conflict costs two, and the first save of a type sends one before its UPDATE,
    /// because they ask whether the table is a view. Under `ConditionalVersionField` MySQL and MariaDB take a second
    /// statement, which reads the version back. A table with a trigger or a rule that replaces the write takes more:
    /// see [engines](crate::guide::engines).
    ///
    /// `None` is written as NULL, unlike in Diesel's `AsChangeset`; `#[diesel(treat_none_as_null = false)]` leaves the
    /// column as it is instead. A field that a trigger or the column itself changes needs `#[diesel(skip_update)]`, or
    /// a save writes back the value that was loaded. The page [columns](crate::guide::columns) of the guide shows how.
    ///
    /// Inside a transaction the save is final once the outermost COMMIT has succeeded. If the transaction rolls back,
    /// the version in memory is ahead of the row's. [`transaction_concurrent`](crate::transaction_concurrent) restores
    /// it. After any other transaction reload the record.
    ///
    /// # Errors
    ///
    /// [`RecordModified`](ConcurrencyError::RecordModified), [`RecordDeleted`](ConcurrencyError::RecordDeleted),
    /// [`WriteSuppressed`](ConcurrencyError::WriteSuppressed),
    /// [`VersionExhausted`](ConcurrencyError::VersionExhausted), [`Restart`](ConcurrencyError::Restart),
    /// [`OutcomeUnknown`](ConcurrencyError::OutcomeUnknown), [`Database`](ConcurrencyError::Database). On any error the
    /// record is as it was before the call. If you try again after a conflict without a reload, the save conflicts
    /// again. After `OutcomeUnknown` reload first: the row may have been written.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, mut theirs) = two_copies(conn);
    /// theirs.title = "theirs".to_owned();
    /// theirs.save_concurrent(conn)?;
    /// assert_eq!(theirs.version, 2);
    ///
    /// mine.title = "mine".to_owned();
    /// let error = mine.save_concurrent(conn).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "articles with id 1 was modified by somebody else: expected version 1, found 2; reload it and try again",
    /// );
    /// assert_eq!(mine.version, 1);
    /// # Ok(())
    /// # }
    /// ```
    fn save_concurrent<C>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::save(self, &mut Blocking::session(conn)))
    }

    /// Writes the record whatever version its row has: the last writer wins, and all others notice.
    ///
    /// The version still advances, and from the row's version, not from the record's:
    /// `UPDATE articles SET version = COALESCE(version, 0) + 1, title = ?, … WHERE id = ? AND (version IS NULL OR version < ?)`,
    /// where the last value is the type's maximum. The new version comes back with RETURNING. MySQL and MariaDB take a
    /// second statement, `SELECT LAST_INSERT_ID()`, which overwrites the application's own `LAST_INSERT_ID`.
    /// `IntegerVersionField` and `TimestampVersionField` write the clock's reading if the row's version is smaller.
    /// Otherwise they read the row's version and save guarded by it, as fields of your own always do.
    /// `RandomVersionField` writes a fresh version.
    ///
    /// # Errors
    ///
    /// [`RecordDeleted`](ConcurrencyError::RecordDeleted); [`VersionExhausted`](ConcurrencyError::VersionExhausted) if
    /// the row's version is at the maximum; [`WriteSuppressed`](ConcurrencyError::WriteSuppressed),
    /// [`Restart`](ConcurrencyError::Restart), [`OutcomeUnknown`](ConcurrencyError::OutcomeUnknown),
    /// [`Database`](ConcurrencyError::Database). For `IntegerVersionField`, `TimestampVersionField` and fields of your
    /// own also [`RecordModified`](ConcurrencyError::RecordModified), if other writers moved the version a hundred
    /// times in between.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, mut theirs) = two_copies(conn);
    /// theirs.save_concurrent(conn)?;
    ///
    /// mine.title = "mine, by force".to_owned();
    /// mine.save_unchecked(conn)?;
    /// assert_eq!(mine.version, 3);
    /// assert!(theirs.save_concurrent(conn).unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn save_unchecked<C>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(unchecked::save_unchecked(self, &mut Blocking::session(conn)))
    }

    /// Writes the record under its version and leaves the version as it is, for changes that need not conflict.
    ///
    /// `UPDATE articles SET version = version, title = ?, … WHERE id = ? AND version = ?`. The save is checked like any
    /// other. For a [`Tracked`](crate::Tracked) record it writes the changed columns, and sends nothing if nothing
    /// changed. If the database moves the version with every write, as it does with `TriggerVersionField` and
    /// `XminVersionField`, this is [`save_concurrent`](Self::save_concurrent), and the version in memory is the row's.
    ///
    /// # Errors
    ///
    /// As [`save_concurrent`](Self::save_concurrent), without [`VersionExhausted`](ConcurrencyError::VersionExhausted).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, mut theirs) = two_copies(conn);
    /// mine.views = 100;
    /// mine.save_without_increment(conn)?;
    /// assert_eq!(mine.version, 1);
    ///
    /// theirs.save_concurrent(conn)?; // does not notice; its own `views` is written
    /// assert!(mine.save_without_increment(conn).unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn save_without_increment<C>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::save_without_increment(self, &mut Blocking::session(conn)))
    }

    /// Runs a Diesel changeset on the record's row, under the record's version, and returns the row's new version.
    ///
    /// `UPDATE articles SET views = views + 1, version = 8 WHERE id = ? AND version = 7`. The version always advances.
    /// It is assigned last, so a changeset that also sets the version cannot hold it back: SQLite and MySQL keep the
    /// last assignment, and PostgreSQL rejects the second. An empty changeset is a [touch](Self::touch_concurrent). As
    /// with Diesel's own updates, the statement is not kept prepared.
    ///
    /// The record stays as it is and is stale afterwards, because the values that the database computed are not known
    /// here. [Reload](Self::reload_concurrent) it before the next save.
    ///
    /// # Errors
    ///
    /// As [`save_concurrent`](Self::save_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// let version = mine.update_concurrent(articles::views.eq(articles::views + 1), conn)?;
    /// assert_eq!(version, 2);
    /// assert!(theirs.update_concurrent(articles::views.eq(0), conn).unwrap_err().is_conflict());
    ///
    /// assert!(mine.save_concurrent(conn).unwrap_err().is_conflict());
    /// mine.reload_concurrent(conn)?;
    /// assert_eq!((mine.views, mine.version), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    fn update_concurrent<U, C>(&self, changes: U, conn: &mut C) -> Result<Self::Version, ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
        U: AsChangeset<Target = Self::Table, Changeset: QueryFragment<C::Database>>,
    {
        now(save::update(self, changes, &mut Blocking::session(conn)))
    }

    /// Advances the version and writes nothing else, so that every other copy conflicts.
    ///
    /// `UPDATE articles SET version = 8 WHERE id = ? AND version = 7`.
    ///
    /// # Errors
    ///
    /// As [`save_concurrent`](Self::save_concurrent). A stale touch never moves the version back.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, mut theirs) = two_copies(conn);
    /// mine.touch_concurrent(conn)?;
    /// assert_eq!(mine.version, 2);
    /// assert!(theirs.touch_concurrent(conn).unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn touch_concurrent<C>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::touch(self, &mut Blocking::session(conn)))
    }

    /// Deletes the record's row if it still has the record's version.
    ///
    /// `DELETE FROM articles WHERE id = ? AND version = ?`.
    ///
    /// # Errors
    ///
    /// As [`save_concurrent`](Self::save_concurrent), without [`VersionExhausted`](ConcurrencyError::VersionExhausted).
    /// [`RecordDeleted`](ConcurrencyError::RecordDeleted) means that another writer deleted the row first.
    /// [`OutcomeUnknown`](ConcurrencyError::OutcomeUnknown) is also returned if a trigger or a rule keeps the row and
    /// its version moved: this call or another writer may have moved it.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// mine.save_concurrent(conn)?;
    /// assert!(theirs.delete_concurrent(conn).unwrap_err().is_conflict());
    ///
    /// mine.delete_concurrent(conn)?;
    /// let error = mine.delete_concurrent(conn).unwrap_err();
    /// assert!(matches!(error, ConcurrencyError::RecordDeleted(_)));
    /// # Ok(())
    /// # }
    /// ```
    fn delete_concurrent<C>(&self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::delete(self, &mut Blocking::session(conn)))
    }

    /// [Deletes](Self::delete_concurrent) the record's row, and returns `Ok(false)` if the row is already gone.
    ///
    /// # Errors
    ///
    /// As [`delete_concurrent`](Self::delete_concurrent), without [`RecordDeleted`](ConcurrencyError::RecordDeleted).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// mine.save_concurrent(conn)?;
    /// assert!(theirs.delete_if_exists(conn).unwrap_err().is_conflict());
    /// assert!(mine.delete_if_exists(conn)?);
    /// assert!(!mine.delete_if_exists(conn)?);
    /// # Ok(())
    /// # }
    /// ```
    fn delete_if_exists<C>(&self, conn: &mut C) -> Result<bool, ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::delete_if_exists(self, &mut Blocking::session(conn)))
    }

    /// Checks that the row still has the record's version.
    ///
    /// `SELECT version FROM articles WHERE id = ?`. On MySQL and MariaDB it reads with LOCK IN SHARE MODE, so it sees
    /// what is committed, and may wait for a writer. On PostgreSQL and SQLite it reads the transaction's snapshot. At
    /// REPEATABLE READ the check can succeed although the next save fails with [`Restart`](ConcurrencyError::Restart).
    ///
    /// # Errors
    ///
    /// [`RecordModified`](ConcurrencyError::RecordModified), [`RecordDeleted`](ConcurrencyError::RecordDeleted),
    /// [`Restart`](ConcurrencyError::Restart), [`Database`](ConcurrencyError::Database).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// theirs.check_concurrent(conn)?;
    /// mine.save_concurrent(conn)?;
    /// assert!(theirs.check_concurrent(conn).unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn check_concurrent<C>(&self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::check::<_, _, Committed>(self, &mut Blocking::session(conn)))
    }

    /// [Checks](Self::check_concurrent) the record and locks its row against other writers until the transaction ends.
    ///
    /// `SELECT version FROM articles WHERE id = ? FOR UPDATE`. Outside a transaction the lock ends with the statement.
    /// SQLite has no row locks, so there this only checks. Use `immediate_transaction` to keep other writers out.
    ///
    /// # Errors
    ///
    /// As [`check_concurrent`](Self::check_concurrent).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// conn.transaction(|conn| {
    ///     mine.lock_concurrent(conn)?;
    ///     mine.title = "nobody came between".to_owned();
    ///     mine.save_concurrent(conn)
    /// })?;
    /// assert!(theirs.lock_concurrent(conn).unwrap_err().is_conflict());
    /// # Ok(())
    /// # }
    /// ```
    fn lock_concurrent<C>(&self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::check::<_, _, ForUpdate>(self, &mut Blocking::session(conn)))
    }

    /// Returns whether another writer modified or deleted the record: [`check_concurrent`](Self::check_concurrent) as a
    /// `bool`.
    ///
    /// # Errors
    ///
    /// [`Restart`](ConcurrencyError::Restart), [`Database`](ConcurrencyError::Database).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// assert!(!theirs.is_changed(conn)?);
    /// mine.save_concurrent(conn)?;
    /// assert!(theirs.is_changed(conn)?);
    /// # Ok(())
    /// # }
    /// ```
    fn is_changed<C>(&self, conn: &mut C) -> Result<bool, ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database>,
    {
        now(save::is_changed(self, &mut Blocking::session(conn)))
    }

    /// Returns the row as it is now, or `None` if it was deleted. The record itself does not change.
    ///
    /// `SELECT … FROM articles WHERE id = ?`, of the columns that the record selects. On MySQL and MariaDB it reads
    /// with LOCK IN SHARE MODE, so it sees what is committed, and may wait for a writer. On PostgreSQL and SQLite it
    /// reads the transaction's snapshot. At REPEATABLE READ it can return an unchanged row although the next save fails
    /// with [`Restart`](ConcurrencyError::Restart).
    ///
    /// # Errors
    ///
    /// [`Restart`](ConcurrencyError::Restart), [`Database`](ConcurrencyError::Database).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// mine.title = "mine".to_owned();
    /// mine.save_concurrent(conn)?;
    /// assert_eq!(theirs.current(conn)?, Some(mine.clone()));
    /// mine.delete_concurrent(conn)?;
    /// assert_eq!(theirs.current(conn)?, None);
    /// # Ok(())
    /// # }
    /// ```
    fn current<C>(&self, conn: &mut C) -> Result<Option<Self>, ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database> + LoadableOn<C>,
    {
        now(load::current(self, &mut Blocking::session(conn)))
    }

    /// Returns the row if it is at this version now, and `None` if it has another version or was deleted. Older
    /// versions are not kept.
    ///
    /// `SELECT … FROM articles WHERE id = ?`, read as by [`current`](Self::current).
    ///
    /// # Errors
    ///
    /// [`Restart`](ConcurrencyError::Restart), [`Database`](ConcurrencyError::Database).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, theirs) = two_copies(conn);
    /// mine.save_concurrent(conn)?;
    /// assert_eq!(theirs.at_version(2, conn)?, Some(mine));
    /// assert_eq!(theirs.at_version(1, conn)?, None);
    /// # Ok(())
    /// # }
    /// ```
    fn at_version<C>(&self, version: Self::Version, conn: &mut C) -> Result<Option<Self>, ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database> + LoadableOn<C>,
    {
        now(load::at_version(self, version, &mut Blocking::session(conn)))
    }

    /// Overwrites the record with its row as it is now, read as by [`current`](Self::current). Unsaved edits are lost.
    ///
    /// # Errors
    ///
    /// [`RecordDeleted`](ConcurrencyError::RecordDeleted), [`Restart`](ConcurrencyError::Restart),
    /// [`Database`](ConcurrencyError::Database). On any error the record is unchanged.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, mut theirs) = two_copies(conn);
    /// mine.title = "mine".to_owned();
    /// mine.save_concurrent(conn)?;
    /// assert!(theirs.save_concurrent(conn).unwrap_err().is_conflict());
    ///
    /// theirs.reload_concurrent(conn)?;
    /// assert_eq!(theirs.title, "mine");
    /// theirs.save_concurrent(conn)?;
    /// # Ok(())
    /// # }
    /// ```
    fn reload_concurrent<C>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database> + LoadableOn<C>,
    {
        now(load::reload(self, &mut Blocking::session(conn)))
    }

    /// [Saves](Self::save_concurrent) the record, and asks the resolver what to do if the save conflicts.
    ///
    /// At a conflict it reads the row as [`current`](Self::current) does, and passes the row and the record to the
    /// resolver. The record changes only when a save has succeeded or the resolver returns
    /// [`TakeTheirs`](Resolution::TakeTheirs). If the resolver returns [`Save`](Resolution::Save), that record is saved
    /// over exactly the row that the resolver was shown. If another writer has saved again meanwhile, the resolver is
    /// asked again with the new row, at most a hundred times. A deleted row is passed as `None`; the save then fails,
    /// whatever the resolver returns.
    ///
    /// [`client_wins`](crate::client_wins) and [`store_wins`](crate::store_wins) are resolvers, and so is every closure
    /// with this signature.
    ///
    /// # Errors
    ///
    /// [`RecordDeleted`](ConcurrencyError::RecordDeleted); [`RecordModified`](ConcurrencyError::RecordModified) if the
    /// resolver returned [`Fail`](Resolution::Fail), or if other writers were faster a hundred times; otherwise as
    /// [`save_concurrent`](Self::save_concurrent). On any error the record is unchanged.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// use concurrency_diesel::{Conflict, Resolution, client_wins, store_wins};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// let (mut mine, mut theirs) = two_copies(conn);
    /// theirs.views = 5;
    /// theirs.save_concurrent(conn)?;
    ///
    /// // Their views, my title.
    /// mine.title = "mine".to_owned();
    /// mine.save_resolving(conn, |Conflict { mine, theirs }| match theirs {
    ///     Some(theirs) => Resolution::Save(Article { title: mine.title, ..theirs }),
    ///     None => Resolution::Fail,
    /// })?;
    /// assert_eq!((mine.title.as_str(), mine.views, mine.version), ("mine", 5, 3));
    ///
    /// // Theirs is stale now.
    /// theirs.save_resolving(conn, store_wins)?;
    /// assert_eq!(theirs, mine);
    ///
    /// mine.delete_concurrent(conn)?;
    /// let error = theirs.save_resolving(conn, client_wins).unwrap_err();
    /// assert!(matches!(error, ConcurrencyError::RecordDeleted(_)));
    /// # Ok(())
    /// # }
    /// ```
    fn save_resolving<C>(
        &mut self,
        conn: &mut C,
        resolver: impl FnMut(Conflict<Self>) -> Resolution<Self>,
    ) -> Result<(), ConcurrencyError>
    where
        C: Connection,
        Self: ConcurrentOn<C::Database> + LoadableOn<C> + Clone,
    {
        now(resolve::save_resolving(self, resolver, &mut Blocking::session(conn)))
    }
}

/// Because of this bound a call through `&mut Article` or `Box<Article>` resolves to Article's method.
impl<T: Concurrent> ConcurrentDsl for T {}
