//! Writes a batch again, each record by itself, when writing it together did not tell what became of each. The rows are
//! locked and checked first, so a row that is missing afterwards was taken by this batch.

use super::outcome::{Outcome, refusal};
use super::versions::found_versions;
use super::{BulkConflict, BulkError, Policy, Write, same_rows, singles};
use crate::concurrent::ConcurrentOn;
use crate::doubt::Unconfirmed;
use crate::error::{ConcurrencyError, Fault};
use crate::executor::{Session, Transactions};
use crate::outcome::is_current;
use crate::save::found_version;
use crate::scope::{self, Rule};
use crate::statement::ForUpdate;
use crate::statement::bulk::Item;

/// Locks the rows in the order of the key, and writes the records in their own order.
///
/// A row that was there and has gone was deleted by a foreign key or a trigger, together with a row that the batch
/// deleted before. It counts as deleted. Its record becomes a suspect, unless it was one already and so is known to
/// share no other record's row.
pub(super) async fn write<T, E>(
    items: &[Item<'_, T>],
    suspects: &[usize],
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
    unconfirmed: &mut Unconfirmed<T::Version>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let any_version = scope::rule::<T>() == Rule::Unchecked;
    let mut current = Vec::with_capacity(items.len());
    let mut refused = Vec::new();
    for (item, found) in items.iter().zip(found::<T, E>(items, session).await?) {
        match found {
            Ok(Some(found)) if any_version || is_current(item.source.record, &found) => current.push(*item),
            Ok(found) => refused.push(refusal::<T, E::Backend>(*item, found.as_ref())),
            Err(error) if error.fault() == Fault::Record => {
                let conflict = BulkConflict::new(item.index, error);
                match policy {
                    Policy::AllOrNothing => return Err(BulkError::Record(Box::new(conflict))),
                    Policy::Each => refused.push(conflict),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    current.sort_by_cached_key(|item| item.index);
    let is_suspect = |index: usize| suspects.contains(&index);
    let suspected: Vec<_> = current.iter().filter(|item| is_suspect(item.index)).copied().collect();
    same_rows::refuse(&suspected, &current, session).await?;

    let mut outcome = singles::write(&current, what, policy, session, unconfirmed).await?;
    if let Write::Delete = what {
        let is_gone = |error: &ConcurrencyError| matches!(error, ConcurrencyError::RecordDeleted(_));
        outcome.suspects = outcome.refused.iter().filter(|one| is_gone(&one.error)).map(|one| one.index).collect();
        outcome.suspects.retain(|index| !is_suspect(*index));
        outcome.refused.retain(|one| !is_gone(&one.error));
    }
    outcome.refused.append(&mut refused);
    Ok(outcome)
}

/// Locks the rows and reads their versions. If a record cannot be queried together with the others, each is queried by
/// itself.
async fn found<T, E>(
    items: &[Item<'_, T>],
    session: &mut Session<'_, E>,
) -> Result<Vec<Result<Option<T::Version>, ConcurrencyError>>, ConcurrencyError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    match found_versions::<T, E, ForUpdate>(items, session).await {
        Ok(found) => Ok(found.into_iter().map(Ok).collect()),
        Err(error) if error.fault() == Fault::Record => {
            let mut found = Vec::with_capacity(items.len());
            for item in items {
                found.push(found_version::<T, E, ForUpdate>(item.source, session).await);
            }
            Ok(found)
        }
        Err(error) => Err(error),
    }
}
