//! Everything that a program needs to save records on diesel-async's connections:
//! `use concurrency_diesel::asynchronous::prelude::*;`. Import it instead of
//! [`concurrency_diesel::prelude`](crate::prelude), never beside it, because the methods have the same names.

pub use super::bulk::BulkConcurrentDsl;
pub use super::dsl::ConcurrentDsl;
pub use super::retry::retry_on_conflict;
pub use super::tracked::TrackedDsl;
pub use super::transaction::transaction_concurrent;
pub use crate::bulk::BulkError;
pub use crate::concurrent::Concurrent;
pub use crate::error::ConcurrencyError;
pub use crate::tracked::{Doubt, MergeError, Tracked};
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
