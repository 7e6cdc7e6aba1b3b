//! Which record of a list is of which row, and which of the kept states it gets: whatever the closure did with the list.

use std::any::TypeId;
use std::collections::HashMap;

use concurrency_core::VersionValue;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::ConcurrentOn;
use crate::key::write_key;
use crate::outcome::version_value;
use crate::statement::Source;

/// Which row a record is of: its type, and the value of its key as it is bound. A key that cannot be bound is not known.
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
        let mut key = String::new();
        let written = write_key::<T, DB>(Source { record, serialized: &record.__serialize() }, &mut key);
        Self { record: TypeId::of::<T::__StatementId>(), key: written.is_ok().then_some(key) }
    }
}

/// A record of the list: which row it is of, and at which version.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    row: Identity,
    version: VersionValue,
}

impl Listed {
    pub(super) fn of<T, DB>(record: &T) -> Self
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Self { row: Identity::of(record), version: version_value::<T>(record.__version()) }
    }
}

/// Which of the kept states a record gets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) index: usize,
    /// Not by its key: it only stands where the state was taken.
    pub(super) is_by_place: bool,
}

/// Whether a record at a place gets the state that was kept at an index.
type Rule = fn(usize, &Listed, usize, &Listed) -> bool;

/// The state of each record. Of several copies of one row a copy gets the state with its version, which was not saved then; of the
/// others each gets that of its place, or else the next that no copy has; a copy too many gets the first.
pub(super) fn states_of(found: &[Listed], kept: &[&Listed]) -> Vec<Option<Found>> {
    let mut free: HashMap<&Identity, Vec<usize>> = HashMap::new();
    for (index, listed) in kept.iter().enumerate() {
        free.entry(&listed.row).or_default().push(index);
    }
    let mut states = vec![None; found.len()];
    let rules: [Rule; 4] = [
        |place, listed, index, kept| place == index && listed.version == kept.version,
        |_, listed, _, kept| listed.row.key.is_some() && listed.version == kept.version,
        |place, _, index, _| place == index,
        |_, listed, _, _| listed.row.key.is_some(),
    ];
    for is_its in rules {
        for (place, (listed, state)) in
            found.iter().zip(&mut states).enumerate().filter(|(_, (_, state))| state.is_none())
        {
            let Some(free) = free.get_mut(&listed.row) else { continue };
            let is_its = |index: &usize| kept.get(*index).is_some_and(|kept| is_its(place, listed, *index, kept));
            if let Some(position) = free.iter().position(is_its) {
                *state = Some(Found { index: free.remove(position), is_by_place: false });
            }
        }
    }
    let rest = |(place, state): (usize, Option<Found>)| state.or_else(|| state_of_rest(place, found, kept));
    states.into_iter().enumerate().map(rest).collect()
}

/// The state of a record that none is left for: that of a copy before it, or of the record that stood in its place and may be it, with
/// another key.
fn state_of_rest(place: usize, found: &[Listed], kept: &[&Listed]) -> Option<Found> {
    let listed = found.get(place)?;
    if listed.row.key.is_some() {
        if let Some(index) = kept.iter().position(|kept| kept.row == listed.row) {
            return Some(Found { index, is_by_place: false });
        }
    }
    let before = kept.get(place)?;
    let is_elsewhere = before.row.key.is_some() && found.iter().any(|listed| listed.row == before.row);
    (!is_elsewhere && before.row.record == listed.row.record).then_some(Found { index: place, is_by_place: true })
}
