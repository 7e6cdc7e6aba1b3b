//! `Retryable`: after which errors of a closure running it again can succeed. Nothing here runs it.

use crate::bulk::BulkError;
use crate::error::ConcurrencyError;

type AnyError = dyn std::error::Error + 'static;

/// An error that can say whether running the transaction again, loading included, can succeed.
///
/// To use your own error type with [`retry_on_conflict`](crate::retry_on_conflict), implement one function:
///
/// ```
/// use concurrency_diesel::Retryable;
/// use concurrency_diesel::prelude::*;
///
/// enum AppError {
///     Save(ConcurrencyError),
///     OutOfStock,
/// }
///
/// impl Retryable for AppError {
///     fn is_retryable(&self) -> bool {
///         match self {
///             Self::Save(error) => error.is_retryable(),
///             Self::OutOfStock => false,
///         }
///     }
/// }
///
/// impl From<diesel::result::Error> for AppError {
///     fn from(error: diesel::result::Error) -> Self {
///         Self::Save(error.into())
///     }
/// }
/// # let lost = AppError::from(diesel::result::Error::NotFound);
/// # assert!(!lost.is_retryable() && !AppError::OutOfStock.is_retryable());
/// ```
///
/// It is implemented for [`ConcurrencyError`](crate::ConcurrencyError), for Diesel's error, and for boxed errors. A
/// boxed error is searched for one of these, its [sources](std::error::Error::source) included.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a transaction can be run again after it",
    note = "implement `concurrency_diesel::Retryable` for `{Self}`, or call `retry_if` with a predicate if it is another crate's"
)]
pub trait Retryable {
    /// Whether running the transaction again can succeed.
    fn is_retryable(&self) -> bool;
}

/// As [`ConcurrencyError::is_retryable`].
impl Retryable for ConcurrencyError {
    fn is_retryable(&self) -> bool {
        Self::is_retryable(self)
    }
}

/// The errors of Diesel that become a [`ConcurrencyError::Restart`] are retryable.
impl Retryable for diesel::result::Error {
    fn is_retryable(&self) -> bool {
        crate::transaction::note_asked(self);
        crate::error::must_restart(self)
    }
}

impl Retryable for Box<dyn std::error::Error> {
    fn is_retryable(&self) -> bool {
        is_retryable(&**self)
    }
}

impl Retryable for Box<dyn std::error::Error + Send + Sync> {
    fn is_retryable(&self) -> bool {
        is_retryable(&**self)
    }
}

/// Whether the error, or one that it came from, is retryable.
fn is_retryable(error: &AnyError) -> bool {
    let itself = |error: &AnyError| {
        error.downcast_ref::<ConcurrencyError>().is_some_and(ConcurrencyError::is_retryable)
            || error.downcast_ref::<BulkError>().is_some_and(BulkError::is_retryable)
            || error.downcast_ref::<diesel::result::Error>().is_some_and(Retryable::is_retryable)
    };
    itself(error) || error.source().is_some_and(is_retryable)
}
