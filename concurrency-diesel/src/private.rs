//! What the derives' expansions name. Nothing here is for hand-written code, and all of it may change in any release.

pub use std::fmt;
pub use std::format_args;
pub use std::option::Option::{self, Some};
pub use std::primitive::{bool, i64, str, usize};
pub use std::result::Result::Ok;

#[cfg(feature = "text-merge")]
pub use concurrency_core::MergeText;
pub use concurrency_core::{
    AutoIncVersionField, KeyText, Merge, MergeOrder, MergeSet, MergeSum, RecordId, VersionField, VersionValue,
    Versioned,
};
pub use diesel::backend::Backend;
pub use diesel::dsl::SqlTypeOf;
pub use diesel::query_builder::QueryFragment;
pub use diesel::result::QueryResult;
pub use diesel::{Column, Table};

pub use crate::backend::ConcurrencyBackend;
pub use crate::bind::{Bindable, VersionOn};
pub use crate::columns::{
    ColumnNames, ColumnVisitor, ConcurrentColumns, ConcurrentColumnsOn, ConcurrentKey, ConcurrentKeyOn, RecordVisitor,
};
pub use crate::concurrent::{Concurrent, ConcurrentOn, TableFacts};
pub use crate::expanded::{Mirror, NamedKey, SerializesAs, Shown};
pub use crate::memory::Untracked;
pub use crate::tracked::{ColumnSets, Field, FieldCombination, FieldComparison, Trackable, TrackedField};

diesel::table! {
    /// The table of a struct whose derive found a mistake, so that the mistake is the only error.
    fallback (version) {
        version -> BigInt,
    }
}
