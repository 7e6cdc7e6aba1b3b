//! Writes rows without a join where the engine can: records whose key is one integer, the primary key of their table.

use concurrency_core::{Advance, VersionField};
use diesel::result::QueryResult;

use super::Write;
use crate::concurrent::ConcurrentOn;
use crate::executor::{Executor, Session};
use crate::statement::bulk::{CaseUpdate, Item};
use crate::table::CatalogFacts;

/// How many records are written in one statement: each row is compared with all keys.
pub(super) const CHUNK: usize = 100;

/// Whether records can be written in this way.
pub(super) fn are_possible<T, E>(what: Write, table: &CatalogFacts) -> bool
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    matches!((what, T::VersionField::__ADVANCE), (Write::Save, Advance::Assigned))
        && T::__SKIPPABLE == 0
        && table.key_is_primary
}

/// Writes the records that are at their rows' versions, and returns the number of rows.
pub(super) fn send<'a, T, E>(
    items: &'a [Item<'a, T>],
    next: &'a [T::Version],
    session: &'a mut Session<'_, E>,
) -> E::Future<'a, QueryResult<usize>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    session.execute(CaseUpdate::new(items, next, items.len() == CHUNK))
}
