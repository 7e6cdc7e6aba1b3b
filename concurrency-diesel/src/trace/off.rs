//! Replaces `trace` without the feature `tracing`: it does nothing.

use std::time::Duration;

use crate::error::ConcurrencyError;

pub(crate) const fn conflict(_error: &ConcurrencyError) {}

pub(crate) const fn restart() {}

pub(crate) const fn restart_of<T, DB>(_record: &T) {}

pub(crate) const fn retry(_attempt: u32, _pause: Duration) {}
