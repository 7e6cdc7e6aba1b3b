//! `Tracked`: a record together with the state it was loaded in.

mod column_set;
mod fields;

pub use column_set::ColumnSets;
pub use fields::{FieldCombination, FieldComparison, Trackable, TrackedField};
