//! `TriggerVersionField`: the version counts the writes of all programs. `trigger` has the triggers.

use crate::counter::{Counter, Integer};
use crate::{AutoIncVersionField, InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions 1, 2, 3 …: each save adds one, and a database trigger adds one to every other write of the row, whatever
/// program sends it.
///
/// The column is that of [`AutoIncVersionField`], and so is the save: it sets the next version itself, and the trigger
/// leaves such a write alone. So a save advances the version by one, and the version in memory is correct without a
/// read. A psql session, a cron job or another application does not set the version. The trigger then advances it, and
/// copies that were loaded before conflict.
///
/// If your own trigger writes the row again (`AFTER UPDATE … UPDATE`, for example to set `updated_at`), the second
/// write also advances the version. The row is then one version ahead of memory, and the next save conflicts. Change
/// `NEW` in a BEFORE trigger instead, or let the program set the column. `testing::check_model` finds such a trigger.
///
/// A migration or `triggers::create` creates the trigger. Without it, this field works like [`AutoIncVersionField`].
/// The trigger's name is `concurrency_<table>_<column>`, or the `#[concurrent(trigger_name = "…")]`. Every write
/// advances the version, so `save_without_increment` is an ordinary save here.
///
/// No trigger sees these writes: on MySQL and MariaDB the cascades of foreign keys, on every engine a row that is
/// deleted and inserted again (as REPLACE does), and on PostgreSQL writes under `session_replication_role = replica`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TriggerVersionField;

#[diagnostic::do_not_recommend]
impl<V: Counter> VersionField<V> for TriggerVersionField {
    fn next(current: &V) -> Option<V> {
        AutoIncVersionField::next(current)
    }

    fn value(version: &V) -> VersionValue {
        AutoIncVersionField::value(version)
    }

    fn from_value(value: &VersionValue) -> Option<V> {
        AutoIncVersionField::from_value(value)
    }

    const __EVERY_WRITE_COUNTS: bool = true;

    const __SIGNED: bool = <V::Integer as Integer>::SIGNED;

    fn __unchecked() -> UncheckedBump<V> {
        <AutoIncVersionField as VersionField<V>>::__unchecked()
    }
}

#[diagnostic::do_not_recommend]
impl<V: Counter> InitialVersion<V> for TriggerVersionField {
    fn initial() -> V {
        AutoIncVersionField::initial()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trigger sets COALESCE(version, 0) + 1, and the application must do the same.
    #[test]
    fn the_application_takes_the_step_of_the_trigger() {
        assert_eq!(TriggerVersionField::next(&1_i16), Some(2));
        assert_eq!(TriggerVersionField::next(&-5_i64), Some(-4));
        assert_eq!(TriggerVersionField::next(&None::<i32>), Some(Some(1)));
        assert_eq!(TriggerVersionField::next(&i32::MAX), None);
        assert_eq!(<TriggerVersionField as InitialVersion<i64>>::initial(), 1);
        const { assert!(<TriggerVersionField as VersionField<i64>>::__EVERY_WRITE_COUNTS) };
        const { assert!(<TriggerVersionField as VersionField<Option<i64>>>::__EVERY_WRITE_COUNTS) };
    }
}
