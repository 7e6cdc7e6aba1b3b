//! The traits of a version field: how the next version comes about, and which version a new row gets.
//!
//! The fields themselves stand in a file each; nothing here knows how a version is stored.

use crate::VersionValue;

/// How the version of a record advances: the field's kind, named in `#[concurrent(version = …)]`.
///
/// It is implemented on a marker type, so that anyone can write one for a type `V` of another crate:
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
/// Over a nullable column the field is an `Option<V>`; every field with an [`InitialVersion`] takes it.
///
/// Two rules keep a field safe: [`next`](Self::next) never returns a version that the row had before, and two versions
/// are the same version exactly when their [`value`](Self::value)s are equal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the version field of a `{V}`",
    label = "`{V}` cannot hold the versions of `{Self}`",
    note = "`AutoIncVersionField` takes `i16`, `i32`, `i64` (on MySQL `u32` and `u64` too), a newtype that implements `Counter`, or an `Option` of one of these",
    note = "`IntegerVersionField` takes `i64` or `Option<i64>`, `TimestampVersionField` the timestamps of chrono and time, `RandomVersionField` `Uuid`, `Vec<u8>` and `String`; for another type implement `VersionField<{V}>` on a marker of your own"
)]
pub trait VersionField<V> {
    /// The version after `current`, or `None` where there is none: the save is then refused and nothing is written.
    fn next(current: &V) -> Option<V>;

    /// The version as errors show it and as two versions are compared.
    fn value(version: &V) -> VersionValue;

    /// The version of this value, the inverse of [`value`](Self::value): a version that left the program comes back by it. `None` where
    /// no `V` has the value.
    fn from_value(value: &VersionValue) -> Option<V>;

    /// Where the version that a save writes comes from.
    #[doc(hidden)]
    const __ADVANCE: Advance = Advance::Assigned;

    /// Whether the database moves the version with every write of the row, so that no save can leave it.
    #[doc(hidden)]
    const __EVERY_WRITE_COUNTS: bool = false;

    /// Whether the versions that the database counts may be below zero.
    #[doc(hidden)]
    const __SIGNED: bool = true;

    /// Whether no two saves ever make the same version, so that a row with a version that was made here was written from here.
    #[doc(hidden)]
    const __IS_UNIQUE: bool = false;

    /// How a save that does not check the version moves it.
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

/// A nullable version column, as one added later often is: after NULL comes the initial version.
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
    /// The application: it is `next` of the record's version.
    Assigned,
    /// The database adds one where a checked column changes; the version is read back.
    IfChanged,
    /// The database, with every write of the row; the version is read back.
    ByDatabase,
}

/// How an unchecked save finds the version to write, so that it never moves a row's version back.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncheckedBump<V> {
    /// The database adds one to the row's version, which must be below `maximum`; the new version is read back.
    Increment {
        /// The greatest version the type can hold.
        maximum: V,
    },
    /// The row's version becomes `now` where it is smaller than that.
    Clock {
        /// The clock's reading.
        now: V,
    },
    /// The row's version becomes this one, which no row ever had.
    Fresh {
        /// The new version.
        version: V,
    },
    /// The row is written, and the version that the database gave it is read back.
    ByDatabase,
    /// The row's version is read, and the save is guarded by what was read.
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
