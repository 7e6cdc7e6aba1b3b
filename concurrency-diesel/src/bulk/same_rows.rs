//! Finds two records of a batch that name one row by different keys: a collation calls texts equal, or 1.5 is 1.50.
//! Only the database knows.

use std::collections::{HashMap, HashSet};

use diesel::result::QueryResult;

use super::BulkError;
use super::batch::same_key;
use super::outcome::{Outcome, position};
use super::versions::found_versions;
use super::way::Way;
use crate::backend::{Bulk, ConcurrencyBackend as _};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::outcome::{is_current, version_value};
use crate::scope::{self, Rule};
use crate::statement::Committed;
use crate::statement::bulk::{Arrays, Item, Parts, SameRows, Tuples, has_equal_keys};

/// How many records are queried at once if they are sent as tuples: this many suspects, with this many others.
const SUSPECTS: usize = 100;
const OTHERS: usize = 300;

/// Refuses the batch if one record met a row that another record of the batch had written, whether or not that write
/// moved the version.
pub(super) async fn refuse_after<T, E>(
    items: &[Item<'_, T>],
    outcome: &Outcome<T::Version>,
    session: &mut Session<'_, E>,
) -> Result<(), BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if !has_equal_keys::<T, E::Backend>()? {
        return Ok(());
    }
    let (mut suspects, written) = suspects::<T, E>(items, outcome);
    suspects.extend(overwritten(&written, outcome, session).await?);
    refuse(&suspects, &written, session).await
}

/// The records whose rows no longer have the version that the batch gave them: another record of the batch expected
/// just that version, or, unchecked, any.
async fn overwritten<'b, T, E>(
    written: &[Item<'b, T>],
    outcome: &Outcome<T::Version>,
    session: &mut Session<'_, E>,
) -> Result<Vec<Item<'b, T>>, BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let text = |version: &T::Version| version_value::<T>(version).to_string();
    let given: HashMap<usize, &T::Version> =
        outcome.versions.iter().map(|(index, version)| (*index, version)).collect();
    let expected: HashSet<String> = written.iter().map(|item| text(item.source.record.__version())).collect();
    let is_checked = scope::rule::<T>() != Rule::Unchecked;
    let may_be_overwritten = |item: &&Item<'b, T>| {
        !is_checked || given.get(&item.index).is_some_and(|version| expected.contains(&text(version)))
    };
    let asked: Vec<_> = written.iter().filter(may_be_overwritten).copied().collect();
    if asked.is_empty() {
        return Ok(asked);
    }
    let found = found_versions::<T, E, Committed>(&asked, session).await?;
    let is_another = |item: &Item<'b, T>, found: Option<T::Version>| match (given.get(&item.index), found) {
        (Some(given), Some(found)) => text(given) != text(&found),
        _ => true,
    };
    Ok(asked.into_iter().zip(found).filter_map(|(item, found)| is_another(&item, found).then_some(item)).collect())
}

/// The records that may name a row that another record of the batch has written, and the records that were written.
fn suspects<'b, T, E>(items: &[Item<'b, T>], outcome: &Outcome<T::Version>) -> (Vec<Item<'b, T>>, Vec<Item<'b, T>>)
where
    E: Executor,
    T: Concurrent,
{
    let written: HashMap<usize, &T::Version> =
        outcome.versions.iter().map(|(index, version)| (*index, version)).collect();
    // The versions of the rows after the write and, if the rows are read before it, also those.
    let reads_before = matches!(E::Backend::__BULK, Bulk::Chunks { .. });
    let given = written.values().copied();
    let expected = items.iter().filter(|item| reads_before && written.contains_key(&item.index));
    let expected = expected.map(|item| item.source.record.__version());
    let versions: HashSet<String> =
        given.chain(expected).map(|version| version_value::<T>(version).to_string()).collect();
    let met: HashSet<usize> = outcome
        .refused
        .iter()
        .filter(|conflict| match &conflict.error {
            ConcurrencyError::RecordModified(error) => versions.contains(&error.found.to_string()),
            ConcurrencyError::WriteSuppressed(error) => versions.contains(&error.version.to_string()),
            _ => false,
        })
        .map(|conflict| conflict.index)
        .collect();
    let is_suspect = |item: &&Item<'b, T>| match written.get(&item.index) {
        Some(version) => is_current(item.source.record, version),
        None => met.contains(&item.index),
    };
    let suspects = items.iter().filter(is_suspect).copied().collect();
    (suspects, items.iter().filter(|item| written.contains_key(&item.index)).copied().collect())
}

/// Refuses the batch if one of the suspects and one of the others name the same existing row.
pub(super) async fn refuse<T, E>(
    suspects: &[Item<'_, T>],
    others: &[Item<'_, T>],
    session: &mut Session<'_, E>,
) -> Result<(), BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if suspects.is_empty() || !has_equal_keys::<T, E::Backend>()? {
        return Ok(());
    }
    let (most_suspects, most_others) = match Way::of_reads::<T, E::Backend>()? {
        Way::Arrays => (usize::MAX, usize::MAX),
        Way::Tuples { .. } | Way::Joined { .. } | Way::Singles => (SUSPECTS, OTHERS),
    };
    for suspects in suspects.chunks(most_suspects) {
        let known: HashSet<_> = suspects.iter().map(|item| item.index).collect();
        for others in others.chunks(most_others) {
            let new = others.iter().filter(|item| !known.contains(&item.index));
            let mut asked: Vec<_> = suspects.iter().chain(new).copied().collect();
            asked.sort_by_cached_key(|item| item.index);
            for (first, second) in ask::<T, E>(&asked, session).await? {
                let item = |number| position(number).and_then(|position| asked.get(position)).copied();
                if let (Some(first), Some(second)) = (item(first), item(second)) {
                    return Err(same_key::<T, E::Backend>(first, second));
                }
            }
        }
    }
    Ok(())
}

async fn ask<T, E>(items: &[Item<'_, T>], session: &mut Session<'_, E>) -> QueryResult<Vec<(i64, i64)>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match Way::of_reads::<T, E::Backend>()? {
        Way::Arrays => select_arrays::<T, E>(items, session)?.await,
        Way::Tuples { .. } | Way::Joined { .. } | Way::Singles => select_tuples::<T, E>(items, session).await,
    }
}

type Pairs<'a, E> = <E as Executor>::Future<'a, QueryResult<Vec<(i64, i64)>>>;

/// Not an `async fn`: the statement must not live across an await, because nothing says that it is `Send`.
fn select_arrays<'a, T, E>(items: &[Item<'a, T>], session: &'a mut Session<'_, E>) -> QueryResult<Pairs<'a, E>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let keys = Arrays::new(items, Parts::Keys)?;
    Ok(E::Backend::__load_pairs(SameRows::<T, _>::new(keys), session))
}

fn select_tuples<'a, T, E>(items: &'a [Item<'a, T>], session: &'a mut Session<'_, E>) -> Pairs<'a, E>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let keys = Tuples::new(items, Parts::Keys, false);
    E::Backend::__load_pairs(SameRows::<T, _>::new(keys), session)
}
