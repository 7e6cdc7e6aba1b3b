//! The traits of a version field: which version comes next, and which version a new row gets.
//!
//! Each version field has its own file. Nothing here knows how a version is stored.

use crate::VersionValue;

/// How the version of a record advances. `#[concurrent(version = …)]` names an implementation.
///
/// Implement it on a marker type. So you can write one for a type `V` of another crate:
///
/// ```
/// # extern crate concurrency_core as concurrency_diesel;
/// use concurrency_diesel::{InitialVersion, VersionField, VersionValue};
///
/// /// Versions that count down, for a table whose old rows were numbered so.
/// struct Countdown;
///
/// impl VersionField<i32> for Countdown {
///     fn next(current: &i32) -> Option<i32> {
///         current.checked_sub(1)
///     }
///     fn value(version: &i32) -> VersionValue {
///         VersionValue::from(*version)
///     }
///     fn from_value(value: &VersionValue) -> Option<i32> {
///         value.integer()
///     }
/// }
///
/// impl InitialVersion<i32> for Countdown {
///     fn initial() -> i32 {
///         i32::MAX
///     }
/// }
///
/// assert_eq!(Countdown::next(&10), Some(9));
/// assert_eq!(Countdown::next(&i32::MIN), None);
/// ```
///
/// Over a nullable column the field is an `Option<V>`. Every version field with an [`InitialVersion`] takes it.
///
/// Two rules make a version field safe. [`next`](Self::next) never returns a version that the row had before. Two
/// versions are the same version exactly if their [`value`](Self::value)s are equal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the version field of a `{V}`",
    label = "`{V}` cannot hold the versions of `{Self}`",
    note = "`AutoIncVersionField` takes `i16`, `i32`, `i64` (on MySQL `u32` and `u64` too), a newtype that implements `Counter`, or an `Option` of one of these",
    note = "`IntegerVersionField` takes `i64` or `Option<i64>`, `TimestampVersionField` the timestamps of chrono and time, `RandomVersionField` `Uuid`, `Vec<u8>` and `String`; for another type implement `VersionField<{V}>` on a marker of your own"
)]
pub trait VersionField<V> {
    /// The version after `current`, or `None` if there is none. The save then returns an error and writes nothing.
    fn next(current: &V) -> Option<V>;

    /// The version in the form in which errors show it and versions are compared.
    fn value(version: &V) -> VersionValue;

    /// The version with this value, the inverse of [`value`](Self::value). It reads a version that comes back from a
    /// client. `None` if no `V` has the value.
    fn from_value(value: &VersionValue) -> Option<V>;

    /// Where the version that a save writes comes from.
    #[doc(hidden)]
    const __ADVANCE: Advance = Advance::Assigned;

    /// Whether the database advances the version with every write of the row, so that no save can leave it.
    #[doc(hidden)]
    const __EVERY_WRITE_COUNTS: bool = false;

    /// Whether the versions that the database counts may be below zero.
    #[doc(hidden)]
    const __SIGNED: bool = true;

    /// Whether no two saves ever make the same version. A row with a version that was made here was then written from
    /// here.
    #[doc(hidden)]
    const __IS_UNIQUE: bool = false;

    /// How a save that does not check the version advances it.
    #[doc(hidden)]
    fn __unchecked() -> UncheckedBump<V> {
        UncheckedBump::ReadThenSave
    }
}

/// The version that a new row is inserted with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no initial version of type `{V}`",
    note = "implement `InitialVersion<{V}>` for `{Self}`, or insert a version of your own"
)]
pub trait InitialVersion<V> {
    /// The version of a row that was never saved.
    fn initial() -> V;
}

/// A nullable version column, such as one that was added later. The initial version follows NULL.
#[diagnostic::do_not_recommend]
impl<V, F> VersionField<Option<V>> for F
where
    F: VersionField<V> + InitialVersion<V>,
{
    fn next(current: &Option<V>) -> Option<Option<V>> {
        match current {
            Some(version) => F::next(version).map(Some),
            None => Some(Some(F::initial())),
        }
    }

    fn value(version: &Option<V>) -> VersionValue {
        version.as_ref().map(F::value).into()
    }

    fn from_value(value: &VersionValue) -> Option<Option<V>> {
        match value {
            VersionValue::Null => Some(None),
            value => F::from_value(value).map(Some),
        }
    }

    const __ADVANCE: Advance = F::__ADVANCE;

    const __EVERY_WRITE_COUNTS: bool = F::__EVERY_WRITE_COUNTS;

    const __SIGNED: bool = F::__SIGNED;

    const __IS_UNIQUE: bool = F::__IS_UNIQUE;

    fn __unchecked() -> UncheckedBump<Option<V>> {
        F::__unchecked().map(Some)
    }
}

#[diagnostic::do_not_recommend]
impl<V, F: InitialVersion<V>> InitialVersion<Option<V>> for F {
    fn initial() -> Option<V> {
        Some(F::initial())
    }
}

/// Where the version that a save writes comes from.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// From the application: it is `next` of the record's version.
    Assigned,
    /// The database adds one if a checked column changes. The save reads the version back.
    IfChanged,
    /// From the database, with every write of the row. The save reads the version back.
    ByDatabase,
}

/// How an unchecked save finds the version to write, so that a row's version never goes back.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncheckedBump<V> {
    /// The database adds one to the row's version, which must be below `maximum`. The save reads the new version back.
    Increment {
        /// The greatest version of the type.
        maximum: V,
    },
    /// The row's version becomes `now` if it is smaller than that.
    Clock {
        /// The clock's reading.
        now: V,
    },
    /// The row's version becomes this one, which no row ever had.
    Fresh {
        /// The new version.
        version: V,
    },
    /// The save writes the row and reads back the version that the database gave it.
    ByDatabase,
    /// The save reads the row's version and then checks that version.
    ReadThenSave,
}

impl<V> UncheckedBump<V> {
    fn map<W>(self, version: impl Fn(V) -> W) -> UncheckedBump<W> {
        match self {
            Self::Increment { maximum } => UncheckedBump::Increment { maximum: version(maximum) },
            Self::Clock { now } => UncheckedBump::Clock { now: version(now) },
            Self::Fresh { version: fresh } => UncheckedBump::Fresh { version: version(fresh) },
            Self::ByDatabase => UncheckedBump::ByDatabase,
            Self::ReadThenSave => UncheckedBump::ReadThenSave,
        }
    }
}
