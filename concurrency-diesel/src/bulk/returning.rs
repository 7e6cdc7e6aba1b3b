//! The way for an engine whose statements return what they wrote: one statement, and a second only if a record was
//! refused.

use concurrency_core::{Advance, VersionField};
use diesel::query_builder::QueryId;
use diesel::result::QueryResult;

use super::Write;
use super::outcome::{Outcome, by_item, refusal};
use super::versions::{Answers, found_versions};
use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::outcome::is_current;
use crate::statement::bulk::{
    Arrays, AssignNext, BumpIfChanged, DeleteAll, Item, LeaveVersion, Parts, Records, Tuples, UpdateAll,
};
use crate::statement::{Committed, Deletes, Updates};
use crate::turning;

/// Writes the records, and finds out why the others were refused.
pub(super) async fn write<T, E>(
    items: &[Item<'_, T>],
    what: Write,
    chunk: Option<usize>,
    session: &mut Session<'_, E>,
) -> Result<Outcome<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let mut outcome = Outcome::new();
    let mut moved = Vec::new();
    let refused = |(item, found): (Item<'_, T>, Option<T::Version>)| refusal::<T, E::Backend>(item, found.as_ref());
    for part in items.chunks(chunk.unwrap_or(items.len()).max(1)) {
        let next = super::next_versions::<T, E>(part, what)?;
        let answers = match chunk {
            None => send_arrays(part, &next, what, session)?.await?,
            Some(chunk) => send_tuples(part, &next, what, part.len() == chunk, session).await?,
        };
        let written = by_item::<T, E::Backend>(part, answers)?;
        let mut missing = Vec::new();
        for (item, version) in part.iter().zip(written) {
            match (version, what) {
                (Some(version), Write::Save) => outcome.versions.push((item.index, version)),
                (Some(_), Write::Delete) => {}
                (None, _) => missing.push(*item),
            }
        }
        if missing.is_empty() {
            continue;
        }
        let found = found_versions::<T, E, Committed>(&missing, session).await?;
        let (unmoved, others): (Vec<_>, Vec<_>) = missing
            .into_iter()
            .zip(found)
            .partition(|(item, found)| found.as_ref().is_some_and(|found| is_current(item.source.record, found)));
        outcome.refused.extend(unmoved.into_iter().map(refused));
        moved.extend(others);
    }
    // A trigger or a rule may have written the row instead: then it is unknown who moved its version.
    if !moved.is_empty() && is_turned::<T, E>(what, session).await? {
        outcome.suspects.extend(moved.iter().map(|(item, _)| item.index));
    } else {
        outcome.refused.extend(moved.into_iter().map(refused));
    }
    Ok(outcome)
}

/// Whether a trigger or a rule may replace such a write by another.
async fn is_turned<T, E>(what: Write, session: &mut Session<'_, E>) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match what {
        Write::Save => turning::is_turned::<T, E, Updates>(session).await,
        Write::Delete => turning::is_turned::<T, E, Deletes>(session).await,
    }
}

/// Not an `async fn`: the statement must not live across an await, because nothing says that it is `Send`.
fn send_arrays<'a, T, E>(
    items: &[Item<'a, T>],
    next: &'a [T::Version],
    what: Write,
    session: &'a mut Session<'_, E>,
) -> QueryResult<Answers<'a, T, E>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    Ok(match what {
        Write::Delete => {
            let records = Arrays::new(items, Parts::Versions)?;
            T::Version::__load_numbered(DeleteAll::<T, _>::new(records), session)
        }
        Write::Save => {
            let records = Arrays::new(items, Parts::Columns { next })?;
            update_all::<T, E, _>(records, session)
        }
    })
}

/// Sends the UPDATE of these records. Constants choose it, so a program contains only the statements of its own version
/// fields.
fn update_all<'a, T, E, R>(records: R, session: &'a mut Session<'_, E>) -> Answers<'a, T, E>
where
    E: Executor,
    T: ConcurrentOn<E::Backend> + 'a,
    R: Records<E::Backend> + 'a,
    UpdateAll<T, R, AssignNext>: QueryId,
    UpdateAll<T, R, BumpIfChanged>: QueryId,
    UpdateAll<T, R, LeaveVersion>: QueryId,
{
    if const { matches!(T::VersionField::__ADVANCE, Advance::ByDatabase) } {
        return T::Version::__load_numbered(UpdateAll::<T, _, LeaveVersion>::new(records), session);
    }
    if const { matches!(T::VersionField::__ADVANCE, Advance::IfChanged) } {
        return T::Version::__load_numbered(UpdateAll::<T, _, BumpIfChanged>::new(records), session);
    }
    T::Version::__load_numbered(UpdateAll::<T, _, AssignNext>::new(records), session)
}

fn send_tuples<'a, T, E>(
    items: &'a [Item<'a, T>],
    next: &'a [T::Version],
    what: Write,
    is_full: bool,
    session: &'a mut Session<'_, E>,
) -> Answers<'a, T, E>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match what {
        Write::Delete => {
            let records = Tuples::new(items, Parts::Versions, is_full);
            T::Version::__load_numbered(DeleteAll::<T, _>::new(records), session)
        }
        Write::Save => {
            let records = Tuples::new(items, Parts::Columns { next }, is_full);
            update_all::<T, E, _>(records, session)
        }
    }
}
