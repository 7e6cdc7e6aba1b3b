//! Two writers in an order that the test decides. The writers decide what they write, and on which connections.

use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A writer that has the turn and does not pass it on for this long is assumed to wait for a lock of the other's.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs two writers, each on its own thread, one at a time: the first until it [passes](Turn::pass) the turn, then the
/// second, and so on. When one has ended, the other runs to its end.
///
/// A writer whose statement waits for a lock that the other holds cannot pass the turn on. After half a second the
/// other gets the turn back without that, so you can interleave an uncommitted transaction, too. If a writer panics,
/// for example at a failed assertion, the panic goes on here when both have ended.
///
/// # Example
///
/// ```
/// # include!("../doctest_setup.rs");
/// use concurrency_diesel::testing::interleave;
/// use diesel::connection::SimpleConnection;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = folder.path().join("articles.sqlite").display().to_string();
/// # let create = "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, views INTEGER NOT NULL, version BIGINT NOT NULL);
/// #     INSERT INTO articles VALUES (1, 'first', 0, 1);";
/// # SqliteConnection::establish(&url)?.batch_execute(create)?;
/// let load = |conn: &mut SqliteConnection| articles::table.find(1).select(Article::as_select()).first::<Article>(conn);
/// let mut ada = SqliteConnection::establish(&url)?;
/// let mut bob = SqliteConnection::establish(&url)?;
///
/// let (ada, bob) = interleave(
///     |turn| {
///         let mut article = load(&mut ada).unwrap();
///         turn.pass(); // Bob loads and saves
///         article.save_concurrent(&mut ada)
///     },
///     |_| load(&mut bob).unwrap().save_concurrent(&mut bob),
/// );
/// bob?;
/// assert!(ada.unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn interleave<A, B>(first: impl FnOnce(&Turn<'_>) -> A + Send, second: impl FnOnce(&Turn<'_>) -> B + Send) -> (A, B)
where
    A: Send,
    B: Send,
{
    let table = Table::default();
    thread::scope(|scope| {
        let first = scope.spawn(|| first(&Turn { table: &table, writer: Writer::First }));
        let second = scope.spawn(|| {
            let turn = Turn { table: &table, writer: Writer::Second };
            turn.wait_for_the_first();
            second(&turn)
        });
        match (first.join(), second.join()) {
            (Ok(first), Ok(second)) => (first, second),
            (Err(panic), _) | (_, Err(panic)) => resume_unwind(panic),
        }
    })
}

/// A writer's turn in [`interleave`].
#[derive(Debug)]
pub struct Turn<'t> {
    table: &'t Table,
    writer: Writer,
}

impl Turn<'_> {
    /// Lets the other writer run until it passes the turn back or ends, or for half a second if it waits for a lock.
    pub fn pass(&self) {
        let mut state = self.table.lock();
        state.turn = self.writer.other();
        self.table.changed.notify_all();
        let waited = self.table.changed.wait_timeout_while(state, PATIENCE, |state| !self.may_run(state));
        waited.unwrap_or_else(PoisonError::into_inner).0.turn = self.writer;
    }

    fn wait_for_the_first(&self) {
        let waited = self.table.changed.wait_while(self.table.lock(), |state| !self.may_run(state));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn may_run(&self, state: &State) -> bool {
        state.turn == self.writer || state.ended == Some(self.writer.other())
    }
}

impl Drop for Turn<'_> {
    /// When the writer ends, even by a panic, the turn is the other's for good.
    fn drop(&mut self) {
        let mut state = self.table.lock();
        state.turn = self.writer.other();
        state.ended = Some(self.writer);
        self.table.changed.notify_all();
    }
}

/// What the two writers share.
#[derive(Debug, Default)]
struct Table {
    state: Mutex<State>,
    changed: Condvar,
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct State {
    turn: Writer,
    /// The last writer that ended.
    ended: Option<Writer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Writer {
    #[default]
    First,
    Second,
}

impl Writer {
    const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}
