//! Prepares the records of a batch: refuses equal keys, sorts the records, and cuts them into statements. Nothing here
//! sends them.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use diesel::result::QueryResult;

use super::BulkError;
use crate::backend::{Bulk, ConcurrencyBackend};
use crate::concurrent::{ConcurrentOn, table_name};
use crate::key::write_key;
use crate::statement::Source;
use crate::statement::bulk::{Item, length, order_of_key};

/// The records as statements bind them.
pub(super) fn items<'b, T, DB>(
    records: &'b [T],
    serialized: &'b [T::__Serialized],
) -> Result<Vec<Item<'b, T>>, BulkError>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let sources = records.iter().zip(serialized);
    let items =
        sources.enumerate().map(|(index, (record, serialized))| Item { index, source: Source { record, serialized } });
    let mut items: Vec<_> = items.collect();
    refuse_same_key::<T, DB>(&items)?;
    // The other engines sort them in the statement, or have no row locks. A key that cannot be bound is refused when it
    // is sent.
    if let Bulk::Chunks { .. } = DB::__BULK {
        items.sort_by_cached_key(|item| order_of_key::<T, DB>(item.source).unwrap_or_default());
    }
    Ok(items)
}

/// Looks for two records with the same key by hashes, because the keys themselves could take as much memory as the
/// batch.
fn refuse_same_key<T, DB>(items: &[Item<'_, T>]) -> Result<(), BulkError>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let state = RandomState::new();
    let hashes = items.iter().map(|item| hash_of_key::<T, DB>(item.source, &state)).collect();
    for positions in positions_of_equal(hashes) {
        let mut same_hash = positions.into_iter().filter_map(|position| items.get(position));
        let Some(first) = same_hash.next() else { continue };
        let Some(key) = bound_key::<T, DB>(first.source) else { continue };
        if let Some(second) = same_hash.find(|item| bound_key::<T, DB>(item.source).as_ref() == Some(&key)) {
            return Err(same_key::<T, DB>(*first, *second));
        }
    }
    Ok(())
}

/// The positions of each hash that occurs more than once, in order.
fn positions_of_equal(hashes: Vec<u64>) -> Vec<Vec<usize>> {
    let mut hashes: Vec<_> = hashes.into_iter().zip(0..).collect();
    hashes.sort_unstable();
    let equal = hashes.chunk_by(|one, other| one.0 == other.0).filter(|equal| equal.len() > 1);
    equal.map(|equal| equal.iter().map(|(_, position)| *position).collect()).collect()
}

/// The error for two records of the batch that name one row.
pub(super) fn same_key<T, DB>(first: Item<'_, T>, second: Item<'_, T>) -> BulkError
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let table = table_name::<T, DB>();
    BulkError::SameKey { table, key: first.source.record.__key(), first: first.index, second: second.index }
}

/// Cuts the records where one more would make a statement too long. A single record that is too long is sent alone.
pub(super) fn cut<'i, 'b, T, DB>(items: &'i [Item<'b, T>], chunk: usize) -> QueryResult<Vec<&'i [Item<'b, T>]>>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let Some(most) = DB::__MOST_BYTES else {
        return Ok(items.chunks(chunk).collect());
    };
    let mut parts = Vec::new();
    let mut rest = items;
    while !rest.is_empty() {
        let mut sum: usize = 0;
        let mut count: usize = 0;
        for item in rest.iter().take(chunk) {
            sum = sum.saturating_add(length::<T, DB>(item.source)?);
            if sum > most && count > 0 {
                break;
            }
            count = count.saturating_add(1);
        }
        let (part, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        parts.push(part);
        rest = others;
    }
    Ok(parts)
}

fn hash_of_key<T, DB>(source: Source<'_, T>, state: &RandomState) -> u64
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut hashed = Hashed(state.build_hasher());
    // A key that cannot be bound is refused when it is sent.
    let _ = write_key::<T, DB>(source, &mut hashed);
    hashed.0.finish()
}

fn bound_key<T, DB>(source: Source<'_, T>) -> Option<String>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let mut key = String::new();
    write_key::<T, DB>(source, &mut key).is_ok().then_some(key)
}

/// Hashes a text while it is written.
struct Hashed<H>(H);

impl<H: Hasher> fmt::Write for Hashed<H> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
