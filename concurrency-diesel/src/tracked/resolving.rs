//! The save that asks at a conflict, of a record that may be in doubt: what became of its last write is found out before anybody
//! is asked.

use super::{Trackable, TrackedRecord, fields};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::load::{self, LoadableBy};
use crate::resolve::{self, Conflict, Resolution};

/// Saves the record, unless it is saved already, and asks at every conflict.
pub(crate) async fn save_resolving<T, M, E, F>(
    tracked: &mut TrackedRecord<T, M>,
    resolver: F,
    session: &mut Session<'_, E>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: Trackable + ConcurrentOn<E::Backend> + Concurrent<Version: Clone> + LoadableBy<E> + Clone,
    TrackedRecord<T, M>: LoadableBy<E> + Clone,
    F: FnMut(Conflict<TrackedRecord<T, M>>) -> Resolution<TrackedRecord<T, M>>,
{
    if !tracked.in_doubt.is_empty() {
        let row = load::current(&tracked.record, session).await?;
        if let Some(row) = row.filter(|row| tracked.attempt_at(row).is_some()) {
            tracked.rebase(row);
            if fields::changed_columns(&tracked.base, &tracked.record).is_empty() {
                return Ok(());
            }
        }
    }
    resolve::save_resolving(tracked, resolver, session).await
}
