//! Scopes in which records are not checked, or their versions not advanced.
//!
//! A scope is a call: it begins and ends with the closure that it runs, on the thread that runs it. A guard could be
//! held across an `.await`, and would then disable the checks of every other task on its thread.
//!
//! This file only knows which scopes are in force. The code that sends a save decides what the save does in a scope.

#[cfg(feature = "async")]
pub(crate) mod asynchronous;

use std::any::TypeId;
use std::cell::{Cell, RefCell};

use crate::concurrent::Concurrent;

/// One scope that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scope {
    switch: Switch,
    /// The type of the records that it is about; `None` for every type.
    record: Option<TypeId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Switch {
    Concurrency,
    Increment,
}

/// How records are saved under the scopes in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// No scope is about them: the version is checked and advances.
    Ordinary,
    /// Concurrency is disabled: the version is not checked, but advances, so that other writers notice the write.
    Unchecked,
    /// The increment is disabled: the version is checked and stays.
    WithoutIncrement,
}

thread_local! {
    /// How many scopes are in force. It is kept apart from the list, so that a save outside of every scope reads one
    /// number.
    static IN_FORCE: Cell<usize> = const { Cell::new(0) };
    /// The scopes in force, the innermost last.
    static SCOPES: RefCell<Vec<Scope>> = const { RefCell::new(Vec::new()) };
}

/// The rule for records of the type `T` on this thread, now. Every write reads it once, when it begins.
#[inline]
pub(crate) fn rule<T: Concurrent>() -> Rule {
    if IN_FORCE.get() == 0 { Rule::Ordinary } else { rule_for(T::__record_type()) }
}

#[cold]
fn rule_for(record: TypeId) -> Rule {
    if is_disabled(Switch::Concurrency, record) {
        Rule::Unchecked
    } else if is_disabled(Switch::Increment, record) {
        Rule::WithoutIncrement
    } else {
        Rule::Ordinary
    }
}

fn is_disabled(switch: Switch, record: TypeId) -> bool {
    let is_about = |scope: &Scope| scope.switch == switch && scope.record.is_none_or(|only| only == record);
    // What runs when the thread ends, after the list is gone, is outside of every scope.
    SCOPES.try_with(|scopes| scopes.borrow().iter().any(is_about)).unwrap_or(false)
}

impl Scope {
    fn new(switch: Switch) -> Self {
        Self { switch, record: None }
    }

    fn of<T: Concurrent>(switch: Switch) -> Self {
        Self { switch, record: Some(T::__record_type()) }
    }

    /// Does the work in this scope, which ends with the work, also by a panic.
    fn during<R>(self, work: impl FnOnce() -> R) -> R {
        change(|scopes| scopes.push(self));
        let _end = End;
        work()
    }
}

/// Ends the innermost scope.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        change(|scopes| {
            scopes.pop();
        });
    }
}

/// Changes the list, if it still exists: it is gone in what runs when the thread ends.
fn change(work: impl FnOnce(&mut Vec<Scope>)) {
    let _ = SCOPES.try_with(|scopes| {
        let mut scopes = scopes.borrow_mut();
        work(&mut scopes);
        IN_FORCE.set(scopes.len());
    });
}

/// Runs the closure, and checks no record that it saves on this thread against its row's version. Returns what the
/// closure returns.
///
/// Use it for imports, repairs and tests that must win. The checks of other writers stay as strong as before: a save
/// still advances the version, from the row's, so that the holder of another copy notices the write. The scope ends
/// with the closure, also by `?` and by a panic. Scopes nest. Other threads are not affected, and there is no switch
/// for the whole process.
///
/// | method | in the scope |
/// |---|---|
/// | [`save_concurrent`], [`save_without_increment`] | is [`save_unchecked`], also of a [`Tracked`](crate::Tracked) record that has a change |
/// | [`touch_concurrent`], [`update_concurrent`] | reads the version, updates guarded by it, and repeats if another writer comes between. The record's own version does not matter |
/// | [`delete_concurrent`], [`delete_if_exists`] | `DELETE … WHERE id = ?`, whatever the version |
/// | the methods of [`BulkConcurrentDsl`](crate::BulkConcurrentDsl) | the same for each record, by a statement for each |
/// | [`check_concurrent`], [`lock_concurrent`] | refuse only a deleted row; the lock is taken |
/// | [`is_changed`] and the methods that read | do the same as outside |
///
/// A deleted row stays deleted, and is [`RecordDeleted`](crate::ConcurrencyError::RecordDeleted) in a scope, too.
/// [`disable_increment`] has no effect inside this scope, because a save that is neither checked nor counted would lose
/// updates.
///
/// A future that the closure returns runs after the scope has ended, so its saves are checked. In awaited code use the
/// adapter of the same name in the module `asynchronous`.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// use concurrency_diesel::disable_concurrency;
///
/// let (mut mine, mut theirs) = two_copies(conn);
/// theirs.save_concurrent(conn)?;
/// assert!(mine.save_concurrent(conn).unwrap_err().is_conflict());
///
/// disable_concurrency(|| mine.save_concurrent(conn))?;
/// assert_eq!(mine.version, 3);
/// assert!(theirs.save_concurrent(conn).unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
///
/// [`save_concurrent`]: crate::ConcurrentDsl::save_concurrent
/// [`save_unchecked`]: crate::ConcurrentDsl::save_unchecked
/// [`save_without_increment`]: crate::ConcurrentDsl::save_without_increment
/// [`touch_concurrent`]: crate::ConcurrentDsl::touch_concurrent
/// [`update_concurrent`]: crate::ConcurrentDsl::update_concurrent
/// [`delete_concurrent`]: crate::ConcurrentDsl::delete_concurrent
/// [`delete_if_exists`]: crate::ConcurrentDsl::delete_if_exists
/// [`check_concurrent`]: crate::ConcurrentDsl::check_concurrent
/// [`lock_concurrent`]: crate::ConcurrentDsl::lock_concurrent
/// [`is_changed`]: crate::ConcurrentDsl::is_changed
pub fn disable_concurrency<R>(work: impl FnOnce() -> R) -> R {
    Scope::new(Switch::Concurrency).during(work)
}

/// [`disable_concurrency`] for records of the type `T` only.
///
/// Records of every other type are checked as usual. Another struct over the same table is another type, and so is the
/// same generic struct with other type arguments. Lifetimes make no difference.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// use concurrency_diesel::disable_concurrency_for;
///
/// #[derive(Debug, Concurrent)]
/// #[diesel(table_name = articles)]
/// struct Title {
///     id: i64,
///     title: String,
///     #[concurrent(version)]
///     version: i64,
/// }
///
/// let (mut mine, mut theirs) = two_copies(conn);
/// let mut title = Title { id: mine.id, title: "form".to_owned(), version: mine.version };
/// theirs.save_concurrent(conn)?;
///
/// disable_concurrency_for::<Article, _>(|| {
///     assert!(title.save_concurrent(conn).unwrap_err().is_conflict());
///     mine.save_concurrent(conn)
/// })?;
/// # Ok(())
/// # }
/// ```
pub fn disable_concurrency_for<T: Concurrent, R>(work: impl FnOnce() -> R) -> R {
    Scope::of::<T>(Switch::Concurrency).during(work)
}

/// Runs the closure, in which every [`save_concurrent`](crate::ConcurrentDsl::save_concurrent) is a
/// [`save_without_increment`](crate::ConcurrentDsl::save_without_increment): the version is checked and stays. Returns
/// what the closure returns.
///
/// Use it for changes that need not conflict, such as filling a new column. It begins and ends as
/// [`disable_concurrency`] does.
///
/// `touch_concurrent` advances as usual, because it does nothing else. `update_concurrent` advances, too, because the
/// record that it leaves stale could otherwise be saved over the change. `save_unchecked` advances because nothing else
/// shows its write, and so do all saves under [`disable_concurrency`]. If every write counts, with a trigger or xmin, a
/// save is an ordinary one here, too.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// use concurrency_diesel::disable_increment;
///
/// let (mut mine, mut theirs) = two_copies(conn);
/// disable_increment(|| mine.save_concurrent(conn))?;
/// assert_eq!(mine.version, 1);
///
/// theirs.save_concurrent(conn)?; // does not notice
/// assert!(disable_increment(|| mine.save_concurrent(conn)).unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn disable_increment<R>(work: impl FnOnce() -> R) -> R {
    Scope::new(Switch::Increment).during(work)
}

/// [`disable_increment`] for records of the type `T` only. Types are told apart as by [`disable_concurrency_for`].
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// use concurrency_diesel::disable_increment_for;
///
/// let (mut mine, _) = two_copies(conn);
/// disable_increment_for::<Article, _>(|| mine.save_concurrent(conn))?;
/// assert_eq!(mine.version, 1);
///
/// mine.save_concurrent(conn)?;
/// assert_eq!(mine.version, 2);
/// # Ok(())
/// # }
/// ```
pub fn disable_increment_for<T: Concurrent, R>(work: impl FnOnce() -> R) -> R {
    Scope::of::<T>(Switch::Increment).during(work)
}
