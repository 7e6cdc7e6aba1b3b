//! The scopes around the work of a test that does not await: each future that it waits for meanwhile is put into the adapter of the
//! scope, which is then in force while that future is polled and at no other time.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use concurrency_diesel::asynchronous::{self, prelude::Concurrent};

type Work<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;
type Adapter = for<'w> fn(Work<'w>) -> Work<'w>;

thread_local! {
    /// The scopes around what this thread does, the outermost first.
    static ADAPTERS: RefCell<Vec<Adapter>> = const { RefCell::new(Vec::new()) };
}

/// The future in the scopes around what this thread does.
pub fn adapted(work: Work<'_>) -> Work<'_> {
    let adapters = ADAPTERS.with_borrow(Vec::clone);
    adapters.iter().rev().fold(work, |work, adapter| adapter(work))
}

/// Ends a scope, in a panic, too.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        ADAPTERS.with_borrow_mut(Vec::pop);
    }
}

fn within<R>(adapter: Adapter, work: impl FnOnce() -> R) -> R {
    ADAPTERS.with_borrow_mut(|adapters| adapters.push(adapter));
    let _end = End;
    work()
}

pub fn disable_concurrency<R>(work: impl FnOnce() -> R) -> R {
    within(|work| Box::pin(asynchronous::disable_concurrency(work)), work)
}

pub fn disable_concurrency_for<T: Concurrent + 'static, R>(work: impl FnOnce() -> R) -> R {
    within(|work| Box::pin(asynchronous::disable_concurrency_for::<T, _>(work)), work)
}

pub fn disable_increment<R>(work: impl FnOnce() -> R) -> R {
    within(|work| Box::pin(asynchronous::disable_increment(work)), work)
}

pub fn disable_increment_for<T: Concurrent + 'static, R>(work: impl FnOnce() -> R) -> R {
    within(|work| Box::pin(asynchronous::disable_increment_for::<T, _>(work)), work)
}
