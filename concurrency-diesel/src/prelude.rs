//! Everything that a program needs to save records: `use concurrency_diesel::prelude::*;`.

pub use crate::bulk::{BulkConcurrentDsl, BulkError};
pub use crate::concurrent::Concurrent;
pub use crate::dsl::ConcurrentDsl;
pub use crate::error::ConcurrencyError;
pub use crate::retry::retry_on_conflict;
pub use crate::tracked::{Doubt, MergeError, Tracked, TrackedDsl};
pub use crate::transaction_concurrent::transaction_concurrent;
#[cfg(feature = "postgres_backend")]
pub use crate::xmin::XminVersionField;
#[cfg(feature = "uuid")]
pub use concurrency_core::RandomVersionField;
#[cfg(any(feature = "chrono", feature = "time"))]
pub use concurrency_core::TimestampVersionField;
pub use concurrency_core::{
    AutoIncVersionField, ConditionalVersionField, IntegerVersionField, RetryPolicy, TriggerVersionField, Versioned,
};
#[doc(no_inline)]
pub use concurrency_derive::{Concurrent, ConcurrentColumns};
