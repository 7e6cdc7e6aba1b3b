//! Scopes in which records are not checked, or their versions not advanced: guards that count for the thread that holds them.
//!
//! What a save does under a scope is decided where it is sent, not here; here is only known which scopes are in force.

#[cfg(feature = "async")]
pub(crate) mod asynchronous;

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use crate::concurrent::Concurrent;

/// Keeps a scope in force on this thread until it is dropped, by the end of its block, by `?` or by a panic.
///
/// Bind it to a name: `let _ = disable_concurrency();` drops it at once. Guards nest, and may be dropped in any order.
///
/// A guard cannot leave its thread, and neither can a future that holds one across an `.await`; `asynchronous` has adapters
/// for futures.
///
/// ```compile_fail,E0277
/// let scope = concurrency_diesel::disable_concurrency();
/// std::thread::spawn(move || drop(scope));
/// ```
#[must_use = "the scope ends when its guard is dropped; bind it to a name, such as `_scope`"]
#[derive(Debug)]
pub struct ScopeGuard {
    scope: Scope,
    /// Not `Send`: the scope belongs to the thread that began it.
    thread: PhantomData<*const ()>,
}

/// One scope in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scope {
    switch: Switch,
    /// The kind of record it is about; all kinds if none.
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
    /// Concurrency is disabled: the version is not checked, and advances all the more, or nobody would notice the write.
    Unchecked,
    /// The increment is disabled: the version is checked and stays.
    WithoutIncrement,
}

thread_local! {
    /// How many scopes are in force. Apart from the list, so that a save outside every scope reads one number.
    static IN_FORCE: Cell<usize> = const { Cell::new(0) };
    static SCOPES: RefCell<Vec<Scope>> = const { RefCell::new(Vec::new()) };
}

/// The rule for records of the type `T` on this thread, now. All writes ask here, once, when they begin.
#[inline]
pub(crate) fn rule<T: Concurrent>() -> Rule {
    if IN_FORCE.get() == 0 { Rule::Ordinary } else { rule_for(TypeId::of::<T::__StatementId>()) }
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

impl ScopeGuard {
    fn enter(switch: Switch, record: Option<TypeId>) -> Self {
        let scope = Scope { switch, record };
        change(|scopes| scopes.push(scope));
        Self { scope, thread: PhantomData }
    }
}

impl Drop for ScopeGuard {
    /// Takes one scope of its kind off the list: which of several equal ones makes no difference, so any order is right.
    fn drop(&mut self) {
        change(|scopes| {
            if let Some(index) = scopes.iter().position(|scope| *scope == self.scope) {
                scopes.swap_remove(index);
            }
        });
    }
}

/// Changes the list, if it is still there: a guard that is itself kept in a thread local can outlive it.
fn change(work: impl FnOnce(&mut Vec<Scope>)) {
    let _ = SCOPES.try_with(|scopes| {
        let mut scopes = scopes.borrow_mut();
        work(&mut scopes);
        IN_FORCE.set(scopes.len());
    });
}

fn record<T: Concurrent>() -> Option<TypeId> {
    Some(TypeId::of::<T::__StatementId>())
}

/// Until the guard is dropped no record on this thread is checked against its row's version.
///
/// For imports, repairs and tests that must win. Nobody else's check is weakened: versions still advance, from the row's, so
/// whoever holds another copy notices the write. There is no switch for the whole process.
///
/// | method | in the scope |
/// |---|---|
/// | [`save_concurrent`], [`save_without_increment`] | is [`save_unchecked`], of a [`Tracked`](crate::Tracked) record with a change, too |
/// | [`touch_concurrent`], [`update_concurrent`] | advance from the row's version, whatever the record's is; a SELECT of it and the guarded UPDATE, anew while others move it in between |
/// | [`delete_concurrent`], [`delete_if_exists`] | `DELETE … WHERE id = ?`, whatever the version |
/// | the methods of [`BulkConcurrentDsl`](crate::BulkConcurrentDsl) | the same for each record, by a statement for each |
/// | [`check_concurrent`], [`lock_concurrent`] | refuse only what was deleted; the lock is taken |
/// | [`is_changed`] and the methods that read | as ever: they answer, and refuse nothing |
///
/// A row that is gone stays gone: that is [`RecordDeleted`](crate::ConcurrencyError::RecordDeleted) in a scope, too. Inside of this scope
/// [`disable_increment`] has no effect: what is neither checked nor counted is a lost update.
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
/// {
///     let _scope = disable_concurrency();
///     mine.save_concurrent(conn)?;
///     assert_eq!(mine.version, 3);
/// }
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
pub fn disable_concurrency() -> ScopeGuard {
    ScopeGuard::enter(Switch::Concurrency, None)
}

/// [`disable_concurrency`] for records of the type `T` alone; another struct over the same table is checked as ever.
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
/// let _scope = disable_concurrency_for::<Article>();
/// mine.save_concurrent(conn)?;
/// assert!(title.save_concurrent(conn).unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn disable_concurrency_for<T: Concurrent>() -> ScopeGuard {
    ScopeGuard::enter(Switch::Concurrency, record::<T>())
}

/// Until the guard is dropped every [`save_concurrent`](crate::ConcurrentDsl::save_concurrent) on this thread is
/// [`save_without_increment`](crate::ConcurrentDsl::save_without_increment): checked, and the version stays.
///
/// For changes that are nobody's conflict, such as filling a new column. `touch_concurrent` advances as ever, because it does nothing
/// else, and so does `update_concurrent`, because the record that it leaves stale could otherwise be saved over the change.
/// `save_unchecked` advances because nothing else tells of it, and so do all saves under [`disable_concurrency`]. Where every write counts,
/// with a trigger or xmin, a save is an ordinary one here, too.
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
/// {
///     let _scope = disable_increment();
///     mine.save_concurrent(conn)?;
///     assert_eq!(mine.version, 1);
/// }
/// theirs.save_concurrent(conn)?; // does not notice
///
/// let _scope = disable_increment();
/// assert!(mine.save_concurrent(conn).unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn disable_increment() -> ScopeGuard {
    ScopeGuard::enter(Switch::Increment, None)
}

/// [`disable_increment`] for records of the type `T` alone; another struct over the same table is counted as ever.
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
/// let scope = disable_increment_for::<Article>();
/// mine.save_concurrent(conn)?;
/// assert_eq!(mine.version, 1);
///
/// drop(scope);
/// mine.save_concurrent(conn)?;
/// assert_eq!(mine.version, 2);
/// # Ok(())
/// # }
/// ```
pub fn disable_increment_for<T: Concurrent>() -> ScopeGuard {
    ScopeGuard::enter(Switch::Increment, record::<T>())
}
