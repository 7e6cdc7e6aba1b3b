//! `ConditionalVersionField`: the version counts changes of checked columns.

use crate::counter::{Counter, Integer};
use crate::{Advance, AutoIncVersionField, InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions 1, 2, 3 … that advance only when a save changes a checked column.
///
/// Which columns are checked is said on the struct: `#[concurrent(check_fields(title, body))]`, or
/// `#[concurrent(ignore_fields(views))]` for all but these; with neither, every column counts. The database decides, in the
/// statement that writes the row, by comparing with what the row holds: a save that only changes other columns is written
/// and checked, but its version stays, so that the holder of another copy can still save. Text compares by its bytes, on
/// every engine and under every collation, and NULL equals NULL.
///
/// The column is that of [`AutoIncVersionField`]. The new version is read back, with RETURNING on PostgreSQL and
/// SQLite and with a second statement on MySQL and MariaDB. `touch_concurrent`, `update_concurrent` and `save_unchecked`
/// always advance the version. At the type's maximum every save is refused, whether or not it would advance the version.
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
