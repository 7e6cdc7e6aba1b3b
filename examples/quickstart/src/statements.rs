//! Prints each statement that a connection sends, and counts them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Connection, InstrumentationEvent};
use diesel::sqlite::SqliteConnection;

/// The number of statements that a connection sent.
pub(crate) struct Statements(Arc<AtomicUsize>);

impl Statements {
    /// Prints every statement from now on.
    pub(crate) fn print(conn: &mut SqliteConnection) -> Self {
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                counter.fetch_add(1, Ordering::Relaxed);
                println!("  {query}");
            }
        });
        Self(sent)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
