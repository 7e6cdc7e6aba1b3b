//! The integers that can count versions, and newtypes over them. The version field decides how a counter advances.

/// A version that counts: an integer, or a newtype over one.
///
/// `i16`, `i32`, `i64`, `u32` and `u64` are counters. A newtype implements two functions:
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::{AutoIncVersionField, Counter, VersionField};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// struct Revision(i64);
///
/// impl Counter for Revision {
///     type Integer = i64;
///     fn from_integer(integer: i64) -> Self {
///         Self(integer)
///     }
///     fn to_integer(&self) -> i64 {
///         self.0
///     }
/// }
///
/// assert_eq!(AutoIncVersionField::next(&Revision(7)), Some(Revision(8)));
/// ```
///
/// As a field of a record, the newtype also needs the traits that Diesel requires of a column's type: `Debug`,
/// `AsExpression` and `FromSqlRow`, which can be derived, and `ToSql` and `FromSql`, which pass the integer on. The
/// page `guide::columns` of concurrency-diesel shows them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not count versions",
    note = "use `i16`, `i32`, `i64` (on MySQL `u32` and `u64` too), or implement `Counter` for the newtype"
)]
pub trait Counter {
    /// The integer that is stored.
    type Integer: CounterInteger;

    /// The version with this integer.
    fn from_integer(integer: Self::Integer) -> Self;

    /// The integer of this version.
    fn to_integer(&self) -> Self::Integer;
}

/// The integers of version columns. Sealed: a newtype implements [`Counter`] instead.
pub trait CounterInteger: sealed::Integer {}

mod sealed {
    use crate::VersionValue;

    /// The operations that a counting field needs of an integer. They are checked, so that no version ever wraps round.
    pub trait Integer: Copy + Into<VersionValue> + TryFrom<i128> {
        const FIRST: Self;
        const MAXIMUM: Self;
        const SIGNED: bool;
        fn successor(self) -> Option<Self>;
    }
}

pub(crate) use sealed::Integer;

macro_rules! counters {
    ($($integer:ident)*) => {$(
        impl Counter for $integer {
            type Integer = Self;
            fn from_integer(integer: Self) -> Self {
                integer
            }
            fn to_integer(&self) -> Self {
                *self
            }
        }

        impl CounterInteger for $integer {}

        impl Integer for $integer {
            const FIRST: Self = 1;
            const MAXIMUM: Self = Self::MAX;
            const SIGNED: bool = Self::MIN != 0;
            fn successor(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    )*};
}

counters!(i16 i32 i64 u32 u64);
