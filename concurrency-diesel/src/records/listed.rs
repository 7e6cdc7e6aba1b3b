//! Which row each record of a list belongs to, and which of the kept states it gets, whatever the closure did with the
//! list.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use concurrency_core::VersionValue;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::ConcurrentOn;
use crate::key::write_key;
use crate::memory::Memory as _;
use crate::outcome::version_value;
use crate::statement::Source;

/// Which row a record belongs to: its type, and its key as it is bound. `None` if the key cannot be bound, or panics: a
/// panic here would keep the other records from being restored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Identity {
    record: TypeId,
    key: Option<String>,
}

impl Identity {
    fn of<T, DB>(record: &T) -> Self
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        let write = || {
            let mut key = String::new();
            write_key::<T, DB>(Source { record, serialized: &record.__serialize() }, &mut key).is_ok().then_some(key)
        };
        let key = catch_unwind(AssertUnwindSafe(write)).ok().flatten();
        Self { record: TypeId::of::<T::__StatementId>(), key }
    }
}

/// A record of the list: its row, its version and, if that is remembered, the read that it comes from.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    row: Identity,
    version: VersionValue,
    origin: Option<u64>,
}

impl Listed {
    pub(super) fn of<T, DB>(record: &T) -> Self
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        let version = version_value::<T>(record.__version());
        Self { row: Identity::of(record), version, origin: T::__Memory::origin(record) }
    }

    /// Whether both come from the same read.
    fn is_of_read(&self, kept: &Self) -> bool {
        self.origin.is_some() && self.origin == kept.origin
    }

    /// Whether it can be the other one, later: a version that is a number does not decrease.
    fn can_be(&self, kept: &Self) -> bool {
        match (&self.version, &kept.version) {
            (VersionValue::Integer(version), VersionValue::Integer(kept)) => version >= kept,
            (version, kept) => version == kept,
        }
    }
}

/// Which of the kept states a record gets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) index: usize,
    /// Whether the state is that of the record's row or of the read that it comes from. Otherwise it is only safe: the
    /// record may be another one.
    pub(super) is_certain: bool,
}

/// A record of the list now and one from then, with their places.
#[derive(Clone, Copy)]
struct Pair<'l> {
    place: usize,
    listed: &'l Listed,
    index: usize,
    kept: &'l Listed,
    /// Whether all copies of their row can be where they were.
    are_in_place: bool,
}

impl Pair<'_> {
    fn is_of_place(&self) -> bool {
        self.place == self.index
    }

    fn is_of_version(&self) -> bool {
        self.listed.version == self.kept.version
    }

    fn is_of_read(&self) -> bool {
        self.listed.is_of_read(self.kept)
    }

    /// A record whose key cannot be bound is known only by its place.
    fn is_of_key(&self) -> bool {
        self.listed.row.key.is_some()
    }
}

/// Whether a record gets a state. The surest rule comes first.
type Rule = fn(&Pair<'_>) -> bool;

const RULES: [Rule; 8] = [
    |pair| pair.is_of_key() && pair.is_of_read() && pair.is_of_place() && pair.is_of_version(),
    |pair| pair.is_of_key() && pair.is_of_read() && pair.is_of_version(),
    |pair| pair.is_of_key() && pair.is_of_read() && pair.is_of_place(),
    |pair| pair.is_of_key() && pair.is_of_read(),
    |pair| pair.is_of_place() && (pair.are_in_place || pair.is_of_version()),
    |pair| pair.is_of_key() && pair.is_of_version(),
    |pair| pair.is_of_place(),
    |pair| pair.is_of_key(),
];

/// The state of each record. A tracked copy of a row gets the state that was kept of the same read. If all copies of a
/// row can be where they were, by their versions, each gets the state of its place. Otherwise a copy that was not saved
/// gets the state with its version, and the others get that of their place or, if that is taken, the next free one. A
/// record for which no state is left gets a safe one.
pub(super) fn states_of(found: &[Listed], kept: &[&Listed]) -> Vec<Option<Found>> {
    let mut free: HashMap<&Identity, Vec<usize>> = HashMap::new();
    for (index, listed) in kept.iter().enumerate() {
        free.entry(&listed.row).or_default().push(index);
    }
    let moved = moved(found, kept, &free);
    let mut states = vec![None; found.len()];
    for is_its in RULES {
        for (place, (listed, state)) in
            found.iter().zip(&mut states).enumerate().filter(|(_, (_, state))| state.is_none())
        {
            let Some(free) = free.get_mut(&listed.row) else { continue };
            let are_in_place = !moved.contains(&listed.row);
            let is_its = |index: &usize| {
                let pair = |kept| Pair { place, listed, index: *index, kept, are_in_place };
                kept.get(*index).copied().map(pair).is_some_and(|pair| is_its(&pair))
            };
            if let Some(position) = free.iter().position(is_its) {
                *state = Some(Found { index: free.remove(position), is_certain: true });
            }
        }
    }
    let mut left: Vec<usize> = free.into_values().flatten().collect();
    left.sort_unstable();
    let rest = |(place, (state, listed)): (usize, (Option<Found>, &Listed))| {
        state.or_else(|| of_earlier_copy(listed, kept)).or_else(|| of_changed_key(place, listed, kept, &left))
    };
    states.into_iter().zip(found).enumerate().map(rest).collect()
}

/// The rows with a copy that was moved, removed or added.
fn moved<'l>(found: &'l [Listed], kept: &[&Listed], indexes: &HashMap<&Identity, Vec<usize>>) -> HashSet<&'l Identity> {
    let mut copies: HashMap<&Identity, usize> = HashMap::new();
    let mut moved = HashSet::new();
    for (place, listed) in found.iter().enumerate() {
        let count = copies.entry(&listed.row).or_default();
        *count = count.saturating_add(1);
        let is_in_place = |kept: &&Listed| kept.row == listed.row && listed.can_be(kept);
        if !kept.get(place).is_some_and(is_in_place) {
            moved.insert(&listed.row);
        }
    }
    moved.extend(
        copies.iter().filter(|(row, count)| indexes.get(*row).map(Vec::len) != Some(**count)).map(|(row, _)| *row),
    );
    moved
}

/// The state of a record of whose row there were fewer copies.
fn of_earlier_copy(listed: &Listed, kept: &[&Listed]) -> Option<Found> {
    let is_copy = |index: &usize| kept.get(*index).is_some_and(|kept| kept.row == listed.row);
    let copies: Vec<usize> = (0..kept.len()).filter(is_copy).collect();
    listed.row.key.as_ref().and_then(|_| safest(listed, kept, &copies, None))
}

/// The state of a record whose row was not listed: it may be any listed record that is not found any more, with a
/// changed key.
fn of_changed_key(place: usize, listed: &Listed, kept: &[&Listed], left: &[usize]) -> Option<Found> {
    let is_of_type = |index: &&usize| kept.get(**index).is_some_and(|kept| kept.row.record == listed.row.record);
    let left: Vec<usize> = left.iter().filter(is_of_type).copied().collect();
    let is_of_read = |index: &&usize| kept.get(**index).is_some_and(|kept| listed.is_of_read(kept));
    match left.iter().find(is_of_read) {
        Some(index) => Some(Found { index: *index, is_certain: true }),
        None => safest(listed, kept, &left, Some(place)),
    }
}

/// Of several states that the record may have had, the one that cannot hide another writer's save: the oldest if
/// versions are numbers. Of others, the one with the record's version, then that of its place, then the first.
fn safest(listed: &Listed, kept: &[&Listed], states: &[usize], place: Option<usize>) -> Option<Found> {
    let version = |index: &usize| kept.get(*index).map(|kept| &kept.version);
    let number = |index: &usize| match version(index) {
        Some(VersionValue::Integer(version)) => Some(*version),
        _ => None,
    };
    let oldest = states.iter().filter(|index| number(index).is_some()).min_by_key(|index| number(index));
    let index = oldest
        .or_else(|| states.iter().find(|index| version(index) == Some(&listed.version)))
        .or_else(|| states.iter().find(|index| Some(**index) == place))
        .or_else(|| states.first())?;
    Some(Found { index: *index, is_certain: false })
}
