#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "async")]
pub mod asynchronous;
mod backend;
mod bind;
mod bulk;
mod columns;
mod concurrent;
mod connection;
mod doubt;
mod dsl;
#[cfg(feature = "edit-lock")]
pub mod edit_lock;
mod error;
mod executor;
mod expanded;
#[cfg(any(doc, doctest))]
pub mod guide;
mod kept_changes;
mod key;
mod load;
mod memory;
mod outcome;
pub mod prelude;
mod records;
mod resolve;
mod retry;
mod save;
mod scope;
mod statement;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "trace/off.rs"]
mod trace;
mod tracked;
mod transaction;
mod transaction_concurrent;
pub mod triggers;
mod turning;
mod unchecked;
mod views;
#[cfg(feature = "postgres_backend")]
mod xmin;

pub use crate::backend::ConcurrencyBackend;
pub use crate::bind::{Bindable, VersionOn};
pub use crate::bulk::{BulkConcurrentDsl, BulkConflict, BulkError};
pub use crate::columns::{ConcurrentColumns, ConcurrentColumnsOn};
pub use crate::concurrent::{Concurrent, ConcurrentOn};
pub use crate::connection::Connection;
pub use crate::dsl::ConcurrentDsl;
pub use crate::error::ConcurrencyError;
pub use crate::load::LoadableOn;
pub use crate::records::Records;
pub use crate::resolve::{Conflict, Resolution, client_wins, store_wins};
pub use crate::retry::{Retryable, retry_if, retry_on_conflict};
pub use crate::scope::{disable_concurrency, disable_concurrency_for, disable_increment, disable_increment_for};
pub use crate::table::CannotRollBackError;
pub use crate::tracked::{Doubt, MergeError, Trackable, Tracked, TrackedDsl};
pub use crate::transaction_concurrent::transaction_concurrent;
#[cfg(feature = "postgres_backend")]
pub use crate::xmin::{Xid, XminVersionField, sql_types};
#[cfg(feature = "uuid")]
pub use concurrency_core::RandomVersionField;
pub use concurrency_core::{
    AutoIncVersionField, ConditionalVersionField, Counter, InitialVersion, IntegerVersionField, KeyText, MergeSet,
    MergeSum, RecordDeletedError, RecordId, RecordModifiedError, RetryPolicy, TriggerVersionField, VersionField,
    VersionValue, Versioned, WriteSuppressedError,
};
#[cfg(feature = "text-merge")]
pub use concurrency_core::{MergeText, TextConflict, TextPart, merge_text};
#[cfg(any(feature = "chrono", feature = "time"))]
pub use concurrency_core::{Moment, TimestampVersionField};
pub use concurrency_derive::{Concurrent, ConcurrentColumns};
