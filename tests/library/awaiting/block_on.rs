//! Waits for a future on the thread of a test. A future may wait for another one inside of it, as a closure of a test does
//! that runs in a transaction; the runtimes' own functions refuse that.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use diesel_async::async_connection_wrapper::BlockOn;
use tokio::runtime::Runtime;

use super::scopes::adapted;
use crate::suite::threads::DEADLINE;

/// Drives the sockets, and runs what the connections spawn.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Waits like a program that awaits. A future that never ends is a failed test.
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    let ended = RUNTIME.block_on(async { tokio::time::timeout(DEADLINE, future).await });
    ended.unwrap_or_else(|_| panic!("a future did not end within {DEADLINE:?}"))
}

/// Waits for the suite, whose tests know no runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut output = None;
    wait(adapted(Box::pin(async { output = Some(future.await) })));
    output.unwrap()
}

thread_local! {
    /// How many futures this thread waits for, one inside of another.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// How often the outermost is polled before it is dropped.
    static PATIENCE: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Does work that waits for a future, and drops the future where it is not ready after so many polls, as a timeout does. The work then
/// panics.
pub fn impatient<R>(polls: u32, work: impl FnOnce() -> R) -> R {
    struct Patient;
    impl Drop for Patient {
        fn drop(&mut self) {
            PATIENCE.set(None);
        }
    }
    PATIENCE.set(Some(polls));
    let _patient = Patient;
    work()
}

/// Counts the futures, in a panic, too.
struct Depth;

impl Depth {
    fn enter() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self
    }

    /// Drops the future of the outermost waiter when its patience is exhausted.
    fn lose_patience(&self) {
        let Some(polls) = PATIENCE.get().filter(|_| DEPTH.get() == 1) else { return };
        let left = polls.checked_sub(1);
        PATIENCE.set(left);
        assert!(left.is_some(), "the future is given up");
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    let _inside = RUNTIME.enter();
    let depth = Depth::enter();
    let signal = Arc::new(Signal { is_given: AtomicBool::new(false), waiting: thread::current() });
    let waker = Waker::from(Arc::clone(&signal));
    // Inside of a task, the budget of that task would be used up here and never be renewed: a busy wait without end.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        depth.lose_patience();
        signal.wait();
    }
}

/// Has a flag, because a thread that waits for two futures at once may be unparked for either.
struct Signal {
    is_given: AtomicBool,
    waiting: Thread,
}

impl Signal {
    fn wait(&self) {
        let start = Instant::now();
        while !self.is_given.swap(false, Ordering::Acquire) {
            assert!(start.elapsed() < DEADLINE, "a future was not woken within {DEADLINE:?}");
            thread::park_timeout(DEADLINE);
        }
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.is_given.store(true, Ordering::Release);
        self.waiting.unpark();
    }
}

/// The suite's way to wait, for Diesel's own queries.
pub struct Suite;

impl BlockOn for Suite {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }

    fn get_runtime() -> Self {
        Self
    }
}
