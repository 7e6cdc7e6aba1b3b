//! Waits for a future on the thread of a test. A future may wait for another one inside of it, as a closure of a test does
//! that runs in a transaction; the runtimes' own functions refuse that.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use diesel_async::async_connection_wrapper::BlockOn;
use tokio::runtime::Runtime;

use super::scopes::adapted;
use crate::suite::threads::DEADLINE;

/// Drives the sockets, and runs what the connections spawn.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// As a program does that awaits; what never ends is a failed test.
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    let ended = RUNTIME.block_on(async { tokio::time::timeout(DEADLINE, future).await });
    ended.unwrap_or_else(|_| panic!("a future did not end within {DEADLINE:?}"))
}

/// As the suite does, whose tests know of no runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut output = None;
    wait(adapted(Box::pin(async { output = Some(future.await) })));
    output.unwrap()
}

fn wait<F: Future>(future: F) -> F::Output {
    let _inside = RUNTIME.enter();
    let signal = Arc::new(Signal { is_given: AtomicBool::new(false), waiting: thread::current() });
    let waker = Waker::from(Arc::clone(&signal));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
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
        while !self.is_given.swap(false, Ordering::Acquire) {
            thread::park();
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
