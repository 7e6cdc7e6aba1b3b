//! The way for an engine whose statements report only how many rows they wrote. It locks and compares the rows first,
//! and sends only the records that are current.

use concurrency_core::{Advance, VersionField};
use diesel::result::QueryResult;

use super::Write;
use super::batch::cut;
use super::cases;
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
use crate::table::CatalogFacts;

/// Locks the rows in the order of the items and writes those that are at their records' versions.
///
/// If fewer or more rows were written, the records become suspects: two keys that differ here name one row there, or a
/// row went with another.
pub(super) async fn write<T, E>(
    items: &[Item<'_, T>],
    what: Write,
    chunk: usize,
    table: &CatalogFacts,
    session: &mut Session<'_, E>,
) -> Result<Outcome<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let mut outcome = Outcome::new();
    for part in parts::<T, E>(items, what, chunk)? {
        let found = found_versions::<T, E, ForUpdate>(part, session).await?;
        let mut current = Vec::with_capacity(part.len());
        for (item, found) in part.iter().zip(found) {
            match found {
                Some(found) if outcome::is_current(item.source.record, &found) => current.push(*item),
                found => outcome.refused.push(refusal::<T, E::Backend>(*item, found.as_ref())),
            }
        }
        let next = super::next_versions::<T, E>(&current, what)?;
        if write_current(&current, &next, what, chunk, table, session).await? != current.len() {
            outcome.suspects.extend(current.iter().map(|item| item.index));
            return Ok(outcome);
        }
        match (what, T::VersionField::__ADVANCE) {
            (Write::Delete, _) => {}
            (Write::Save, Advance::Assigned) => {
                outcome.versions.extend(current.iter().map(|item| item.index).zip(next));
            }
            (Write::Save, Advance::IfChanged | Advance::ByDatabase) => {
                // The rows are locked, so what they hold now was written here.
                let versions = found_versions::<T, E, Committed>(&current, session).await?;
                let versions = current.iter().zip(versions).filter_map(|(item, version)| Some((item.index, version?)));
                outcome.versions.extend(versions);
            }
        }
    }
    Ok(outcome)
}

/// The records of each statement. A DELETE sends keys and versions only.
fn parts<'i, 'b, T, E>(items: &'i [Item<'b, T>], what: Write, chunk: usize) -> QueryResult<Vec<&'i [Item<'b, T>]>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match what {
        Write::Save => cut::<T, E::Backend>(items, chunk),
        Write::Delete => Ok(items.chunks(chunk).collect()),
    }
}

/// Writes records whose rows are locked, and returns the number of rows.
async fn write_current<T, E>(
    current: &[Item<'_, T>],
    next: &[T::Version],
    what: Write,
    chunk: usize,
    table: &CatalogFacts,
    session: &mut Session<'_, E>,
) -> QueryResult<usize>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let mut rows: usize = 0;
    if cases::are_possible::<T, E>(what, table) {
        for (part, next) in current.chunks(cases::CHUNK).zip(next.chunks(cases::CHUNK)) {
            rows = rows.saturating_add(cases::send(part, next, session).await?);
        }
    } else if !current.is_empty() {
        rows = send(current, next, what, current.len() == chunk, session).await?;
    }
    Ok(rows)
}

/// Not an `async fn`: the statement must not live across an await, because nothing says that it is `Send`.
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
            // Constants choose the statement, so a program contains only the statements of its own version fields.
            if const { matches!(T::VersionField::__ADVANCE, Advance::ByDatabase) } {
                return session.execute(JoinedUpdate::<T, _, LeaveVersion>::new(records));
            }
            if const { matches!(T::VersionField::__ADVANCE, Advance::IfChanged) } {
                return session.execute(JoinedUpdate::<T, _, BumpIfChanged>::new(records));
            }
            session.execute(JoinedUpdate::<T, _, AssignNext>::new(records))
        }
    }
}
