//! Compares and combines the fields of two or three copies of a record. The derive shows each field; `tracked` sends
//! the result.

use concurrency_core::{Merge, Merged, merge};

use super::column_set::{ColumnSet, MOST_COLUMNS};
use crate::columns::ConcurrentColumns;

/// A record whose copies can be compared field by field, so that [`Tracked`](crate::Tracked) can tell what changed.
///
/// Every struct that derives `Concurrent` or `ConcurrentColumns` implements it, if the fields that a save writes are
/// `PartialEq` and `Clone`; there is nothing to implement. `F` is the type that holds the values, as for
/// [`ConcurrentColumns`]. `Late` makes rustc check the fields where a record is tracked, and not where it is declared.
#[diagnostic::on_unimplemented(
    message = "the fields of `{Self}` cannot be compared",
    label = "this record cannot be tracked",
    note = "every field that a save writes must be `PartialEq` and `Clone`"
)]
pub trait Trackable<F = Self, Late = ()>: ConcurrentColumns<F> {
    /// Shows the visitor each field that a save writes, of two copies, in the order of the columns.
    #[doc(hidden)]
    fn __compare<W: FieldComparison>(one: &F, other: &F, visitor: &mut W);

    /// Shows the visitor each field that a save writes, of three copies, in the order of the columns.
    #[doc(hidden)]
    fn __combine<W: FieldCombination>(base: &F, mine: &F, theirs: &mut F, visitor: &mut W);

    /// Whether both copies are of one row.
    #[doc(hidden)]
    fn __same_key(one: &F, other: &F) -> bool;
}

/// What a field must be to be tracked. It has no supertraits, because rustc would check those where a record is
/// declared.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be tracked",
    label = "a tracked field must be `PartialEq` and `Clone`",
    note = "derive `PartialEq` and `Clone` for `{Self}`"
)]
pub trait TrackedField<Late>: Sized {
    fn __is_same(&self, other: &Self) -> bool;

    fn __copy_from(&mut self, other: &Self);
}

#[diagnostic::do_not_recommend]
impl<U: PartialEq + Clone, Late> TrackedField<Late> for U {
    fn __is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn __copy_from(&mut self, other: &Self) {
        self.clone_from(other);
    }
}

/// A visitor of each field of two copies.
#[doc(hidden)]
pub trait FieldComparison {
    /// `is_written` says whether a save of the other copy would write its field.
    fn field<U: TrackedField<Late>, Late>(&mut self, name: &'static str, one: &U, other: &U, is_written: bool);
}

/// A visitor of each field of three copies, with the policy that merges it if both sides changed it.
#[doc(hidden)]
pub trait FieldCombination {
    /// `is_written` says whether a save of `mine` would write its field.
    fn field<U: TrackedField<Late>, Late>(
        &mut self,
        name: &'static str,
        base: &U,
        mine: &U,
        theirs: &mut U,
        is_written: bool,
        policy: Merge<U>,
    );
}

/// The columns that a save of `other` must write if the row holds `one`.
pub(crate) fn changed_columns<T: Trackable>(one: &T, other: &T) -> ColumnSet {
    const { assert!(T::__COLUMNS.count() <= MOST_COLUMNS, "a record with more than 128 columns cannot be tracked") };
    let mut changed = ChangedColumns { columns: ColumnSet::default(), position: 0 };
    T::__compare(one, other, &mut changed);
    changed.columns
}

struct ChangedColumns {
    columns: ColumnSet,
    position: u32,
}

impl FieldComparison for ChangedColumns {
    fn field<U: TrackedField<Late>, Late>(&mut self, _name: &'static str, one: &U, other: &U, is_written: bool) {
        if is_written && !one.__is_same(other) {
            self.columns.insert(self.position);
        }
        self.position = self.position.saturating_add(1);
    }
}

/// The names of the fields that a save of `other` must write if the row holds `one`; if the row is unknown, all that it
/// can write.
pub(crate) fn changed_fields<T: Trackable>(one: Option<&T>, other: &T) -> Vec<&'static str> {
    let mut changed = ChangedFields { names: Vec::new(), is_row_known: one.is_some() };
    T::__compare(one.unwrap_or(other), other, &mut changed);
    changed.names
}

struct ChangedFields {
    names: Vec<&'static str>,
    is_row_known: bool,
}

impl FieldComparison for ChangedFields {
    fn field<U: TrackedField<Late>, Late>(&mut self, name: &'static str, one: &U, other: &U, is_written: bool) {
        if is_written && !(self.is_row_known && one.__is_same(other)) {
            self.names.push(name);
        }
    }
}

/// The names of the fields in which two copies differ.
pub(crate) fn different_fields<T: Trackable>(one: &T, other: &T) -> Vec<&'static str> {
    let mut different = DifferentFields(Vec::new());
    T::__compare(one, other, &mut different);
    different.0
}

struct DifferentFields(Vec<&'static str>);

impl FieldComparison for DifferentFields {
    fn field<U: TrackedField<Late>, Late>(&mut self, name: &'static str, one: &U, other: &U, _is_written: bool) {
        if !one.__is_same(other) {
            self.0.push(name);
        }
    }
}

/// The names of the fields of these columns. A field of an embedded struct has its own name.
pub(crate) fn names<T: Trackable>(columns: ColumnSet, record: &T) -> Vec<&'static str> {
    let mut all = Names(Vec::new());
    T::__compare(record, record, &mut all);
    (0..).zip(all.0).filter(|(position, _)| columns.contains(*position)).map(|(_, name)| name).collect()
}

/// The columns of the fields with these names.
pub(crate) fn named<T: Trackable>(names: &[String], record: &T) -> ColumnSet {
    let mut all = Names(Vec::new());
    T::__compare(record, record, &mut all);
    let mut columns = ColumnSet::default();
    for (position, name) in (0..).zip(all.0) {
        if names.iter().any(|known| known == name) {
            columns.insert(position);
        }
    }
    columns
}

/// These names, each once, in the order of the fields.
pub(crate) fn in_order<T: Trackable>(names: &[&'static str], record: &T) -> Vec<&'static str> {
    let mut all = Names(Vec::new());
    T::__compare(record, record, &mut all);
    all.0.retain(|name| names.contains(name));
    all.0
}

struct Names(Vec<&'static str>);

impl FieldComparison for Names {
    fn field<U: TrackedField<Late>, Late>(&mut self, name: &'static str, _one: &U, _other: &U, _is_written: bool) {
        self.0.push(name);
    }
}

/// Copies the fields of these columns, except those that a save of `from` would not write.
pub(crate) fn copy_columns<T: Trackable>(columns: ColumnSet, from: &T, to: &mut T) {
    T::__combine(from, from, to, &mut CopiedColumns { columns, position: 0 });
}

struct CopiedColumns {
    columns: ColumnSet,
    position: u32,
}

impl FieldCombination for CopiedColumns {
    fn field<U: TrackedField<Late>, Late>(
        &mut self,
        _name: &'static str,
        _base: &U,
        from: &U,
        to: &mut U,
        is_written: bool,
        _policy: Merge<U>,
    ) {
        if is_written && self.columns.contains(self.position) {
            to.__copy_from(from);
        }
        self.position = self.position.saturating_add(1);
    }
}

/// Turns `theirs` into the merge of both sides. Returns the names of the fields that both changed and no policy merges;
/// those become ours.
pub(crate) fn merge_into<T: Trackable>(base: &T, mine: &T, theirs: &mut T) -> Vec<&'static str> {
    let mut merged = MergedFields { conflicts: Vec::new() };
    T::__combine(base, mine, theirs, &mut merged);
    merged.conflicts
}

struct MergedFields {
    conflicts: Vec<&'static str>,
}

impl FieldCombination for MergedFields {
    fn field<U: TrackedField<Late>, Late>(
        &mut self,
        name: &'static str,
        base: &U,
        mine: &U,
        theirs: &mut U,
        is_written: bool,
        policy: Merge<U>,
    ) {
        if !is_written {
            return;
        }
        match merge(policy, U::__is_same, base, mine, theirs) {
            Merged::Theirs => {}
            Merged::Mine => theirs.__copy_from(mine),
            Merged::Both(value) => *theirs = value,
            Merged::Conflict => {
                self.conflicts.push(name);
                theirs.__copy_from(mine);
            }
        }
    }
}
