//! `AutoIncVersionField`: the version counts saves.

use crate::counter::{Counter, Integer};
use crate::{InitialVersion, UncheckedBump, VersionField, VersionValue};

/// Versions 1, 2, 3 …: each save adds one. This is the default of `#[concurrent(version)]`.
///
/// The column is an `i16`, `i32` or `i64` (on MySQL and MariaDB also `u32` and `u64`), a newtype that implements
/// [`Counter`], or an `Option` of one of these over a nullable column. If the version is NULL, the first save writes 1.
/// If it is at the type's maximum, a save returns an error.
///
/// A row that is deleted and inserted again starts at 1, so a copy from before the deletion may match it. If that can
/// happen, use [`IntegerVersionField`](crate::IntegerVersionField).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoIncVersionField;

#[diagnostic::do_not_recommend]
impl<V: Counter> VersionField<V> for AutoIncVersionField {
    fn next(current: &V) -> Option<V> {
        current.to_integer().successor().map(V::from_integer)
    }

    fn value(version: &V) -> VersionValue {
        version.to_integer().into()
    }

    fn from_value(value: &VersionValue) -> Option<V> {
        // A newtype may not represent every integer.
        value.integer().map(V::from_integer).filter(|version| Self::value(version) == *value)
    }

    const __SIGNED: bool = <V::Integer as Integer>::SIGNED;

    fn __unchecked() -> UncheckedBump<V> {
        UncheckedBump::Increment { maximum: V::from_integer(V::Integer::MAXIMUM) }
    }
}

#[diagnostic::do_not_recommend]
impl<V: Counter> InitialVersion<V> for AutoIncVersionField {
    fn initial() -> V {
        V::from_integer(V::Integer::FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_advance_by_one_up_to_the_maximum() {
        assert_eq!(AutoIncVersionField::next(&1_i16), Some(2));
        assert_eq!(AutoIncVersionField::next(&-5_i64), Some(-4));
        assert_eq!(AutoIncVersionField::next(&(u32::MAX - 1)), Some(u32::MAX));
        assert_eq!(AutoIncVersionField::next(&i16::MAX), None);
        assert_eq!(AutoIncVersionField::next(&i32::MAX), None);
        assert_eq!(AutoIncVersionField::next(&i64::MAX), None);
        assert_eq!(AutoIncVersionField::next(&u32::MAX), None);
        assert_eq!(AutoIncVersionField::next(&u64::MAX), None);
    }

    #[test]
    fn a_null_version_advances_to_the_initial_one() {
        assert_eq!(AutoIncVersionField::next(&None::<i64>), Some(Some(1)));
        assert_eq!(AutoIncVersionField::next(&Some(1_i64)), Some(Some(2)));
        assert_eq!(AutoIncVersionField::next(&Some(i64::MAX)), None);
        let null = <AutoIncVersionField as VersionField<Option<i64>>>::value(&None);
        assert_eq!(null, VersionValue::Null);
    }

    #[test]
    fn a_value_is_read_back_where_the_type_can_hold_it() {
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Integer(7)), Some(7_i16));
        assert_eq!(AutoIncVersionField::from_value(&i64::MIN.into()), Some(i64::MIN));
        assert_eq!(AutoIncVersionField::from_value(&u64::MAX.into()), Some(u64::MAX));
        assert_eq!(AutoIncVersionField::from_value(&u64::MAX.into()), None::<i64>);
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Integer(-1)), None::<u32>);
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::from("7")), None::<i64>);
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Null), None::<i64>);
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Null), Some(None::<i64>));
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Integer(7)), Some(Some(7_i32)));
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::from("7")), None::<Option<i32>>);
    }

    /// It returns only its own integer.
    #[test]
    fn a_newtype_that_cuts_an_integer_has_no_version_of_it() {
        #[derive(Debug, PartialEq)]
        struct Even(i64);
        impl Counter for Even {
            type Integer = i64;
            fn from_integer(integer: i64) -> Self {
                Self(integer / 2)
            }
            fn to_integer(&self) -> i64 {
                self.0 * 2
            }
        }
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Integer(8)), Some(Even(4)));
        assert_eq!(AutoIncVersionField::from_value(&VersionValue::Integer(9)), None::<Even>);
    }

    #[test]
    fn an_unchecked_save_stops_below_the_maximum() {
        assert_eq!(
            <AutoIncVersionField as VersionField<u64>>::__unchecked(),
            UncheckedBump::Increment { maximum: u64::MAX }
        );
        assert_eq!(
            <AutoIncVersionField as VersionField<Option<i16>>>::__unchecked(),
            UncheckedBump::Increment { maximum: Some(i16::MAX) }
        );
        const { assert!(!<AutoIncVersionField as VersionField<u64>>::__SIGNED) };
        const { assert!(<AutoIncVersionField as VersionField<Option<i16>>>::__SIGNED) };
    }
}
