//! How a retry waits. The policy decides how long.

use std::future::Future;
use std::time::Duration;

/// A runtime's way to wait. Every function from a [`Duration`] to a future that is ready after that time implements it.
pub trait Sleep: Send + Sync {
    /// Waits.
    fn sleep(&self, pause: Duration) -> impl Future<Output = ()> + Send;
}

impl<F, W> Sleep for F
where
    F: Fn(Duration) -> W + Send + Sync,
    W: Future<Output: Send> + Send,
{
    async fn sleep(&self, pause: Duration) {
        self(pause).await;
    }
}

/// Waits with [`tokio::time::sleep`], in a tokio runtime whose timers are enabled.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioSleep;

impl Sleep for TokioSleep {
    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}
