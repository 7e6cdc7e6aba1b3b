//! `ConditionalVersionField`: the version counts changes of checked columns.

use crate::counter::{Counter, Integer};
use crate::{Advance, AutoIncVersionField, InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions 1, 2, 3 … that advance only when a save changes a checked column.
///
/// Name the checked columns on the struct with `#[concurrent(check_fields(title, body))]`, or all but the others with
/// `#[concurrent(ignore_fields(views))]`. Without either, every column counts. The database decides, in the statement
/// that writes the row, by comparing with the row.
///
/// A save that changes only other columns is written and checked, but the version stays, so the holder of another copy
/// can still save. Text is compared by its bytes, on every engine and with every collation. NULL equals NULL.
///
/// The column is that of [`AutoIncVersionField`]. The save reads the new version back, with RETURNING on PostgreSQL and
/// SQLite, and with a second statement on MySQL and MariaDB. `touch_concurrent`, `update_concurrent` and
/// `save_unchecked` always advance the version. At the type's maximum every save returns an error, whether or not it
/// would advance the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionalVersionField;

#[diagnostic::do_not_recommend]
impl<V: Counter> VersionField<V> for ConditionalVersionField {
    fn next(current: &V) -> Option<V> {
        AutoIncVersionField::next(current)
    }

    fn value(version: &V) -> VersionValue {
        AutoIncVersionField::value(version)
    }

    fn from_value(value: &VersionValue) -> Option<V> {
        AutoIncVersionField::from_value(value)
    }

    const __ADVANCE: Advance = Advance::IfChanged;

    const __SIGNED: bool = <V::Integer as Integer>::SIGNED;

    fn __unchecked() -> UncheckedBump<V> {
        <AutoIncVersionField as VersionField<V>>::__unchecked()
    }
}

#[diagnostic::do_not_recommend]
impl<V: Counter> InitialVersion<V> for ConditionalVersionField {
    fn initial() -> V {
        AutoIncVersionField::initial()
    }
}
