//! `TriggerVersionField`: the version counts writes, those of other programs, too. The triggers stand in `trigger`.

use crate::counter::{Counter, Integer};
use crate::{AutoIncVersionField, InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions 1, 2, 3 …: each save adds one, and a database trigger adds one to every other write of the row, whatever
/// program sends it.
///
/// The column is that of [`AutoIncVersionField`], and so is what a save sends: it sets the next version itself, and the
/// trigger leaves such a write alone. So a save moves the version by one step, and the version in memory is the row's
/// without a read. A psql session, a cron job or another application knows nothing of versions. There the trigger moves
/// the version, and copies loaded before conflict.
///
/// A trigger of your own that writes the row again breaks this: `AFTER UPDATE … UPDATE` for an `updated_at`, say. The
/// second write counts, too, so that the row is one version ahead of memory, and the next save conflicts. Change `NEW`
/// in a BEFORE trigger, or let the program set the column. `testing::check_model` finds such a trigger.
///
/// The trigger comes from a migration, or from `triggers::create`; until it is there, this is [`AutoIncVersionField`].
/// Its name is `concurrency_<table>_<column>`, or what `#[concurrent(trigger_name = "…")]` says. Every write counts:
/// `save_without_increment` is an ordinary save here. What no trigger sees: on MySQL and MariaDB the foreign keys'
/// cascades, on every engine a row that is deleted and inserted again (REPLACE does so), and on PostgreSQL writes under
/// `session_replication_role = replica`.
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

    /// The trigger's step is COALESCE(version, 0) + 1, and the application's must be the same.
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
