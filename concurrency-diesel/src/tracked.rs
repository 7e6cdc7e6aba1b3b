//! `Tracked`: a record together with the state it was loaded in. It knows what changed; `save` sends it.

mod attempt;
mod column_set;
mod doubt;
mod dsl;
mod fields;
mod merge_error;
pub(crate) mod merging;
mod origin;
mod record;
mod remembered;
mod rounding;
#[cfg(feature = "text-merge")]
mod text;
mod worlds;

use crate::concurrent::Concurrent;

use attempt::Attempt;
pub(crate) use column_set::ColumnSet;
pub use column_set::ColumnSets;
pub use doubt::Doubt;
pub use dsl::TrackedDsl;
pub use fields::{Field, FieldCombination, FieldComparison, Trackable, TrackedField};
pub use merge_error::MergeError;
use origin::Origin;
use worlds::World;

/// A record that remembers the state it was loaded in. A save writes only the fields that changed, and two people's
/// edits of different fields can be merged.
///
/// It derefs to the record (`Deref`, `DerefMut`), and it can be loaded like one:
/// `articles::table.select(Tracked::<Article>::as_select())`. The methods of [`ConcurrentDsl`](crate::ConcurrentDsl)
/// work on it as on the record, on blocking and on awaited connections. Every method that saves or reloads the record
/// renews the [base](Self::base).
///
/// [`save_concurrent`](crate::ConcurrentDsl::save_concurrent),
/// [`save_without_increment`](crate::ConcurrentDsl::save_without_increment) and
/// [`save_resolving`](crate::ConcurrentDsl::save_resolving) write only the fields that changed, if the row still has
/// the version that the record was loaded with:
/// `UPDATE articles SET version = 8, title = ? WHERE id = ? AND version = 7`. If nothing changed, they send nothing and
/// return `Ok`, so you do not learn whether another writer changed the row
/// ([`check_concurrent`](crate::ConcurrentDsl::check_concurrent) finds out). If the key or the version differs from the
/// base's, the base says nothing about the row, and the whole record is written.
/// [`save_merging`](TrackedDsl::save_merging) joins two people's edits. Batches and
/// [`save_unchecked`](crate::ConcurrentDsl::save_unchecked) write the whole record.
///
/// For each type, the statements of the first 32 sets of columns that the program writes are kept prepared. Those of
/// further sets are not.
///
/// With the feature `serde` it is serialized as `{ "record": …, "base": …, "in_doubt": [] }`, to wait in a form or a
/// session for its next edit. What is in doubt names columns as the database does. A person who can change the stored
/// value can change what is merged, so sign it or keep it on the server.
///
/// After a transaction that rolled back, the record still considers itself saved, so its next save sends nothing. List
/// it in [`transaction_concurrent`](crate::transaction_concurrent), which restores it, or load it again. If the record
/// took over other writers' values meanwhile, by a merge, a reload or a resolver, it is restored as a whole to what it
/// was when the transaction began.
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
#[derive(Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    // A type that cannot be tracked is not deserialized either: it would always be saved whole.
    serde(bound(deserialize = "T: serde::Deserialize<'de> + Trackable + Concurrent<Version: Clone> + Clone"))
)]
pub struct Tracked<T> {
    record: T,
    base: T,
    /// The writes since then whose outcome is unknown.
    #[cfg_attr(feature = "serde", serde(default = "Vec::new"))]
    in_doubt: Vec<Attempt<T>>,
    #[cfg_attr(feature = "serde", serde(default = "Origin::of_row", skip_serializing_if = "Origin::is_known"))]
    origin: Origin,
}

impl<T> Tracked<T> {
    /// A record as it was loaded.
    #[must_use]
    pub fn new(record: T) -> Self
    where
        T: Trackable + Concurrent<Version: Clone> + Clone,
    {
        let base = record.clone();
        Self::over(record, base)
    }

    /// A record whose base is a row that was read.
    fn over(record: T, base: T) -> Self {
        Self { record, base, in_doubt: Vec::new(), origin: Origin::of_row() }
    }

    /// The same record over another row that it took over.
    fn continued(&self, record: T, base: T) -> Self {
        Self { record, base, in_doubt: Vec::new(), origin: self.origin.renewed() }
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

    /// Undoes every change since the record was loaded or last saved. Nothing is sent.
    pub fn revert(&mut self)
    where
        T: Clone,
    {
        self.record.clone_from(&self.base);
    }

    /// The names of the fields that [`save_concurrent`](crate::ConcurrentDsl::save_concurrent) would write, in the
    /// order of the fields. Fields of embedded structs have their own names, so two fields may have one name.
    ///
    /// `PartialEq` decides what a change is: `0.0` and `-0.0` are equal, NaN equals nothing. Fields that a save never
    /// writes (the key, `skip_update`) are left out, as is a field whose `None` leaves the column as it is.
    #[must_use]
    pub fn changed_fields(&self) -> Vec<&'static str>
    where
        T: Trackable + Concurrent,
    {
        let columns = if self.has_base() {
            fields::changed_columns(&self.base, &self.record)
        } else {
            fields::written_columns(&self.record)
        };
        fields::names(columns, &self.record)
    }

    /// The names of the fields in which the record differs from the other one, among those that a save writes.
    #[must_use]
    pub fn diff(&self, other: &T) -> Vec<&'static str>
    where
        T: Trackable,
    {
        fields::names(fields::different_columns(&self.record, other), other)
    }

    /// Takes over the row as another writer left it, as the answer to a [`MergeError::Fields`]. Fields that only they
    /// changed become theirs. Fields that both changed stay as they are here, or are merged by their policy. The next
    /// save is guarded by their version. Nothing is sent.
    ///
    /// A write without an answer counts as not done, unless the version proves that it was done. With
    /// [`settle`](Self::settle) you say which.
    pub fn rebase(&mut self, theirs: T)
    where
        T: Trackable + Concurrent + Clone,
    {
        let mut record = theirs.clone();
        if let Some(World::Known { ancestor, mine }) = self.worlds(&theirs).first() {
            fields::merge_into(&**ancestor, &**mine, &mut record);
        }
        *self = self.continued(record, theirs);
    }
}
