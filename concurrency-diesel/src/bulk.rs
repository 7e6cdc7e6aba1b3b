//! `BulkConcurrentDsl`: many records at once. How a batch is sent stands in `bulk/`, what a statement looks like in `statement::bulk`.

mod batch;
mod error;
mod joined;
mod outcome;
mod returning;
mod singles;
mod versions;
mod way;
mod write;

use diesel::connection::LoadConnection;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::executor::{Blocking, Executor, Session, Transactions, now};
use crate::statement::Committed;

pub use error::{BulkConflict, BulkError};

use write::{may_be_one_records_fault, next_versions};

/// The methods of many records of one type, as slices, arrays and vectors: few statements instead of one for each record.
///
/// DOCS
pub trait BulkConcurrentDsl {
    /// What the records are.
    type Record: Concurrent;

    /// Writes every record, or none of them if one is stale or gone.
    ///
    /// # Errors
    ///
    /// x
    fn save_all_concurrent<C>(&mut self, conn: &mut C) -> Result<(), BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    /// Writes every record whose row is at its version, and answers with the others.
    ///
    /// # Errors
    ///
    /// x
    fn save_each_concurrent<C>(&mut self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    /// Deletes every record's row, or none of them if one is stale or gone.
    ///
    /// # Errors
    ///
    /// x
    fn delete_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    /// Deletes every row that is at its record's version, and answers with the other records.
    ///
    /// # Errors
    ///
    /// x
    fn delete_each_concurrent<C>(&self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;

    /// Asks whether every record is current.
    ///
    /// # Errors
    ///
    /// x
    fn check_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self::Record: ConcurrentOn<C::Backend>;
}

impl<T: Concurrent> BulkConcurrentDsl for [T] {
    type Record = T;

    fn save_all_concurrent<C>(&mut self, conn: &mut C) -> Result<(), BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        now(save_all(self, &mut Blocking::session(conn)))
    }

    fn save_each_concurrent<C>(&mut self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        now(save_each(self, &mut Blocking::session(conn)))
    }

    fn delete_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        now(delete_all(self, &mut Blocking::session(conn)))
    }

    fn delete_each_concurrent<C>(&self, conn: &mut C) -> Result<Vec<BulkConflict>, BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        now(delete_each(self, &mut Blocking::session(conn)))
    }

    fn check_all_concurrent<C>(&self, conn: &mut C) -> Result<(), BulkError>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        T: ConcurrentOn<C::Backend>,
    {
        now(check_all(self, &mut Blocking::session(conn)))
    }
}

/// What is done with the rows.
#[derive(Clone, Copy)]
enum Write {
    Save,
    Delete,
}

/// What one refused record means for the others.
#[derive(Clone, Copy)]
enum Policy {
    AllOrNothing,
    Each,
}

/// Writes every record, or none of them.
pub(crate) async fn save_all<T, E>(records: &mut [T], session: &mut Session<'_, E>) -> Result<(), BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    save(records, Policy::AllOrNothing, session).await.map(drop)
}

/// Writes every record that can be written, and answers with the others.
pub(crate) async fn save_each<T, E>(
    records: &mut [T],
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    save(records, Policy::Each, session).await
}

async fn save<T, E>(
    records: &mut [T],
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = serialize(records);
    let items = batch::items::<T, E::Backend>(records, &serialized)?;
    let outcome = write::write(items, Write::Save, policy, session).await?;
    outcome::set_versions(records, outcome.versions);
    Ok(outcome.refused)
}

/// Deletes every record's row, or none of them.
pub(crate) async fn delete_all<T, E>(records: &[T], session: &mut Session<'_, E>) -> Result<(), BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    delete(records, Policy::AllOrNothing, session).await.map(drop)
}

/// Deletes every record's row that can be deleted, and answers with the other records.
pub(crate) async fn delete_each<T, E>(
    records: &[T],
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    delete(records, Policy::Each, session).await
}

async fn delete<T, E>(
    records: &[T],
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = serialize(records);
    let items = batch::items::<T, E::Backend>(records, &serialized)?;
    Ok(write::write(items, Write::Delete, policy, session).await?.refused)
}

/// Compares every record's version with its row's.
pub(crate) async fn check_all<T, E>(records: &[T], session: &mut Session<'_, E>) -> Result<(), BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = serialize(records);
    let items = batch::items::<T, E::Backend>(records, &serialized)?;
    if items.is_empty() {
        return Ok(());
    }
    let found = versions::found_versions::<T, E, Committed>(&items, session).await?;
    let stale = items.into_iter().zip(found).filter(|(item, found)| {
        !found.as_ref().is_some_and(|found| crate::outcome::is_current(item.source.record, found))
    });
    let mut conflicts: Vec<_> =
        stale.map(|(item, found)| outcome::refusal::<T, E::Backend>(item, found.as_ref())).collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    conflicts.sort_by_key(|conflict| conflict.index);
    Err(BulkError::Conflicts(conflicts))
}

fn serialize<T: Concurrent>(records: &[T]) -> Vec<T::__Serialized> {
    records.iter().map(T::__serialize).collect()
}
