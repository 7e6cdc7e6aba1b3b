//! `retry_on_conflict`: a transaction that is run again after a conflict. The policy decides how often and after which
//! pauses; the error says what a conflict is.

mod retryable;

use std::thread;
use std::time::{Duration, Instant};

use concurrency_core::RetryPolicy;

use crate::connection::Connection;
use crate::executor::{Blocking, now};
use crate::trace;
use crate::transaction::{self, Ended, Frame};

pub use retryable::Retryable;

/// Runs the closure in a transaction of its own, and again from the start after a conflict.
///
/// After a conflict the transaction is rolled back, and the whole closure runs again. Load the records inside the
/// closure: a record from outside is as stale in the second run as in the first. A [`Tracked`](crate::Tracked) record
/// from outside is worse: if the first run saved it and was rolled back, it still considers itself saved, and the
/// second run sends nothing of it.
///
/// An error is a conflict if [`Retryable`] says so: another writer modified a record, or the engine refused a
/// concurrent write, at a save, at COMMIT or, on SQLite, at BEGIN. When the policy's attempts or its deadline are
/// exhausted, the last such error is returned unchanged. Every other error is returned at once.
///
/// A transaction that the engine no longer has is never run again, because a statement may have committed a part of it.
/// The error is then [`TransactionLost`](crate::ConcurrencyError::TransactionLost), whatever the closure returned. The
/// exception is an error with which the engine itself rolls back, such as a deadlock on MySQL and MariaDB. A deadlock
/// is retried only if it is the only such error and your error type still contains it. We see that if your error holds
/// an error of ours, or if its [`Retryable`] asks ours or Diesel's. Diesel may hide a deadlock in a savepoint of its
/// own, so nest with `transaction_concurrent`. A statement that commits, followed by a deadlock, looks the same to us
/// as a deadlock alone.
///
/// The transaction begins and ends as in [`transaction_concurrent`](crate::transaction_concurrent): it begins with
/// BEGIN IMMEDIATE on SQLite. It never returns `Ok` if the closure swallowed an error after which the engine had
/// dropped the transaction.
///
/// Inside an open transaction it returns an error, because only the outermost transaction can be run again. It detects
/// the transactions that Diesel began, but not a raw BEGIN. In Diesel's `begin_test_transaction` it runs its attempts
/// in savepoints.
///
/// # Errors
///
/// [`AlreadyInTransaction`](diesel::result::Error::AlreadyInTransaction), converted; otherwise as above.
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::{RetryPolicy, retry_on_conflict};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// let mut attempts = 0;
/// retry_on_conflict(conn, &RetryPolicy::default(), |conn| {
///     attempts += 1;
///     let mut article: Article = articles::table.find(1).select(Article::as_select()).first(conn)?;
///     if attempts == 1 {
///         // As if another writer saved the article here.
///         diesel::update(articles::table.find(1)).set(articles::version.eq(2)).execute(conn)?;
///     }
///     article.views += 1;
///     article.save_concurrent(conn)
/// })?;
/// assert_eq!(attempts, 2);
///
/// // A record that was loaded outside stays stale.
/// let (mut mine, mut theirs) = two_copies(conn);
/// theirs.save_concurrent(conn)?;
/// let policy = RetryPolicy::default().max_attempts(3);
/// let result = retry_on_conflict(conn, &policy, |conn| mine.save_concurrent(conn));
/// assert!(result.unwrap_err().is_conflict());
/// # Ok(())
/// # }
/// ```
pub fn retry_on_conflict<C, T, E, F>(conn: &mut C, policy: &RetryPolicy, f: F) -> Result<T, E>
where
    C: Connection,
    E: From<diesel::result::Error> + Retryable,
    F: FnMut(&mut C) -> Result<T, E>,
{
    retry_if(conn, policy, E::is_retryable, f)
}

/// [`retry_on_conflict`] for an error type of another crate: `is_retryable` decides whether the closure runs again.
///
/// The predicate may ask the errors that it finds inside or match their variants. After a deadlock on MySQL and MariaDB
/// the transaction is gone. It is run again only if we see the deadlock: the error holds a
/// [`ConcurrencyError`](crate::ConcurrencyError), or the predicate calls [`Retryable::is_retryable`] of the Diesel
/// error in it.
///
/// # Errors
///
/// As [`retry_on_conflict`].
///
/// # Example
///
/// ```
/// # include!("doctest_setup.rs");
/// use concurrency_diesel::{RetryPolicy, retry_if};
///
/// /// Stands for an error of another crate.
/// #[derive(Debug)]
/// struct Foreign(ConcurrencyError);
/// # impl From<diesel::result::Error> for Foreign {
/// #     fn from(error: diesel::result::Error) -> Self {
/// #         Self(error.into())
/// #     }
/// # }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// let (mut mine, mut theirs) = two_copies(conn);
/// theirs.save_concurrent(conn)?;
///
/// let mut attempts = 0;
/// let is_conflict = |Foreign(error): &Foreign| error.is_retryable();
/// let result = retry_if(conn, &RetryPolicy::default().max_attempts(3), is_conflict, |conn| {
///     attempts += 1;
///     mine.save_concurrent(conn).map_err(Foreign)
/// });
/// assert!(result.unwrap_err().0.is_conflict());
/// assert_eq!(attempts, 3);
/// # Ok(())
/// # }
/// ```
pub fn retry_if<C, T, E, P, F>(conn: &mut C, policy: &RetryPolicy, is_retryable: P, f: F) -> Result<T, E>
where
    C: Connection,
    E: From<diesel::result::Error>,
    P: Fn(&E) -> bool,
    F: FnMut(&mut C) -> Result<T, E>,
{
    transaction::refuse_inside(&mut Blocking::session(conn))?;
    run(conn, policy, is_retryable, f)
}

/// Runs the attempts in transactions, or in savepoints if the connection is in a transaction.
pub(crate) fn run<C, T, E, P, F>(conn: &mut C, policy: &RetryPolicy, is_retryable: P, mut f: F) -> Result<T, E>
where
    C: Connection,
    E: From<diesel::result::Error>,
    P: Fn(&E) -> bool,
    F: FnMut(&mut C) -> Result<T, E>,
{
    let mut attempts = Attempts::of(policy);
    loop {
        let ended = attempt(conn, &is_retryable, &mut f);
        match attempts.pause_after(&ended, &is_retryable) {
            Some(pause) => policy.__sleep().unwrap_or(thread::sleep)(pause),
            None => return ended.outcome,
        }
    }
}

fn attempt<C, T, E>(
    conn: &mut C,
    is_retryable: impl Fn(&E) -> bool,
    f: &mut impl FnMut(&mut C) -> Result<T, E>,
) -> Ended<T, E>
where
    C: Connection,
    E: From<diesel::result::Error>,
{
    let mut frame = match now(Frame::<Blocking<C>, ()>::begin(conn, ())) {
        Ok(frame) => frame,
        Err(error) => return Ended::not_begun(error),
    };
    let (conn, (), refusals) = frame.parts();
    let outcome = refusals.hear(|| f(conn));
    now(frame.end(outcome, |error| transaction::asked(|| is_retryable(error))))
}

/// The attempts made so far under a policy, awaited or not.
pub(crate) struct Attempts<'p> {
    policy: &'p RetryPolicy,
    start: Instant,
    made: u32,
}

impl<'p> Attempts<'p> {
    pub(crate) fn of(policy: &'p RetryPolicy) -> Self {
        Self { policy, start: Instant::now(), made: 0 }
    }

    /// Returns the pause before the next attempt, or `None` if this outcome is the last.
    pub(crate) fn pause_after<T, E>(
        &mut self,
        ended: &Ended<T, E>,
        is_retryable: impl Fn(&E) -> bool,
    ) -> Option<Duration> {
        self.made = self.made.saturating_add(1);
        match &ended.outcome {
            // A transaction that may be committed is not run twice, whatever the predicate says.
            Err(error) if !ended.may_be_committed && is_retryable(error) => {
                let pause = self.policy.pause(self.made, self.start.elapsed(), self.policy.__random())?;
                trace::retry(self.made.saturating_add(1), pause);
                Some(pause)
            }
            _ => None,
        }
    }
}
