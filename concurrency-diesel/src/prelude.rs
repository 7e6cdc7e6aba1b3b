//! Everything a program that saves records needs: `use concurrency_diesel::prelude::*;`.

pub use crate::concurrent::Concurrent;
pub use crate::dsl::ConcurrentDsl;
pub use crate::error::Error as ConcurrencyError;
pub use concurrency_core::{AutoIncVersionField, IntegerVersionField};
#[doc(no_inline)]
pub use concurrency_derive::{Concurrent, ConcurrentColumns};
