//! Whether an error explains that the engine has no transaction any more: after a deadlock it has not, and the transaction can be run
//! again; after a conflict it has one, unless a statement before has committed it.
//!
//! The error may be of any type. What its predicate asks of our errors tells.

use std::cell::Cell;

use crate::error;

thread_local! {
    static IS_EXPLAINED: Cell<bool> = const { Cell::new(false) };
}

/// Is told that somebody asks whether this refusal can be tried again.
pub(crate) fn note_restart(refusal: &diesel::result::Error) {
    if error::ends_transaction(refusal) {
        IS_EXPLAINED.set(true);
    }
}

/// Whether the closure's error may come out although its transaction is gone: it is not run again, or it is right to run it again.
pub(crate) fn explains_lost_transaction<E>(error: &E, is_retryable: impl Fn(&E) -> bool) -> bool {
    IS_EXPLAINED.set(false);
    !is_retryable(error) || IS_EXPLAINED.get()
}
