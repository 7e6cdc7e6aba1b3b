//! The way of an engine whose statements say only how many rows they wrote: the rows are locked and compared first, and only the
//! records that are current are sent.

use concurrency_core::{Advance, VersionField};
use diesel::result::QueryResult;

use super::Write;
use super::cases::{self, Cases};
use super::outcome::{Outcome, refusal};
use super::versions::found_versions;
use crate::concurrent::ConcurrentOn;
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::outcome;
use crate::statement::bulk::{
    AssignNext, BumpIfChanged, Item, JoinedDelete, JoinedUpdate, LeaveVersion, Parts, Tuples,
};
use crate::statement::{Committed, ForUpdate};

/// Locks the rows in the order of the items and writes those that are at their records' versions.
pub(super) async fn write<T, E>(
    items: &[Item<'_, T>],
    what: Write,
    chunk: usize,
    session: &mut Session<'_, E>,
) -> Result<Outcome<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let mut outcome = Outcome::new();
    let mut cases = Cases::of::<T, E>(what)?;
    for part in items.chunks(chunk) {
        let found = found_versions::<T, E, ForUpdate>(part, session).await?;
        let mut current = Vec::with_capacity(part.len());
        for (item, found) in part.iter().zip(found) {
            match found {
                Some(found) if outcome::is_current(item.source.record, &found) => current.push(*item),
                found => outcome.refused.push(refusal::<T, E::Backend>(*item, found.as_ref())),
            }
        }
        let next = super::next_versions::<T, E>(&current, what)?;
        let Some(first) = current.first() else { continue };
        let size = cases.chunk(&current, session).await?;
        let (parts, next_parts) = (current.chunks_exact(size), next.chunks_exact(size));
        let (rest, next_rest) = (parts.remainder(), next_parts.remainder());
        let mut rows: usize = 0;
        for (part, next) in parts.zip(next_parts) {
            rows = rows.saturating_add(cases::send(part, next, session).await?);
        }
        if !rest.is_empty() {
            rows = rows.saturating_add(send(rest, next_rest, what, rest.len() == chunk, session).await?);
        }
        if rows != current.len() {
            // Keys that are different here and the same there, by the collation of their column.
            return Err(outcome::ambiguous_key::<T, E::Backend>(first.source.record, rows));
        }
        match (what, T::VersionField::__ADVANCE) {
            (Write::Delete, _) => {}
            (Write::Save, Advance::Assigned) => {
                outcome.versions.extend(current.iter().map(|item| item.index).zip(next));
            }
            (Write::Save, Advance::IfChanged | Advance::ByDatabase) => {
                // The rows are locked, so that what they hold is what was written here.
                let versions = found_versions::<T, E, Committed>(&current, session).await?;
                let versions = current.iter().zip(versions).filter_map(|(item, version)| Some((item.index, version?)));
                outcome.versions.extend(versions);
            }
        }
    }
    Ok(outcome)
}

/// No `async fn`: the statement must not live while the answer is awaited, because nothing says that it is `Send`.
fn send<'a, T, E>(
    items: &'a [Item<'a, T>],
    next: &'a [T::Version],
    what: Write,
    is_full: bool,
    session: &'a mut Session<'_, E>,
) -> E::Future<'a, QueryResult<usize>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match what {
        Write::Delete => {
            let records = Tuples::new(items, Parts::Versions, is_full);
            session.execute(JoinedDelete::<T, _>::new(records))
        }
        Write::Save => {
            let records = Tuples::new(items, Parts::Columns { next }, is_full);
            match T::VersionField::__ADVANCE {
                Advance::Assigned => session.execute(JoinedUpdate::<T, _, AssignNext>::new(records)),
                Advance::IfChanged => session.execute(JoinedUpdate::<T, _, BumpIfChanged>::new(records)),
                Advance::ByDatabase => session.execute(JoinedUpdate::<T, _, LeaveVersion>::new(records)),
            }
        }
    }
}
