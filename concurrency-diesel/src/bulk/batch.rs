//! The records of a batch: that no two have the same key, and the order in which they are sent. Nothing here sends them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use diesel::query_builder::QueryFragment;

use super::BulkError;
use crate::backend::{Bulk, ConcurrencyBackend};
use crate::concurrent::{Concurrent, ConcurrentOn, table_name};
use crate::statement::Source;
use crate::statement::bulk::Item;

/// The records as statements bind them.
pub(super) fn items<'b, T, DB>(
    records: &'b [T],
    serialized: &'b [T::__Serialized],
) -> Result<Vec<Item<'b, T>>, BulkError>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    refuse_same_key::<T, DB>(records)?;
    let sources = records.iter().zip(serialized);
    let items =
        sources.enumerate().map(|(index, (record, serialized))| Item { index, source: Source { record, serialized } });
    let mut items: Vec<_> = items.collect();
    // Elsewhere the database sorts them, or has no row locks.
    if let Bulk::Chunks { .. } = DB::__BULK {
        items.sort_by_cached_key(|item| Key(item.source.record.__key()));
    }
    Ok(items)
}

/// Looks for two records with the same key, by hashes: the keys themselves would take as much memory as many a batch.
fn refuse_same_key<T, DB>(records: &[T]) -> Result<(), BulkError>
where
    DB: ConcurrencyBackend,
    T: Concurrent<Table: QueryFragment<DB>>,
{
    let state = RandomState::new();
    let mut hashes: Vec<(u64, usize)> =
        records.iter().enumerate().map(|(index, record)| (hash_of_key(record, &state), index)).collect();
    hashes.sort_unstable();
    for same_hash in hashes.chunk_by(|one, other| one.0 == other.0) {
        let [(_, first), others @ ..] = same_hash else { continue };
        let Some(key) = records.get(*first).map(Concurrent::__key) else { continue };
        for (_, second) in others {
            if records.get(*second).is_some_and(|record| record.__key() == key) {
                return Err(BulkError::SameKey { table: table_name::<T, DB>(), key, first: *first, second: *second });
            }
        }
    }
    Ok(())
}

fn hash_of_key<T: Concurrent>(record: &T, state: &RandomState) -> u64 {
    let mut hashed = Hashed(state.build_hasher());
    let _ = record.__write_key(&mut hashed);
    hashed.0.finish()
}

/// Hashes a text while it is written.
struct Hashed<H>(H);

impl<H: Hasher> fmt::Write for Hashed<H> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

/// A key as errors show it, in the order of keys: 9 before 10.
///
/// It need not be the database's order, only the same for all who write batches.
#[derive(PartialEq, Eq)]
struct Key(String);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut one, mut two) = (self.0.as_str(), other.0.as_str());
        loop {
            let (one_digits, one_rest) = split(one, |character| character.is_ascii_digit());
            let (two_digits, two_rest) = split(two, |character| character.is_ascii_digit());
            let order = one_digits.len().cmp(&two_digits.len()).then_with(|| one_digits.cmp(two_digits));
            if order.is_ne() {
                return order;
            }
            let (one_text, one_rest) = split(one_rest, |character| !character.is_ascii_digit());
            let (two_text, two_rest) = split(two_rest, |character| !character.is_ascii_digit());
            let order = one_text.cmp(two_text);
            if order.is_ne() || (one_rest.is_empty() && two_rest.is_empty()) {
                return order;
            }
            (one, two) = (one_rest, two_rest);
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Splits off the first characters that are so.
fn split(text: &str, is_so: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|character| !is_so(character)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
