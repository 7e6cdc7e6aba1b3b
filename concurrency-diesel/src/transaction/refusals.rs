//! What explains that the engine no longer has a transaction. After a deadlock the engine has rolled back, and the
//! transaction can be run again. After a statement that commits by itself, or a refusal that the closure swallowed, a
//! part of it may be committed.
//!
//! A closure's error may be of any type, so it cannot be asked what it holds. So each refusal that this library returns
//! to a closure is marked, and its mark is dropped with it. If the mark still exists when the closure has ended, the
//! closure's error holds the refusal. What the predicate of a retry asks of our errors tells, too.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};

use diesel::result::{DatabaseErrorInformation, Error};

use crate::backend::ConcurrencyBackend;
use crate::error;

/// How much an error explains, the least first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// Nothing: it did not come from a database, or it no longer exists.
    #[default]
    None,
    /// It came from the database; SQLite may have rolled back with it.
    OfStatement,
    /// The engine rolled back the whole transaction with it.
    OfTransaction,
}

/// What the error of a lost transaction says about the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Explanation {
    /// The engine rolled back with this very error, so nothing is committed.
    RolledBack,
    /// The error is the one to return. What is committed is unknown.
    Told,
    /// The error is about something else. What is committed is unknown, and that must be reported.
    Nothing,
}

thread_local! {
    /// What the innermost closure on this thread was told; `None` outside of a closure.
    static HEARD: RefCell<Option<Refusals>> = const { RefCell::new(None) };
    static ASKED: Cell<Refusal> = const { Cell::new(Refusal::None) };
}

/// The refusals that a closure was told.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    held: Vec<(Weak<()>, Refusal)>,
    /// The worst of those that no longer exist.
    swallowed: Refusal,
}

impl Refusals {
    /// Runs a user's closure, or polls its future, and notes what it is told meanwhile.
    pub(crate) fn hear<R>(&mut self, run: impl FnOnce() -> R) -> R {
        let around = replace(Some(std::mem::take(self)));
        let _hearing = Hearing { refusals: self, around };
        run()
    }

    /// The worst refusal that is still held, and the worst that was swallowed.
    fn told(&self) -> (Refusal, Refusal) {
        let of = |is_held: bool| {
            let some = self.held.iter().filter(move |(mark, _)| (mark.strong_count() > 0) == is_held);
            some.map(|(_, refusal)| *refusal).max().unwrap_or_default()
        };
        (of(true), of(false).max(self.swallowed))
    }

    /// What an error that may hold one of these, or that a predicate asked about, says about a lost transaction.
    pub(crate) fn explanation<DB: ConcurrencyBackend>(&self, asked: Refusal) -> Explanation {
        let (held, swallowed) = self.told();
        let rolls_back = least_that_rolls_back::<DB>();
        match held.max(asked) {
            // A swallowed refusal may be the one that rolled back, and what came after it is then committed.
            _ if swallowed >= rolls_back => Explanation::Nothing,
            Refusal::OfTransaction => Explanation::RolledBack,
            refusal if refusal >= rolls_back => Explanation::Told,
            _ => Explanation::Nothing,
        }
    }

    /// Passes on to the closure around this one what this one was told: its error may become the other's.
    pub(crate) fn pass_on(&mut self) {
        let (_, swallowed) = self.told();
        let held = std::mem::take(&mut self.held).into_iter().filter(|(mark, _)| mark.strong_count() > 0);
        if_heard(|around| {
            around.held.extend(held);
            around.swallowed = around.swallowed.max(swallowed);
        });
    }

    fn note(&mut self, mark: &Arc<()>, refusal: Refusal) {
        (_, self.swallowed) = self.told();
        self.held.retain(|(mark, _)| mark.strong_count() > 0);
        self.held.push((Arc::downgrade(mark), refusal));
    }
}

/// A running closure. A panic ends it, too.
struct Hearing<'r> {
    refusals: &'r mut Refusals,
    around: Option<Refusals>,
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        *self.refusals = replace(self.around.take()).unwrap_or_default();
    }
}

/// Sets what is heard, and returns what was heard before: nothing, while the thread ends.
fn replace(heard: Option<Refusals>) -> Option<Refusals> {
    HEARD.try_with(|cell| cell.replace(heard)).unwrap_or_default()
}

/// Does the work if a closure hears it.
fn if_heard<R>(work: impl FnOnce(&mut Refusals) -> R) -> Option<R> {
    HEARD.try_with(|heard| heard.borrow_mut().as_mut().map(work)).unwrap_or_default()
}

/// Whether a user's closure runs in a transaction of ours on this thread.
pub(crate) fn is_heard() -> bool {
    if_heard(|_| ()).is_some()
}

const fn least_that_rolls_back<DB: ConcurrencyBackend>() -> Refusal {
    if DB::__ERROR_MAY_ROLL_BACK { Refusal::OfStatement } else { Refusal::OfTransaction }
}

/// Whether the engine may have rolled back with this very error.
pub(super) fn explains<DB: ConcurrencyBackend>(error: &Error) -> bool {
    refusal(error) >= least_that_rolls_back::<DB>()
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::DatabaseError(..) if error::ends_transaction(error) => Refusal::OfTransaction,
        Error::DatabaseError(..) if error::is_refused_before_it_runs(error) => Refusal::None,
        Error::DatabaseError(..) => Refusal::OfStatement,
        _ => Refusal::None,
    }
}

/// Marks a database error that a closure is told.
pub(crate) fn marked(error: Error) -> Error {
    let refusal = refusal(&error);
    if refusal == Refusal::None {
        return error;
    }
    let mark = if_heard(|heard| {
        let mark = Arc::new(());
        heard.note(&mark, refusal);
        mark
    });
    match (error, mark) {
        (Error::DatabaseError(kind, information), Some(mark)) => {
            Error::DatabaseError(kind, Box::new(Marked { information, _mark: mark }))
        }
        (error, _) => error,
    }
}

/// Notes that the predicate of a retry asks whether this error can be tried again.
pub(crate) fn note_asked(error: &Error) {
    ASKED.set(ASKED.get().max(refusal(error)));
}

/// The worst of the errors that the predicate asks about.
pub(crate) fn asked(ask: impl FnOnce() -> bool) -> Refusal {
    ASKED.set(Refusal::None);
    let _ = ask();
    ASKED.get()
}

/// What a database said, marked for as long as the error exists.
struct Marked {
    information: Box<dyn DatabaseErrorInformation + Send + Sync>,
    _mark: Arc<()>,
}

impl DatabaseErrorInformation for Marked {
    fn message(&self) -> &str {
        self.information.message()
    }

    fn details(&self) -> Option<&str> {
        self.information.details()
    }

    fn hint(&self) -> Option<&str> {
        self.information.hint()
    }

    fn table_name(&self) -> Option<&str> {
        self.information.table_name()
    }

    fn column_name(&self) -> Option<&str> {
        self.information.column_name()
    }

    fn constraint_name(&self) -> Option<&str> {
        self.information.constraint_name()
    }

    fn statement_position(&self) -> Option<i32> {
        self.information.statement_position()
    }
}
