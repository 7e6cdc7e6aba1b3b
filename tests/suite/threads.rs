//! Threads that a test waits for only so long: what hangs is a failed test, not a test run that never ends.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::engine::{self, TestConnection};

/// Longer than anything that is not a hang, on a machine that does something else at the same time.
pub const DEADLINE: Duration = Duration::from_secs(90);

/// A thread that will end with a `T`.
pub struct Running<T> {
    result: Receiver<T>,
    thread: JoinHandle<()>,
}

pub fn spawn<T, F>(work: F) -> Running<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let (sender, result) = mpsc::channel();
    // If the test has already failed, no one listens.
    let thread = thread::spawn(move || drop(sender.send(work())));
    Running { result, thread }
}

/// Does the work, which must end within this many seconds. Work that retries forever is a failed test, too.
#[track_caller]
pub fn within<T, F>(seconds: u64, work: F) -> T
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    spawn(work).join_within(Duration::from_secs(seconds), || {})
}

impl<T> Running<T> {
    /// Whether its work is done.
    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// The result of the thread. Its panic fails the test, and so does its silence.
    #[track_caller]
    pub fn join(self) -> T {
        self.join_within(DEADLINE, || {})
    }

    /// The same, with another limit. A thread that exceeds it hangs: it is stopped like this, and the test has failed.
    #[track_caller]
    pub fn join_within(self, limit: Duration, stop: impl FnOnce()) -> T {
        match self.result.recv_timeout(limit) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => {
                stop();
                panic!("a thread did not end within {limit:?}")
            }
            Err(RecvTimeoutError::Disconnected) => match self.thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => unreachable!("a thread that does not panic sends its result"),
            },
        }
    }
}

/// As often must a connection be seen waiting, with a pause in between: not every engine shows it without a doubt.
pub const SIGHTINGS: u32 = 5;
pub const PAUSE: Duration = Duration::from_millis(10);

/// Waits until that connection waits for a lock.
#[allow(dead_code, reason = "not every engine shows who waits")]
#[track_caller]
pub fn until_waiting(id: i64, observer: &mut TestConnection) {
    until_waiting_or(id, observer, || false);
}

/// The same, of a connection that may not wait at all, and whose work is then over.
#[track_caller]
pub fn until_waiting_or(id: i64, observer: &mut TestConnection, is_over: impl Fn() -> bool) {
    let start = Instant::now();
    let mut sightings = 0;
    while sightings < SIGHTINGS && !is_over() {
        assert!(start.elapsed() < DEADLINE, "the connection does not wait");
        thread::sleep(PAUSE);
        sightings = if engine::is_waiting(id, observer) { sightings + 1 } else { 0 };
    }
}
