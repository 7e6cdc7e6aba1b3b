//! The parts of [concurrency-diesel](https://docs.rs/concurrency-diesel) that need no database: how a version advances,
//! what a conflict contains, and when a transaction runs again.
//!
//! This crate does no I/O and does not depend on Diesel. Depend on `concurrency-diesel` instead, which re-exports
//! everything that you need from here.

#![deny(missing_docs)]

mod auto_increment;
mod conditional;
mod conflict;
mod counter;
mod integer_clock;
mod key_text;
mod merge;
mod merge_set;
#[cfg(feature = "text-merge")]
mod merge_text;
#[cfg(feature = "uuid")]
mod random;
mod record_id;
mod retry;
#[cfg(feature = "text-merge")]
mod text_conflict;
#[cfg(any(feature = "chrono", feature = "time"))]
mod timestamp;
mod trigger;
mod trigger_field;
mod version_field;
mod version_value;

pub use auto_increment::AutoIncVersionField;
pub use conditional::ConditionalVersionField;
pub use conflict::{RecordDeletedError, RecordModifiedError, WriteSuppressedError};
pub use counter::Counter;
pub use integer_clock::IntegerVersionField;
pub use key_text::KeyText;
pub use merge::{Merge, MergeOrder, MergeSum, Merged, merge};
pub use merge_set::MergeSet;
#[cfg(feature = "text-merge")]
pub use merge_text::{MergeText, merge_text, text_conflict};
#[cfg(feature = "uuid")]
pub use random::RandomVersionField;
pub use record_id::{RecordId, Versioned};
pub use retry::RetryPolicy;
#[cfg(feature = "text-merge")]
pub use text_conflict::{TextConflict, TextPart};
#[cfg(any(feature = "chrono", feature = "time"))]
pub use timestamp::{Moment, TimestampVersionField};
pub use trigger::{
    EDIT_LOCKS_TABLE, Engine, FoundColumn, FoundTrigger, Leftover, Obstacle, SchemaChange, TRIGGER_MARKER,
    TriggerQuery, TriggerSpec, TriggerState, UnknownEngine, add_version_column, adds_version_column, create_edit_locks,
    create_edit_locks_if_missing, create_triggers, creates_edit_locks, drop_found, pending_triggers,
    triggers_created_twice, unclear_triggers, unused_triggers,
};
#[doc(hidden)]
pub use trigger::{FoundTriggers, Probe, TriggerHistory, fingerprint, restore_trigger, standing_triggers};
pub use trigger_field::TriggerVersionField;
pub use version_field::{Advance, InitialVersion, UncheckedBump, VersionField};
pub use version_value::VersionValue;
