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

/// A field of a record. Only its column says which field it is: two embedded structs may each have a field of one name,
/// but a record has each column once.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// What its struct calls it, for messages alone.
    pub name: &'static str,
    /// The SQL name of its column.
    pub column: &'static str,
}

/// The SQL name of a column. It survives a new build of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct ColumnName(String);

/// A visitor of each field of two copies.
#[doc(hidden)]
pub trait FieldComparison {
    /// `is_written` says whether a save of the other copy would write its field.
    fn field<U: TrackedField<Late>, Late>(&mut self, field: Field, one: &U, other: &U, is_written: bool);
}

/// A visitor of each field of three copies, with the policy that merges it if both sides changed it.
#[doc(hidden)]
pub trait FieldCombination {
    /// `is_written` says whether a save of `mine` would write its field.
    fn field<U: TrackedField<Late>, Late>(
        &mut self,
        field: Field,
        base: &U,
        mine: &U,
        theirs: &mut U,
        is_written: bool,
        policy: Merge<U>,
    );
}

/// Columns that are collected while a visitor sees one field after the other.
struct Collected {
    columns: ColumnSet,
    position: u32,
}

impl Collected {
    const fn none<T: ConcurrentColumns>() -> Self {
        const { assert!(T::__COLUMNS.count() <= MOST_COLUMNS, "a record with more than 128 columns cannot be tracked") };
        Self { columns: ColumnSet::NONE, position: 0 }
    }

    /// Passes by the next column, which belongs to the set or not.
    fn next(&mut self, belongs: bool) {
        if belongs {
            self.columns.insert(self.position);
        }
        self.position = self.position.saturating_add(1);
    }
}

/// The columns that a save of `other` must write if the row holds `one`.
pub(crate) fn changed_columns<T: Trackable>(one: &T, other: &T) -> ColumnSet {
    let mut changed = ChangedColumns(Collected::none::<T>());
    T::__compare(one, other, &mut changed);
    changed.0.columns
}

struct ChangedColumns(Collected);

impl FieldComparison for ChangedColumns {
    fn field<U: TrackedField<Late>, Late>(&mut self, _field: Field, one: &U, other: &U, is_written: bool) {
        self.0.next(is_written && !one.__is_same(other));
    }
}

/// The columns that a save of the whole record writes.
pub(crate) fn written_columns<T: Trackable>(record: &T) -> ColumnSet {
    let mut written = WrittenColumns(Collected::none::<T>());
    T::__compare(record, record, &mut written);
    written.0.columns
}

struct WrittenColumns(Collected);

impl FieldComparison for WrittenColumns {
    fn field<U: TrackedField<Late>, Late>(&mut self, _field: Field, _one: &U, _other: &U, is_written: bool) {
        self.0.next(is_written);
    }
}

/// The columns in which two copies differ.
pub(crate) fn different_columns<T: Trackable>(one: &T, other: &T) -> ColumnSet {
    let mut different = DifferentColumns(Collected::none::<T>());
    T::__compare(one, other, &mut different);
    different.0.columns
}

struct DifferentColumns(Collected);

impl FieldComparison for DifferentColumns {
    fn field<U: TrackedField<Late>, Late>(&mut self, _field: Field, one: &U, other: &U, _is_written: bool) {
        self.0.next(!one.__is_same(other));
    }
}

/// What the structs call the fields of these columns, in the order of the fields. Two fields may have one name.
pub(crate) fn names<T: Trackable>(columns: ColumnSet, record: &T) -> Vec<&'static str> {
    fields_of(columns, record).map(|field| field.name).collect()
}

/// The SQL names of these columns.
pub(crate) fn column_names<T: Trackable>(columns: ColumnSet, record: &T) -> Vec<ColumnName> {
    fields_of(columns, record).map(|field| ColumnName(field.column.to_owned())).collect()
}

/// The columns with these names, as far as the record has them.
pub(crate) fn columns_named<T: Trackable>(names: &[ColumnName], record: &T) -> ColumnSet {
    let mut named = NamedColumns { names, collected: Collected::none::<T>() };
    T::__compare(record, record, &mut named);
    named.collected.columns
}

struct NamedColumns<'n> {
    names: &'n [ColumnName],
    collected: Collected,
}

impl FieldComparison for NamedColumns<'_> {
    fn field<U: TrackedField<Late>, Late>(&mut self, field: Field, _one: &U, _other: &U, _is_written: bool) {
        self.collected.next(self.names.iter().any(|name| name.0 == field.column));
    }
}

fn fields_of<T: Trackable>(columns: ColumnSet, record: &T) -> impl Iterator<Item = Field> {
    let mut all = Fields(Vec::new());
    T::__compare(record, record, &mut all);
    (0..).zip(all.0).filter(move |(position, _)| columns.contains(*position)).map(|(_, field)| field)
}

struct Fields(Vec<Field>);

impl FieldComparison for Fields {
    fn field<U: TrackedField<Late>, Late>(&mut self, field: Field, _one: &U, _other: &U, _is_written: bool) {
        self.0.push(field);
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
        _field: Field,
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

/// Turns `theirs` into the merge of both sides. Returns the columns that both changed and no policy merges; those become
/// ours.
pub(crate) fn merge_into<T: Trackable>(base: &T, mine: &T, theirs: &mut T) -> ColumnSet {
    let mut merged = MergedFields { conflicts: Collected::none::<T>() };
    T::__combine(base, mine, theirs, &mut merged);
    merged.conflicts.columns
}

struct MergedFields {
    conflicts: Collected,
}

impl FieldCombination for MergedFields {
    fn field<U: TrackedField<Late>, Late>(
        &mut self,
        _field: Field,
        base: &U,
        mine: &U,
        theirs: &mut U,
        is_written: bool,
        policy: Merge<U>,
    ) {
        let merged = if is_written { merge(policy, U::__is_same, base, mine, theirs) } else { Merged::Theirs };
        self.conflicts.next(matches!(merged, Merged::Conflict));
        match merged {
            Merged::Theirs => {}
            Merged::Mine | Merged::Conflict => theirs.__copy_from(mine),
            Merged::Both(value) => *theirs = value,
        }
    }
}
