//! Bounds that only the derives' expansions write. They are traits of our own, because the user may have written the
//! bound itself on the struct, and a repeated bound is a lint.

use std::fmt::Debug;

use concurrency_core::RecordId;

/// A field under `#[diesel(serialize_as = U)]`.
pub trait SerializesAs<U> {
    /// Diesel converts by value. The record stays whole, so its field is cloned first.
    fn __serialize(&self) -> U;
}

impl<T: Clone + Into<U>, U> SerializesAs<U> for T {
    fn __serialize(&self) -> U {
        self.clone().into()
    }
}

/// A field of the key, which errors show.
pub trait Shown: Debug {}

impl<T: Debug + ?Sized> Shown for T {}

/// An embedded struct that holds the whole key and whose columns have texts.
#[diagnostic::on_unimplemented(
    message = "the key in `{Self}` has no text",
    note = "`KeyText` gives one to each of its columns: integers, `bool`, text, `Uuid`, bytes, and newtypes that implement it"
)]
pub trait NamedKey<F = Self> {
    #[doc(hidden)]
    fn __record_id(record: &F, name: &'static str) -> RecordId;
}

/// A struct that only describes a foreign one.
pub trait Mirror: Sized {
    /// Reads and makes one, so that the struct does not count as unused.
    fn __use(self) -> Self;
}
