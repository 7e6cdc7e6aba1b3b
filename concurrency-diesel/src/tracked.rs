//! `Tracked`: a record together with the state it was loaded in. It knows what changed; what is sent stands in `save`.

mod attempt;
mod column_set;
mod fields;
mod merge_error;
pub(crate) mod merging;
mod record;
pub(crate) mod resolving;

use std::marker::PhantomData;

use diesel::connection::LoadConnection;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Blocking, Executor, Session, now};
use crate::load::LoadableOn;
use crate::resolve::{Conflict, Resolution};
use crate::save;
use crate::statement::SomeColumns;

use attempt::Attempt;
pub(crate) use column_set::ColumnSet;
pub use column_set::ColumnSets;
pub use fields::{FieldCombination, FieldComparison, Trackable, TrackedField};
pub use merge_error::MergeError;

/// A record that remembers what it was when it was loaded, so that a save writes only what changed and two people's edits of
/// different fields can be merged.
///
/// It is the record wherever the record is asked for (`Deref`, `DerefMut`), and it can be loaded like one:
/// `articles::table.select(Tracked::<Article>::as_select())`. The other methods of [`ConcurrentDsl`](crate::ConcurrentDsl)
/// do with it what they do with the record; whatever writes the whole record or reads it again renews the [base](Self::base).
///
/// With the feature `serde` it is serialized as `{ "record": …, "base": …, "in_doubt": [] }`, to wait in a form or a session for its
/// next edit. Whoever can change what waits there can change what is merged: sign it, or keep it on the server.
///
/// After a transaction that was rolled back the record seems to be saved although it is not, and its next save sends nothing. List
/// it in [`transaction_concurrent`](crate::transaction_concurrent), which restores it, or load it again.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// # let (article, theirs) = two_copies(conn);
/// use concurrency_diesel::Tracked;
///
/// let mut mine = Tracked::new(article);
/// mine.title = "mine".to_owned();
/// assert_eq!(mine.changed_fields(), ["title"]);
/// mine.save_concurrent(conn)?; // UPDATE articles SET version = 2, title = ? WHERE id = ? AND version = 1
/// mine.save_concurrent(conn)?; // sends nothing
/// assert_eq!(mine.version, 2);
///
/// let mut theirs = Tracked::new(theirs);
/// theirs.views = 7;
/// assert!(theirs.save_concurrent(conn).unwrap_err().is_conflict());
/// theirs.save_merging(conn)?;
/// assert_eq!((theirs.title.as_str(), theirs.views, theirs.version), ("mine", 7, 3));
/// # Ok(())
/// # }
/// ```
pub type Tracked<T> = TrackedRecord<T, Blocks>;

/// A tracked record whose methods block or are awaited, as `M` says: [`Tracked`], or `asynchronous::Tracked`.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TrackedRecord<T, M> {
    record: T,
    base: T,
    /// The writes since then of which nobody knows what became.
    #[cfg_attr(feature = "serde", serde(default = "Vec::new"))]
    in_doubt: Vec<Attempt<T>>,
    #[cfg_attr(feature = "serde", serde(skip))]
    mode: PhantomData<M>,
}

/// Stands for methods that block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks;

impl<T, M> TrackedRecord<T, M> {
    /// A record as it was loaded.
    #[must_use]
    pub fn new(record: T) -> Self
    where
        T: Clone,
    {
        let base = record.clone();
        Self { record, base, in_doubt: Vec::new(), mode: PhantomData }
    }

    /// The record as it was when it was loaded or last saved.
    #[must_use]
    pub const fn base(&self) -> &T {
        &self.base
    }

    /// The record, without its base.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.record
    }

    /// The row now holds these columns.
    pub(crate) fn adopt(&mut self, columns: ColumnSet)
    where
        T: Trackable,
    {
        fields::copy_columns(columns, &self.record, &mut self.base);
        self.in_doubt.clear();
    }

    /// Undoes every change since the record was loaded or last saved. Nothing is sent.
    pub fn revert(&mut self)
    where
        T: Clone,
    {
        self.record.clone_from(&self.base);
    }

    /// The names of the fields that [`save_concurrent`](Self::save_concurrent) would write, in the order of the fields; those
    /// of embedded structs by their own names.
    ///
    /// A change is what `PartialEq` calls one: `0.0` and `-0.0` are equal, NaN equals nothing. Fields that a save never writes
    /// (the key, `skip_update`) are not among them, nor is one whose `None` leaves the column as it is.
    #[must_use]
    pub fn changed_fields(&self) -> Vec<&'static str>
    where
        T: Trackable,
    {
        fields::changed_fields(&self.base, &self.record)
    }

    /// The names of the fields in which the record differs from another one, among those that a save writes.
    #[must_use]
    pub fn diff(&self, other: &T) -> Vec<&'static str>
    where
        T: Trackable,
    {
        fields::different_fields(&self.record, other)
    }

    /// Takes over the row as somebody else left it, as the answer to a [`MergeError::Fields`]: fields that only they changed become
    /// theirs, fields that both changed stay as they are here (or are merged by their policy), and the next save is guarded by
    /// their version. Nothing is sent.
    pub fn rebase(&mut self, theirs: T)
    where
        T: Trackable + Clone,
    {
        let mut record = theirs.clone();
        fields::merge_into(self.ancestor(&theirs), &self.record, &mut record);
        *self = Self { record, base: theirs, in_doubt: Vec::new(), mode: PhantomData };
    }
}

/// The saves of records that are tracked where nothing is awaited.
impl<T> Tracked<T> {
    /// Writes the fields that changed, if the row still has the version that the record was loaded with.
    ///
    /// `UPDATE articles SET version = 8, title = ? WHERE id = ? AND version = 7`: what the record's `save_concurrent` does, with
    /// fewer columns. Where nothing changed nothing is sent, and the answer is `Ok`: whether somebody else changed the row is then
    /// not known ([`check_concurrent`](crate::ConcurrentDsl::check_concurrent) asks). Where the key changed, the base says nothing
    /// of the row that the new key names, and the whole record is written.
    ///
    /// The statements of the first 32 sets of columns that a program writes of a type are kept prepared, those of further sets are
    /// not.
    ///
    /// # Errors
    ///
    /// As [`ConcurrentDsl::save_concurrent`](crate::ConcurrentDsl::save_concurrent). Whichever it is, record and base are as they
    /// were before the call.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # let (article, copy) = two_copies(conn);
    /// use concurrency_diesel::Tracked;
    ///
    /// let (mut mine, mut theirs) = (Tracked::new(article), Tracked::new(copy));
    /// theirs.title = "theirs".to_owned();
    /// theirs.save_concurrent(conn)?;
    ///
    /// mine.views = 100;
    /// assert!(mine.save_concurrent(conn).unwrap_err().is_conflict());
    /// assert_eq!(mine.changed_fields(), ["views"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn save_concurrent<C>(&mut self, conn: &mut C) -> Result<(), ConcurrencyError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + Clone,
    {
        now(save_changed(self, &mut Blocking::session(conn)))
    }

    /// Writes the fields that changed; where somebody else changed others meanwhile, both edits end in the row.
    ///
    /// On a conflict the row is read, the fields that only they changed are taken over, and the record is saved at their version;
    /// again, up to a hundred times, while they go on. Where both changed a field, its `#[concurrent(merge = …)]` decides:
    ///
    /// - `"mine"` or `"theirs"`: that side's value.
    /// - `"max"` or `"min"`: the greater or the smaller one.
    /// - `"sum"`: both changes are added up, as for a counter.
    /// - `path::to::function`, a `fn(base: &U, mine: &U, theirs: &U) -> Option<U>`: what it returns; `None` is a conflict.
    /// - without it: the value, if both wrote the same one; else a conflict.
    ///
    /// Afterwards the record holds what the row holds. Fields that a save never writes are then as they were read.
    ///
    /// After a save whose outcome is unknown, because the connection was lost, also during the COMMIT of a
    /// [`transaction_concurrent`](crate::transaction_concurrent) that lists the record, or because the future was dropped, a row that
    /// holds what that save would have written counts as that save: only what was changed since is sent, and a sum is not added twice.
    ///
    /// # Errors
    ///
    /// [`MergeError::Fields`] names the fields that both changed, with the three records; everything else is
    /// [`MergeError::Concurrency`]: a deleted row, or [`RecordModified`](ConcurrencyError::RecordModified) where they changed the row a hundred
    /// times meanwhile, or the key was changed. Whichever it is, record and base are as they were before the call.
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
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
    pub fn save_merging<C>(&mut self, conn: &mut C) -> Result<(), MergeError<T>>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
    {
        now(merging::save_merging(self, &mut Blocking::session(conn)))
    }

    /// Saves the record, and at a conflict asks the resolver, as
    /// [`ConcurrentDsl::save_resolving`](crate::ConcurrentDsl::save_resolving) does, which writes every column.
    ///
    /// After a save whose outcome is unknown the row is read first. If it holds what that save would have written, it counts as that
    /// save, as in [`save_merging`](Self::save_merging): nobody is asked about it, and nothing is sent unless the record was changed
    /// since.
    ///
    /// # Errors
    ///
    /// As [`ConcurrentDsl::save_resolving`](crate::ConcurrentDsl::save_resolving).
    ///
    /// # Example
    ///
    /// ```
    /// # include!("doctest_setup.rs");
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut connection();
    /// # let (article, copy) = two_copies(conn);
    /// use concurrency_diesel::{Tracked, client_wins};
    ///
    /// let (mut mine, mut theirs) = (Tracked::new(article), Tracked::new(copy));
    /// theirs.title = "theirs".to_owned();
    /// theirs.save_concurrent(conn)?;
    ///
    /// mine.title = "mine".to_owned();
    /// mine.save_resolving(conn, client_wins)?;
    /// assert_eq!((mine.title.as_str(), mine.version), ("mine", 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn save_resolving<C>(
        &mut self,
        conn: &mut C,
        resolver: impl FnMut(Conflict<Self>) -> Resolution<Self>,
    ) -> Result<(), ConcurrencyError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: Trackable + ConcurrentOn<C::Backend> + Concurrent<Version: Clone> + LoadableOn<C> + Clone,
        Self: LoadableOn<C>,
    {
        now(resolving::save_resolving(self, resolver, &mut Blocking::session(conn)))
    }
}

/// Writes the columns that changed.
pub(crate) async fn save_changed<T, M, E>(
    tracked: &mut TrackedRecord<T, M>,
    session: &mut Session<'_, E>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: Trackable + ConcurrentOn<E::Backend> + Concurrent<Version: Clone> + Clone,
{
    if !T::__same_key(&tracked.base, &tracked.record) {
        // Of another row the base says nothing.
        return save::save(tracked, session).await;
    }
    let columns = fields::changed_columns(&tracked.base, &tracked.record);
    if columns.is_empty() {
        return Ok(());
    }
    save::save_columns(tracked, SomeColumns::of::<T>(columns), session).await
}
